import { messageOf } from '../../runtime/message-of.ts';
import { isRefusal, TokenError, type TokenFault } from '../auth/token-error.ts';
import { AltinnError, hasNoAccess, isUnknown } from './altinn-error.ts';

/** Hears how Altinn answers: the pace towards it, say. */
export interface Listener {
  answered(tookMs: number): Promise<void>;
  silent(retryAfterMs: number | undefined): Promise<void>;
}

/** Has a listener hear how a question to Altinn was answered. What the question gives or throws stays as it is. */
export function heard<Args extends unknown[], Given>(
  ask: (...args: Args) => Promise<Given>,
  listener: Listener,
): (...args: Args) => Promise<Given> {
  return async (...args) => {
    const beganAt = Date.now();
    try {
      const given = await ask(...args);
      await listener.answered(Date.now() - beganAt);
      return given;
    } catch (error) {
      if (isAnswer(error)) await listener.answered(Date.now() - beganAt);
      else {
        const silence = unanswered(error);
        if (silence) await listener.silent(silence.retryAfterMs);
      }
      throw error;
    }
  };
}

/** Whether it answered, be it something that is of no use about this one letter. */
function isAnswer(error: unknown): boolean {
  if (isUnknown(error) || hasNoAccess(error)) return true;
  const { status = 0 } = error instanceof AltinnError ? error : {};
  return status === 400 || (status >= 200 && status <= 299);
}

/** Why there was no answer, and how long Altinn asks to stay away; `undefined` for an error that is not about Altinn. */
export function unanswered(
  error: unknown,
): { why: string; retryAfterMs: number | undefined; refused?: TokenFault } | undefined {
  if (!(error instanceof AltinnError || error instanceof TokenError)) return undefined;
  const seconds = error instanceof AltinnError ? error.retryAfter : undefined;
  return {
    why: messageOf(error),
    retryAfterMs: seconds === undefined ? undefined : seconds * 1_000,
    ...(isRefusal(error) && { refused: error.fault }),
  };
}
