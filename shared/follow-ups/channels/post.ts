import { fetchFault, type Runtime } from '../../runtime/http.ts';
import { NotDelivered, PerhapsDelivered } from './channel.ts';
import { askedWait } from './retry-after.ts';

/** Milliseconds that the other side has to answer: what Standard Webhooks recommends at the most. */
const timeoutMs = 30_000;

/** Answers that the same request gets again until somebody changes something. */
const permanent: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 410, 413, 415, 422]);

/** Faults before the request is on its way: whoever is at the other end has seen nothing of it. */
const beforeSending =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/;

interface Post {
  readonly url: string;
  /** What the address is called in the texts of errors: the address itself may be a secret. */
  readonly called: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Posts a JSON text, once; follows no redirect.
 * @returns the answer, whatever its status; its body is the caller's to read or to cancel
 * @throws NotDelivered when nobody can have got it, PerhapsDelivered when that is not known
 */
export async function post({ url, called, body, headers, signal }: Post): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      body,
      headers: { 'content-type': 'application/json', ...headers },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
  } catch (error) {
    const fault = fetchFault(error);
    const reason = `${called} could not be reached (${fault})`;
    throw beforeSending.test(fault) ? new NotDelivered(reason) : new PerhapsDelivered(reason);
  }
}

/**
 * What an answer that is no success means.
 * @param refused statuses above 407 that say for certain that nothing was taken. By default none does: who is
 * overloaded, fails, or stands before another that gave up, may have taken it all the same
 */
export function refusal(
  { status, headers }: Response,
  reason: string,
  runtime: Pick<Runtime, 'now'>,
  refused: readonly number[] = [],
): NotDelivered | PerhapsDelivered {
  const retryAfterMs = status === 429 || status === 503 ? askedWait(headers, runtime) : undefined;
  const unclear = status === 408 || status === 429 || status >= 500;
  if (unclear && !refused.includes(status)) return new PerhapsDelivered(reason, { retryAfterMs });
  const isRedirect = status >= 300 && status < 400;
  return new NotDelivered(reason, { permanent: isRedirect || permanent.has(status), retryAfterMs });
}
