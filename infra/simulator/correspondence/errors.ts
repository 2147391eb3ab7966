import { type Answer, problem } from '../http/answer.ts';

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
  1040: [400, 'Correspondence is already marked as read'],
  1041: [400, 'Correspondence has already been confirmed'],
  2001: [404, 'The requested attachment was not found'],
  4001: [
    401,
    'You must use an Altinn token, DialogToken or log in to IDPorten as someone with access to the resource and organization in Altinn Authorization',
  ],
} as const satisfies Record<number, readonly [number, string]>;

export type ErrorCode = keyof typeof errors;

/** The problem details of one of Altinn Correspondence's own errors. */
export function correspondenceError(errorCode: ErrorCode): Answer {
  const [status, detail] = errors[errorCode];
  return problem(status, detail, { code: `CORR-${String(errorCode).padStart(5, '0')}`, errorCode });
}
