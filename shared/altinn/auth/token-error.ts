/** Why there is no token. */
export type TokenFault =
  | 'unknown-client'
  | 'scope'
  | 'key'
  | 'audience'
  | 'clock'
  | 'system-user'
  | 'unreachable'
  | 'refused';

/** Whether there will be no token before somebody does something about it. */
export function isRefusal(error: unknown): error is TokenError {
  return error instanceof TokenError && !error.transient;
}

/** No token was to be had. The message says what to do, and holds neither key nor token. */
export class TokenError extends Error {
  override name = 'TokenError';
  readonly fault: TokenFault;

  constructor(fault: TokenFault, message: string) {
    super(message);
    this.fault = fault;
  }

  /** Whether a token may be had later, without anybody doing anything. */
  get transient(): boolean {
    return this.fault === 'unreachable';
  }
}
