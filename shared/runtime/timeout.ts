/**
 * Waits for work, but not for ever. The work itself goes on; what becomes of it then is nobody's concern.
 * @throws what the work throws, or an error once the milliseconds are over
 */
export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${timeoutMs / 1000} s`)), timeoutMs);
  });
  return Promise.race([work, tooLate]).finally(() => clearTimeout(timer));
}

/**
 * Gives work so much time and a signal that aborts when that is over.
 * @throws what the work throws, or an error once the milliseconds are over
 */
export async function withTimeout<T>(
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  try {
    return await within(timeoutMs, work(controller.signal));
  } catch (error) {
    controller.abort(error);
    throw error;
  }
}
