import { Webhook } from 'standardwebhooks';
import { fetchFault } from '../../runtime/http.ts';
import { toRedactedJson } from '../../runtime/redact.ts';
import { type Channel, NotDelivered } from './channel.ts';

interface Settings {
  readonly url: string;
  /** `whsec_` and the key in base64. */
  readonly secret: string | undefined;
  /** Whether persons are named instead of redacted. */
  readonly includePersons: boolean;
}

/** Milliseconds that the receiver has to answer: what Standard Webhooks recommends at the most. */
const timeoutMs = 30_000;

/**
 * Posts each step as the Standard Webhooks specification says: `webhook-id` is the step's idempotency key,
 * `webhook-signature` is HMAC-SHA256 over id, time and body. Any 2xx is success; redirects are not followed.
 *
 * Source: standard-webhooks/standard-webhooks, `spec/standard-webhooks.md`.
 */
export function webhookChannel({ url, secret, includePersons }: Settings): Channel {
  const signer = secret ? new Webhook(secret) : undefined;
  return {
    async send({ idempotencyKey, type, timestamp, traceparent, data }, _log, signal) {
      if (!signer) {
        throw new NotDelivered(
          'FOLLOW_UP_WEBHOOK_SECRET is a Key Vault reference that Azure has not resolved: there is nothing to sign with',
        );
      }
      const body = (includePersons ? JSON.stringify : toRedactedJson)({ type, timestamp, data });
      const sentAt = new Date();
      const headers = {
        'content-type': 'application/json',
        'webhook-id': idempotencyKey,
        'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
        'webhook-signature': signer.sign(idempotencyKey, sentAt, body),
        ...(traceparent && { traceparent }),
      };
      const response = await post(url, body, headers, signal);
      await response.body?.cancel();
      if (response.ok) return String(response.status);
      const reason = `FOLLOW_UP_WEBHOOK_URL answered ${response.status}`;
      // Who is overloaded, fails, or stands before another that gave up, may have taken it all the same.
      const perhaps = response.status === 408 || response.status === 429 || response.status >= 500;
      throw perhaps ? new Error(reason) : new NotDelivered(reason);
    },
  };
}

/** Faults before the request is on its way: whoever is at the other end has seen nothing of it. */
const beforeSending =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/;

async function post(
  url: string,
  body: string,
  headers: Record<string, string>,
  aborted: AbortSignal,
): Promise<Response> {
  try {
    const signal = AbortSignal.any([aborted, AbortSignal.timeout(timeoutMs)]);
    return await fetch(url, { method: 'POST', redirect: 'manual', body, headers, signal });
  } catch (error) {
    const fault = fetchFault(error);
    const reason = `FOLLOW_UP_WEBHOOK_URL could not be reached (${fault})`;
    throw beforeSending.test(fault) ? new NotDelivered(reason) : new Error(reason);
  }
}
