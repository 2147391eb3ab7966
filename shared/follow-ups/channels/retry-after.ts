import { type Runtime, retryAfter } from '../../runtime/http.ts';

/** The longest, in milliseconds, that another side is believed: an hour. */
export const maxRetryAfterMs = 60 * 60_000;

/** The milliseconds that an answer's `Retry-After` asks to wait, an hour at the most; `undefined` without one. */
export function askedWait(headers: Headers, runtime: Pick<Runtime, 'now'>): number | undefined {
  const asked = retryAfter(headers, runtime);
  return asked === undefined ? undefined : Math.min(asked, maxRetryAfterMs);
}
