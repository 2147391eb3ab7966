import { type Log, messageOf } from '../runtime/log.ts';
import { isNonRetryable } from '../storage/faults.ts';
import type { MessageQueue } from '../storage/message-queue.ts';
import type { Parked } from './dead-letters.ts';
import type { Retryable } from './message.ts';

/** Seconds until the second, third … try; the last one is repeated. The first five are those of Altinn Events. */
const delays = [10, 30, 60, 300, 600];

/** A week of tries: what has not gone through by then is parked, where an operator sees it. */
const mostAttempts = 1_000;

/** Seconds until a message that failed at its `attempt`-th try is tried again. */
export function delayAfter(attempt: number): number {
  return delays[Math.min(attempt, delays.length) - 1] as number;
}

interface Deps {
  readonly queue: MessageQueue;
  readonly parked: Parked;
  readonly log: Log;
}

/**
 * Does the work that a queue message asks for, and never drops the message: after a fault that time can fix it is
 * put back on the queue for later, after any other it is parked. The host's own five tries are left for the case
 * that this process dies or that the queue itself cannot be reached.
 * @throws when the message could neither be put back nor parked: the host then tries it again
 */
export async function orLater<M extends Retryable>(
  message: M,
  { queue, parked, log }: Deps,
  work: () => Promise<void>,
) {
  try {
    await work();
  } catch (error) {
    const reason = messageOf(error);
    if (isNonRetryable(error) || message.attempt >= mostAttempts) {
      return park(message, reason, { queue, parked, log });
    }
    const delay = delayAfter(message.attempt);
    await queue.send({ ...message, attempt: message.attempt + 1 }, { delay });
    const report = error instanceof NotYet ? log.info : log.warn;
    report('put back for later', { queue: queue.name, attempt: message.attempt, delay, reason });
  }
}

/** Thrown by work that has to wait for somebody else's: put back like any fault, reported as none. */
export class NotYet extends Error {
  override name = 'NotYet';
}

/** A message that the host gave up on more often than this is parked. */
const mostTakenBack = 3;

/**
 * Takes a message back that the host has moved to the `-poison` queue, where it would be gone after seven days: five
 * times this process died over it, or could neither put it back nor park it. A readable one gets its five tries
 * again, later, and is parked if that does not help.
 * @throws when storage does not take it: the message then stays on the `-poison` queue
 */
export async function takeBack(
  message: unknown,
  readable: Retryable | undefined,
  { queue, parked, log }: Deps,
): Promise<void> {
  const takenBack = (readable?.takenBack ?? 0) + 1;
  if (!readable || takenBack > mostTakenBack) {
    return park(message, 'the host gave up after five tries', { queue, parked, log });
  }
  const { attempt } = readable;
  const delay = delayAfter(takenBack);
  await queue.send({ ...readable, attempt: attempt + 1, takenBack }, { delay });
  log.warn('taken back after five tries', { queue: queue.name, attempt, delay });
}

/** Parks a message that no try can help. */
export async function park(message: unknown, reason: string, { queue, parked, log }: Deps): Promise<void> {
  await parked.park(message, reason);
  log.error('parked', { queue: queue.name, reason });
}
