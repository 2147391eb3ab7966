import { Webhook } from 'standardwebhooks';
import * as z from 'zod/mini';
import type { Runtime } from '../../runtime/http.ts';
import { declared } from '../../settings/declared.ts';
import { bodyOf } from './body.ts';
import { type Channel, NotDelivered } from './channel.ts';
import type { ChannelType } from './channel-type.ts';
import { post, refusal } from './post.ts';

interface Webhooks extends Pick<Runtime, 'now'> {
  readonly url: string;
  /** `whsec_` and the key in base64; absent where Azure has not resolved the reference to it. */
  readonly secret: string | undefined;
  /** Whether persons are named instead of redacted. */
  readonly includePersons: boolean;
  /** What the address and the secret are called in the texts of errors. */
  readonly called?: { readonly url: string; readonly secret: string };
}

const { url, secret } = declared.webhook.settings;
const builtIn = { url: url.name, secret: secret.name };

/**
 * Posts each step as the Standard Webhooks specification says: `webhook-id` is the step's idempotency key,
 * `webhook-signature` is HMAC-SHA256 over id, time and body. Any 2xx is success; redirects are not followed.
 *
 * Source: standard-webhooks/standard-webhooks, `spec/standard-webhooks.md`.
 */
export function webhookChannel({
  url,
  secret,
  includePersons,
  called = builtIn,
  ...runtime
}: Webhooks): Channel {
  const signer = secret ? new Webhook(secret) : undefined;
  return {
    async send(step, _log, signal) {
      if (!signer) {
        throw new NotDelivered(
          `${called.secret} is a Key Vault reference that Azure has not resolved: there is nothing to sign with`,
        );
      }
      const { idempotencyKey, traceparent } = step;
      const body = bodyOf(step, { includePersons });
      const sentAt = new Date();
      const headers = {
        'webhook-id': idempotencyKey,
        'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
        'webhook-signature': signer.sign(idempotencyKey, sentAt, body),
        ...(traceparent && { traceparent }),
      };
      const response = await post({ url, called: called.url, body, headers, signal });
      await response.body?.cancel();
      if (response.ok) return String(response.status);
      throw refusal(response, `${called.url} answered ${response.status}`, runtime);
    },
  };
}

const settings = {
  url: { ...url, name: 'URL' },
  secret: { ...secret, name: 'SECRET' },
} as const;

const options = z.strictObject({ includePersons: z._default(z.boolean(), false) });

/** A signed webhook. */
export const webhook: ChannelType<typeof settings, z.infer<typeof options>> = {
  type: 'webhook',
  about: 'Posts each step to an address of yours, signed as Standard Webhooks says.',
  reaches: 'system',
  settings,
  required: ['url', 'secret'],
  options,
  make: ({ url = '', secret }, { includePersons }, { settingName, now }) =>
    webhookChannel({
      url,
      secret,
      includePersons,
      called: { url: settingName('url'), secret: settingName('secret') },
      ...(now && { now }),
    }),
};
