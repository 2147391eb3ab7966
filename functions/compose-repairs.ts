import type { TimerFunctionOptions } from '@azure/functions';
import { makeEvents } from '../shared/altinn/api/events.ts';
import { makeSubscriptions } from '../shared/altinn/api/subscriptions.ts';
import { type FollowUpKind, lookUp } from '../shared/events/catalogue.ts';
import type { Consumer } from '../shared/queue/consumer.ts';
import type { DeadLetters } from '../shared/queue/dead-letters.ts';
import type { Retries } from '../shared/queue/retries.ts';
import { makeVerify } from '../shared/reactions/verify.ts';
import { Audits } from '../shared/reconcile/audit/audits.ts';
import { Checkpoints } from '../shared/reconcile/checkpoints.ts';
import type { Configuration } from '../shared/settings/configuration.ts';
import type { Storage } from '../shared/storage/connect.ts';
import type { Timeline } from '../shared/tracking/timeline.ts';
import { makeAuditLetters, makeAuditWindow } from './audit-letters.ts';
import type { connectAltinn } from './connect-altinn.ts';
import { ownReactions } from './reactions.ts';
import { makeReconcileEvents } from './reconcile-events.ts';

interface Deps extends Pick<Storage, 'queues' | 'tables'> {
  readonly altinn: ReturnType<typeof connectAltinn>;
  readonly timeline: Timeline;
  /** The kinds of follow-ups that there are. */
  readonly kinds: ReadonlySet<FollowUpKind>;
  readonly deadLetters: DeadLetters;
  readonly retries: Retries;
}

/** What pulls what the push missed, and what asks for what Altinn lost: nothing without credentials for it. */
export function composeRepairs({ resources, reconcile, audit }: Configuration, deps: Deps) {
  const { altinn, timeline, deadLetters, retries, queues, tables, kinds } = deps;
  const consumers: Record<string, Consumer> = {};
  const timers: Record<string, TimerFunctionOptions> = {};
  if (altinn && resources.length > 0) {
    const handler = makeReconcileEvents({
      resources,
      events: makeEvents(altinn.platform),
      whose: altinn.whose,
      subscriptions: makeSubscriptions(altinn.platform),
      timeline,
      markVerified: makeVerify({
        reactions: ownReactions,
        timeline,
        queue: queues.events,
        // By the time of its publication a recipient's letter is found in Altinn's lists.
        isVerified: (type) => altinn.role === 'Recipient' && lookUp(type)?.fact === 'published',
        kinds,
      }),
      queue: queues.events,
      deadLetters,
      checkpoints: new Checkpoints(tables.checkpoints),
    });
    timers['reconcile-events'] = { schedule: reconcile.schedule, handler };
  }
  if (altinn?.auditing) {
    const { role } = altinn.auditing;
    const [queue, events] = [queues.audits, queues.events];
    const audits = new Audits(tables.audits);
    const asks = { ...altinn.auditing, pace: altinn.pace, timeline, events, audits };
    consumers['audit-window'] = makeAuditWindow({ deadLetters, retries, queue, ...asks });
    const handler = makeAuditLetters({ resources, role, whose: altinn.whose, queue });
    if (resources.length > 0) timers['audit-letters'] = { schedule: audit.schedule, handler };
  }
  return { consumers, timers };
}
