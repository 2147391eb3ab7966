import { setTimeout as delay } from 'node:timers/promises';
import type { InvocationContext, Timer } from '@azure/functions';
import { AltinnError } from '../shared/altinn/api/altinn-error.ts';
import type { Pace } from '../shared/altinn/pace.ts';
import type { Role } from '../shared/altinn/role.ts';
import type { Whose } from '../shared/altinn/whose.ts';
import { type Consumer, type ConsumerDeps, makeConsumer } from '../shared/queue/consumer.ts';
import { NonRetryableError, RetryableError } from '../shared/queue/errors.ts';
import { newMessage } from '../shared/queue/message.ts';
import { type AuditDeps, auditPart } from '../shared/reconcile/audit/audit-part.ts';
import type { Audits } from '../shared/reconcile/audit/audits.ts';
import { nightlyAudits } from '../shared/reconcile/audit/begin.ts';
import { type AuditTask, auditTask, mostRequests } from '../shared/reconcile/audit/task.ts';
import { logTo } from '../shared/signals/log.ts';
import type { MessageQueue } from '../shared/storage/message-queue.ts';

interface TimerDeps {
  /** URNs. */
  readonly resources: readonly string[];
  readonly role: Role;
  readonly whose: readonly Whose[];
  /** The queue `audits`. */
  readonly queue: Pick<MessageQueue, 'send'>;
  readonly now?: () => Date;
}

/** Begins the night's audits: one message a resource and age, and a subunit's of its own. */
export function makeAuditLetters({ resources, role, whose, queue, now = () => new Date() }: TimerDeps) {
  return async (_timer: Timer, context: InvocationContext): Promise<void> => {
    const tasks = resources.flatMap((resource) =>
      whose.flatMap((each) => nightlyAudits({ resource, role, whose: each }, now())),
    );
    for (const task of tasks) await queue.send(messageOf(task, now()));
    logTo(context).signal('audit.begun', { resources: resources.length, windows: tasks.length });
  };
}

interface ConsumingDeps extends ConsumerDeps, AuditDeps {
  readonly audits: Pick<Audits, 'isFinished' | 'finish' | 'total'>;
  /** The pace towards Altinn, of which an audit takes what follow-ups leave. */
  readonly pace?: Pick<Pace, 'take'> | undefined;
  /** Waits so many milliseconds. */
  readonly sleep?: (ms: number) => Promise<unknown>;
}

/** Milliseconds until its turn at the pace from which a part rather comes again later. */
const maxTurnMs = 10_000;

/** Does a part of an audit, puts the parts that it was divided into on the queue, and reports after the last. */
export function makeAuditWindow({ audits, pace, sleep = delay, ...deps }: ConsumingDeps): Consumer {
  const { queue, now = () => new Date() } = deps;
  return makeConsumer({
    ...deps,
    body: auditTask,
    // A minute of requests at a low pace, with the tries of each, and storage for a few thousand letters.
    timeoutMs: 180_000,
    async work({ body: task }, { log, signal }) {
      if (!(await audits.isFinished(task))) {
        const wanted = mostRequests(task);
        const slots = await pace?.take(wanted, { atLeast: wanted, withinMs: maxTurnMs });
        if (slots?.count === 0) throw new RetryableError('the pace towards Altinn is taken');
        await sleep(slots?.firstMs ?? 0);
        const { found, next } = await auditPart(task, { ...deps, maxTries: 1 }, signal).catch(
          giveUpWhereRefused,
        );
        for (const part of next) await queue.send(messageOf(part, now()));
        await audits.finish(task, found, next);
      }
      const total = await audits.total(task);
      if (!total) return;
      log.signal('audit.finished', { resource: task.resource, subunit: task.subunit, ...total });
    },
  });
}

/** A refusal is put right by an operator, and other audits come before that many tries. */
function giveUpWhereRefused(error: unknown): never {
  if (error instanceof AltinnError && !error.transient) throw new NonRetryableError(error.message);
  throw error;
}

function messageOf(task: AuditTask, now: Date) {
  return newMessage(task, { via: 'asked', enqueuedAt: now.toISOString() });
}
