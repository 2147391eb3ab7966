import type { InvocationContext, Timer, TimerFunctionOptions } from '@azure/functions';
import type { DueFollowUps } from '../shared/follow-ups/due.ts';
import type { DeadLetters } from '../shared/queue/dead-letters.ts';
import { ageOf, readHead } from '../shared/queue/message.ts';
import { messageOf } from '../shared/runtime/message-of.ts';
import { type Log, logTo } from '../shared/signals/log.ts';
import type { MessageQueue } from '../shared/storage/message-queue.ts';

interface Deps {
  /** Each queue with the host's queue of what it gave up on. */
  readonly queues: readonly { readonly queue: Measured; readonly poison: Measured }[];
  readonly due: Pick<DueFollowUps, 'overdue'>;
  /** Digests, and messages that wait for one, whose time has come. */
  readonly digests?: { overdue(now: Date): Promise<readonly { readonly at: string }[]> } | undefined;
  readonly deadLetters: Pick<DeadLetters, 'count'>;
  readonly now?: () => Date;
}

type Measured = Pick<MessageQueue, 'name' | 'measure'>;

/** How many are counted at the most: a page of a thousand is an operation. */
const maxCounted = 5_000;

/** Every five minutes, and not on the minute, when everybody's timers run. */
const schedule = '20 */5 * * * *';

/** Since when a message could have been taken: what is tried again has waited on purpose, and says its age itself. */
function waitedSeconds({ message, insertedOn }: { message: unknown; insertedOn: Date }, now: Date): number {
  const isFirst = readHead(message)?.attempt === 1;
  const age = isFirst ? ageOf(message, now) : undefined;
  return age ?? Math.round((now.getTime() - insertedOn.getTime()) / 1_000);
}

/** Says how long the queues are and how old what is on them; and what is due, and dead-lettered. */
export function makeMeasureQueues({
  queues,
  due,
  digests,
  deadLetters,
  now = () => new Date(),
}: Deps): TimerFunctionOptions {
  const measure = async ({ queue, poison }: Deps['queues'][number], log: Log) => {
    const [{ length, first }, gaveUp] = await Promise.all([queue.measure(), poison.measure()]);
    const ages = first.map((each) => waitedSeconds(each, now()));
    const oldestSeconds = Math.max(0, ...ages);
    log.signal('queue.measured', { queue: queue.name, length, oldestSeconds, poison: gaveUp.length });
  };
  const measureDead = async ({ queue }: Deps['queues'][number], log: Log) => {
    const count = await deadLetters.count(queue.name, maxCounted);
    log.signal('dead-letters.measured', { queue: queue.name, count });
  };
  const measureDue = async (log: Log) => {
    const overdue = [...(await due.overdue(now(), maxCounted)), ...((await digests?.overdue(now())) ?? [])];
    const first = Math.min(now().getTime(), ...overdue.map(({ at }) => Date.parse(at)));
    const oldestSeconds = Math.round((now().getTime() - first) / 1_000);
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
      const ofTables = async () => {
        await measureDue(log);
        for (const each of queues) await measureDead(each, log);
      };
      await ofTables().catch(failed('tables'));
    },
  };
}
