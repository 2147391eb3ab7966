import { setTimeout as delay } from 'node:timers/promises';

/** What a program runs on, for tests to replace; each has its real self as default. */
export interface Runtime {
  readonly fetch?: typeof fetch;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Waits so many milliseconds. */
  readonly sleep?: (ms: number) => Promise<unknown>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** No answer came: refused, not found, not in time. The message is the reason alone, ECONNREFUSED say. */
export class NoAnswer extends Error {
  override name = 'NoAnswer';
}

/** Milliseconds that one try may take. */
const timeoutMs = 15_000;
/** Milliseconds before the second, third … try, unless `Retry-After` says otherwise. */
const delaysMs = [500, 1_000, 2_000];
/** The longest `Retry-After`, in milliseconds, that is waited for. */
const maxDelayMs = 30_000;

interface SendOptions {
  readonly maxTries?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends a request, at most four times: again after 429, 5xx, or no answer. Follows no redirect.
 * @param request makes the request anew for each try; what it throws ends the tries
 * @param options `signal` ends the try that is being made
 * @returns the last answer, whatever its status
 * @throws NoAnswer when the last try had none
 */
export async function send(
  url: string,
  request: () => Promise<RequestInit>,
  runtime: Runtime,
  { maxTries = delaysMs.length + 1, signal }: SendOptions = {},
): Promise<Answer> {
  const { sleep = delay } = runtime;
  for (let attempt = 0; ; attempt++) {
    const init = await request();
    const answer = await tryOnce(url, signal ? { ...init, signal } : init, runtime);
    const wait = attempt + 1 < maxTries ? delaysMs[attempt] : undefined;
    if (wait === undefined || !(answer instanceof NoAnswer || isTransient(answer.status))) {
      if (answer instanceof NoAnswer) throw answer;
      return answer;
    }
    const asked = answer instanceof NoAnswer ? undefined : retryAfter(answer.headers, runtime);
    if (asked !== undefined && asked > maxDelayMs) return answer as Answer;
    await sleep(asked ?? wait);
  }
}

/** Whether an answer may be another the next time. */
export function isTransient(status: number): boolean {
  return status === 429 || status >= 500;
}

/** The milliseconds that `Retry-After` asks for, in either of its forms (RFC 9110, section 10.2.3). */
export function retryAfter(headers: Headers, { now = Date.now }: Runtime): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (!value) return undefined;
  const until = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now();
  return Number.isNaN(until) ? undefined : Math.max(0, until);
}

/** The value of a JSON text; `undefined` for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Why a `fetch` failed, in a word: the code of what caused it, `ECONNREFUSED` say, or else its name, `TimeoutError` say. */
export function fetchFault(error: unknown): string {
  const { code, name } = ((error as Error).cause ?? error) as { code?: unknown; name?: unknown };
  return String(typeof code === 'string' ? code : name);
}

async function tryOnce(url: string, init: RequestInit, runtime: Runtime): Promise<Answer | NoAnswer> {
  try {
    const response = await (runtime.fetch ?? fetch)(url, {
      ...init,
      redirect: 'manual',
      signal: init.signal
        ? AbortSignal.any([init.signal, AbortSignal.timeout(timeoutMs)])
        : AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error) {
    const reason = fetchFault(error);
    return new NoAnswer(reason === 'TimeoutError' ? `no answer in ${timeoutMs / 1_000} s` : reason);
  }
}
