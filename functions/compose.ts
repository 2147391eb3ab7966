import type { TimerFunctionOptions } from '@azure/functions';
import { makeEvents } from '../shared/altinn/api/events.ts';
import { makeSubscriptions } from '../shared/altinn/api/subscriptions.ts';
import { lookUp, opensOrCloses, type Tracked } from '../shared/events/catalogue.ts';
import { logChannel } from '../shared/follow-ups/channels/log.ts';
import { webhookChannel } from '../shared/follow-ups/channels/webhook.ts';
import { DueFollowUps } from '../shared/follow-ups/due.ts';
import { openAndClose } from '../shared/follow-ups/open-and-close.ts';
import { makeSince } from '../shared/follow-ups/since.ts';
import { FollowUps } from '../shared/follow-ups/store.ts';
import type { Consumer } from '../shared/queue/consumer.ts';
import { DeadLetters } from '../shared/queue/dead-letters.ts';
import { Retries } from '../shared/queue/retries.ts';
import { enqueueReactions } from '../shared/reactions/enqueue.ts';
import { makeVerify } from '../shared/reactions/verify.ts';
import { Audits } from '../shared/reconcile/audit/audits.ts';
import { makeAskTogether } from '../shared/reconcile/audit/together.ts';
import { Checkpoints } from '../shared/reconcile/checkpoints.ts';
import type { Configuration } from '../shared/settings/configuration.ts';
import { connectStorage, type Storage } from '../shared/storage/connect.ts';
import { Timeline } from '../shared/tracking/timeline.ts';
import { makeAuditLetters, makeAuditWindow } from './audit-letters.ts';
import { connectAltinn } from './connect-altinn.ts';
import { makeDueFollowUps } from './due-follow-ups.ts';
import { makeFollowUp } from './follow-up.ts';
import { makeHealth } from './health.ts';
import { makeMeasureQueues } from './measure-queues.ts';
import { makeReact } from './react.ts';
import { ownReactions } from './reactions.ts';
import { makeReadStatus } from './read-status.ts';
import { makeReceiveEvents } from './receive-events.ts';
import { makeReconcileEvents } from './reconcile-events.ts';
import { makeTrackEvents } from './track-events.ts';

/** Makes every handler there is from what it needs, as the settings say. Sends nothing. */
export function compose(configuration: Configuration) {
  const { callers, resources, reconcile, audit } = configuration;
  const { queues, poison, tables } = connectStorage(configuration.storage);
  const timeline = new Timeline(tables.timeline);
  const followUps = new FollowUps(tables.timeline);
  const deadLetters = new DeadLetters(tables.deadLetters);
  const common = { deadLetters, retries: new Retries(tables.retries) };
  const altinn = connectAltinn(configuration, tables.shared);
  const { whyNot = altinn ? undefined : 'set the credentials' } = altinn ?? {};
  const { consequence, guard, release } = composeFollowUps(configuration, {
    followUps,
    timeline,
    queues,
    tables,
    altinn,
  });

  const names = Object.keys(queues) as (keyof typeof queues)[];
  const consumers: Record<string, Consumer> = {
    'track-events': makeTrackEvents({
      ...common,
      queue: queues.events,
      timeline,
      resources,
      consequences: [consequence, enqueueReactions({ reactions: ownReactions, queue: queues.reactions })],
    }),
    'follow-up': makeFollowUp({ ...common, queue: queues.followUps, guard }),
    react: makeReact({ ...common, queue: queues.reactions, reactions: ownReactions }),
  };
  const timers: Record<string, TimerFunctionOptions> = {
    'due-follow-ups': { schedule: configuration.followUp.schedule, handler: makeDueFollowUps(release) },
    'measure-queues': makeMeasureQueues({
      queues: names.map((name) => ({ queue: queues[name], poison: poison[name] })),
      due: release.due,
      deadLetters,
    }),
  };
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
        isVerified: (type) =>
          opensOrCloses(type) || (altinn.role === 'Recipient' && lookUp(type)?.fact === 'published'),
      }),
      queue: queues.events,
      deadLetters,
      checkpoints: new Checkpoints(tables.checkpoints),
    });
    timers['reconcile-events'] = { schedule: reconcile.schedule, handler };
  }
  if (altinn?.auditing) {
    const audits = new Audits(tables.audits);
    const deps = {
      ...common,
      ...altinn.auditing,
      pace: altinn.pace,
      queue: queues.audits,
      timeline,
      events: queues.events,
      audits,
    };
    consumers['audit-window'] = makeAuditWindow(deps);
    const { role } = altinn.auditing;
    const handler = makeAuditLetters({ resources, role, whose: altinn.whose, queue: queues.audits });
    if (resources.length > 0) timers['audit-letters'] = { schedule: audit.schedule, handler };
  }
  return {
    connection: configuration.connection,
    warnings: [
      ...configuration.warnings,
      ...(whyNot ? [`follow-ups rest on what is pushed: ${whyNot} to have Altinn asked first`] : []),
    ],
    health: makeHealth({
      queue: queues.events,
      table: tables.timeline,
      followUps: whyNot ? 'on what is pushed' : 'checked with Altinn',
    }),
    receiveEvents: makeReceiveEvents({ queue: queues.events, callers }),
    consumers,
    timers,
    readStatus: (about: Tracked) => makeReadStatus({ followUps, about }),
  };
}

/** What opens and closes follow-ups, what checks them, and what releases those that are due. */
function composeFollowUps(
  { followUp, asking, pausing, resources }: Configuration,
  {
    followUps,
    timeline,
    queues,
    tables,
    altinn,
  }: Pick<Storage, 'queues' | 'tables'> & {
    followUps: FollowUps;
    timeline: Timeline;
    altinn: ReturnType<typeof connectAltinn>;
  },
) {
  const { graceMs, leaseMs, webhook } = followUp;
  const due = new DueFollowUps(tables.due);
  const since = makeSince(tables.shared, followUp.since);
  const paused = pausing.steps === 'paused';
  const { askAltinn, pace } = altinn ?? {};
  const channel = webhook ? webhookChannel(webhook) : logChannel;
  const { maxWaitMs } = asking;
  const askTogether =
    altinn?.auditing &&
    makeAskTogether({
      ...altinn.auditing,
      whose: altinn.whose,
      table: tables.shared,
      pace: altinn.pace,
      timeline,
      resources,
      events: queues.events,
    });
  return {
    consequence: openAndClose({ followUps, due, graceMs, since }),
    guard: {
      followUps,
      due,
      channel,
      askAltinn,
      events: queues.events,
      graceMs,
      since,
      maxWaitMs,
      leaseMs,
      paused,
    },
    release: {
      due,
      followUps,
      queue: queues.followUps,
      leaseMs,
      pace: askAltinn && pace,
      // A recipient's question takes a turn for each list, so most turns are left to those.
      spanMs: altinn?.role === 'Recipient' ? 12_000 : undefined,
      askTogether: askAltinn && askTogether,
      since,
      paused,
    },
  };
}
