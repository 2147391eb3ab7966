import type { InvocationContext, Timer, TimerFunctionOptions } from '@azure/functions';
import type { DueFollowUps } from '../shared/follow-ups/due.ts';
import type { DeadLetters } from '../shared/queue/dead-letters.ts';
import { ageOf } from '../shared/queue/message.ts';
import { messageOf } from '../shared/runtime/message-of.ts';
import { type Log, logTo } from '../shared/signals/log.ts';
import type { MessageQueue } from '../shared/storage/message-queue.ts';

interface Deps {
  /** Each queue with the host's queue of what it gave up on. */
  readonly queues: readonly { readonly queue: Measured; readonly poison: Measured }[];
  readonly due: Pick<DueFollowUps, 'overdue'>;
  readonly deadLetters: Pick<DeadLetters, 'count'>;
  readonly now?: () => Date;
}

type Measured = Pick<MessageQueue, 'name' | 'measure'>;

/** How many are counted at the most: a page of a thousand is an operation. */
const maxCounted = 5_000;

/** Every five minutes, and not on the minute, when everybody's timers run. */
const schedule = '20 */5 * * * *';

/** Says how long the queues are and how old what is on them; and what is due, and dead-lettered. */
export function makeMeasureQueues({
  queues,
  due,
  deadLetters,
  now = () => new Date(),
}: Deps): TimerFunctionOptions {
  const measure = async ({ queue, poison }: Deps['queues'][number], log: Log) => {
    const [{ length, first }, gaveUp, dead] = await Promise.all([
      queue.measure(),
      poison.measure(),
      deadLetters.count(queue.name, maxCounted),
    ]);
    const ages = first.map((message) => ageOf(message, now()) ?? 0);
    const oldestSeconds = Math.max(0, ...ages);
    log.signal('queue.measured', { queue: queue.name, length, oldestSeconds, poison: gaveUp.length });
    log.signal('dead-letters.measured', { queue: queue.name, count: dead });
  };
  const measureDue = async (log: Log) => {
    const overdue = await due.overdue(now(), maxCounted);
    const first = overdue.map(({ at }) => at).sort()[0];
    const oldestSeconds = first ? Math.round((now().getTime() - Date.parse(first)) / 1_000) : 0;
    log.signal('due.measured', { due: overdue.length, oldestSeconds });
  };

  return {
    schedule,
    async handler(_timer: Timer, context: InvocationContext) {
      const log = logTo(context);
      const failed = (service: 'queues' | 'tables') => (error: unknown) =>
        log.signal('storage.failed', { service, reason: messageOf(error) });
      // One that cannot be measured keeps no other from being so.
      await Promise.all(queues.map((each) => measure(each, log).catch(failed('queues'))));
      await measureDue(log).catch(failed('tables'));
    },
  };
}
