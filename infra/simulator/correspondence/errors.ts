import type { Answer } from '../http/answer.ts';
import { newTraceId, problemHead } from '../http/problem.ts';

/** Source: Altinn/altinn-correspondence `Errors.cs`. */
const errors = {
  1001: [404, 'The requested correspondence was not found'],
  1013: [400, 'Sender cannot delete correspondence that has been published'],
  1014: [400, 'Correspondence has already been purged'],
  1024: [400, 'Correspondence must be fetched before it can be read'],
  1025: [400, 'Correspondence must be fetched before it can be confirmed'],
  1026: [
    400,
    'Cannot archive or delete a correspondence which has not been confirmed when confirmation is required',
  ],
  1027: [400, 'From date cannot be after to date'],
  1040: [400, 'Correspondence is already marked as read'],
  1041: [400, 'Correspondence has already been confirmed'],
  2001: [404, 'The requested attachment was not found'],
  2020: [400, 'The attachment has expired and cannot be downloaded'],
  4001: [
    401,
    'You must use an Altinn token, DialogToken or log in to IDPorten as someone with access to the resource and organization in Altinn Authorization',
  ],
} as const satisfies Record<number, readonly [number, string]>;

export type ErrorCode = keyof typeof errors;

/** The problem details of one of Altinn Correspondence's own errors. */
export function correspondenceError(errorCode: ErrorCode, contentType = 'application/json'): Answer {
  const [status, detail] = errors[errorCode];
  const code = `CORR-${String(errorCode).padStart(5, '0')}`;
  return withTwoTraceIds(status, { detail, code }, { errorCode }, contentType);
}

/** A request that cannot be read: what is wrong by parameter, and those that are right with nothing. */
export function invalidRequest(problems: ReadonlyMap<string, string | undefined>): Answer {
  const wrong = [...problems].flatMap(([name, why]) => (why === undefined ? [] : [[name, why] as const]));
  const validationErrors = wrong.map(([name, title]) => ({ code: 'CORR.VLD-00000', title, paths: [name] }));
  const errors = Object.fromEntries(
    [...problems].map(([name, why]) => [name, why === undefined ? [] : [why]]),
  );
  return withTwoTraceIds(400, { code: 'STD-00000' }, { validationErrors, errors }, 'application/json');
}

/** Altinn's own slip: `traceId` is there twice, which no object can be. */
function withTwoTraceIds(status: number, before: object, after: object, contentType: string): Answer {
  const traceId = newTraceId();
  const head = problemHead(status);
  const first = JSON.stringify({ ...head, ...before, traceId, statusDescription: head.title });
  const isCoded = 'errorCode' in after;
  const second = JSON.stringify(isCoded ? { traceId, ...after } : { ...after, traceId });
  return {
    status,
    headers: { 'content-type': `${contentType}; charset=utf-8` },
    body: `${first.slice(0, -1)},${second.slice(1)}`,
  };
}
