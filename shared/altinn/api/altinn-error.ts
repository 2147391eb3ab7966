import * as z from 'zod/mini';
import { type Answer, isTransient, parseJson } from '../../runtime/http.ts';
import { sanitize } from '../../runtime/sanitize.ts';

/** Altinn's code for "you may not see this", sent with status 401; another token does not help. */
export const noAccess = 4001;
/** Altinn's code for a letter that is not there, or was purged; sent with status 404. */
export const notFound = 1001;
/** Altinn's code for an attachment that is not there; sent with status 404. */
export const attachmentNotFound = 2001;

/** A request to Altinn's platform failed. The message names no person and holds no token or key. */
export class AltinnError extends Error {
  override name = 'AltinnError';
  /** Absent when no answer came. */
  readonly status: number | undefined;
  /** Altinn's own code, where the answer has one. */
  readonly errorCode: number | undefined;
  /** Altinn's own words, made sanitize; empty when it gave none. */
  readonly reason: string;
  /** Seconds that Altinn asks to stay away, where it says so. */
  readonly retryAfter: number | undefined;

  constructor(
    what: string,
    details: Partial<Pick<AltinnError, 'status' | 'errorCode' | 'reason' | 'retryAfter'>>,
  ) {
    super(what);
    this.status = details.status;
    this.errorCode = details.errorCode;
    this.reason = details.reason ?? '';
    this.retryAfter = details.retryAfter;
  }

  /** Whether the same request may succeed later. */
  get transient(): boolean {
    return this.status === undefined || isTransient(this.status);
  }
}

/** Problem details (RFC 9457) as Altinn's APIs write them. */
const problem = z.object({
  title: z.nullish(z.string()),
  detail: z.nullish(z.string()),
  errorCode: z.nullish(z.union([z.number(), z.string()])),
  errors: z.nullish(z.record(z.string(), z.unknown())),
});

/** What an answer says of an error: Altinn's code and its words, from problem details, a JSON string, or plain text. */
export function readProblem(answer: Answer): { errorCode: number | undefined; reason: string } {
  const body = parseJson(answer.text);
  const { data } = problem.safeParse(body);
  if (!data)
    return { errorCode: undefined, reason: sanitize(typeof body === 'string' ? body : plain(answer)) };
  const words = [data.title, data.detail, ...Object.values(data.errors ?? {}).flat()];
  const errorCode = Number(data.errorCode ?? Number.NaN);
  return {
    errorCode: Number.isNaN(errorCode) ? undefined : errorCode,
    reason: sanitize(words.filter((word) => typeof word === 'string').join(': ')),
  };
}

function plain({ headers, text }: Answer): string {
  return headers.get('content-type')?.startsWith('text/html') ? 'an HTML page' : text;
}

/** Altinn's answer that there is no such letter, or attachment; also of one in another environment. */
export function isUnknown(error: unknown): error is AltinnError {
  if (!(error instanceof AltinnError) || error.status !== 404) return false;
  return error.errorCode === notFound || error.errorCode === attachmentNotFound;
}

/** Altinn's answer that we may not see it. */
export function hasNoAccess(error: unknown): error is AltinnError {
  return error instanceof AltinnError && error.status === 401 && error.errorCode === noAccess;
}
