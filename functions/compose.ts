import type { TimerFunctionOptions } from '@azure/functions';
import { makeVerifyConditionToken } from '../shared/altinn/auth/condition-token.ts';
import type { Tracked } from '../shared/events/catalogue.ts';
import { overdueDigests } from '../shared/follow-ups/digests/make-digests.ts';
import { LiveFollowUps } from '../shared/follow-ups/live-follow-ups.ts';
import { makeSendCondition } from '../shared/follow-ups/send-condition.ts';
import { FollowUps } from '../shared/follow-ups/store.ts';
import type { Consumer } from '../shared/queue/consumer.ts';
import { DeadLetters } from '../shared/queue/dead-letters.ts';
import { Retries } from '../shared/queue/retries.ts';
import { enqueueReactions } from '../shared/reactions/enqueue.ts';
import type { Configuration } from '../shared/settings/configuration.ts';
import type { Environment } from '../shared/settings/reading.ts';
import { connectStorage } from '../shared/storage/connect.ts';
import { Timeline } from '../shared/tracking/timeline.ts';
import { composeFollowUps } from './compose-follow-ups.ts';
import { composePeople } from './compose-people.ts';
import { composeRepairs } from './compose-repairs.ts';
import { connectAltinn } from './connect-altinn.ts';
import { makeDueFollowUps } from './due-follow-ups.ts';
import { makeFollowUp } from './follow-up.ts';
import { makeHealth } from './health.ts';
import { makeMeasureQueues } from './measure-queues.ts';
import { makeReact } from './react.ts';
import { ownReactions } from './reactions.ts';
import { makeReadStatus } from './read-status.ts';
import { makeReceiveEvents } from './receive-events.ts';
import { makeSendConditionHandler } from './send-condition.ts';
import { makeSendDigest } from './send-digest.ts';
import { makeTrackEvents } from './track-events.ts';

/** Makes every handler there is from what it needs, as the settings say. Sends nothing. */
export function compose(configuration: Configuration, environment: Environment) {
  const { callers, resources } = configuration;
  const { queues, poison, tables } = connectStorage(configuration.storage);
  const timeline = new Timeline(tables.timeline);
  const live = new LiveFollowUps(tables.liveFollowUps);
  const followUps = new FollowUps(tables.timeline, live);
  const deadLetters = new DeadLetters(tables.deadLetters);
  const common = { deadLetters, retries: new Retries(tables.retries) };
  const altinn = connectAltinn(configuration, tables.shared);
  const { whyNot = altinn ? undefined : 'set the credentials' } = altinn ?? {};
  const { policy, consequences, guard, release, digests, warnings } = composeFollowUps(configuration, {
    followUps,
    live,
    timeline,
    queues,
    tables,
    altinn,
    environment,
  });

  const names = Object.keys(queues) as (keyof typeof queues)[];
  const consumers: Record<string, Consumer> = {
    'track-events': makeTrackEvents({
      ...common,
      queue: queues.events,
      timeline,
      resources,
      consequences: [...consequences, enqueueReactions({ reactions: ownReactions, queue: queues.reactions })],
    }),
    'follow-up': makeFollowUp({ ...common, queue: queues.followUps, guard }),
    'send-digest': makeSendDigest({ ...common, queue: queues.digests, digests }),
    react: makeReact({ ...common, queue: queues.reactions, reactions: ownReactions }),
  };
  const repairs = composeRepairs(configuration, {
    ...common,
    kinds: policy.kinds,
    altinn,
    timeline,
    queues,
    tables,
  });
  Object.assign(consumers, repairs.consumers);
  const timers: Record<string, TimerFunctionOptions> = {
    ...repairs.timers,
    'due-follow-ups': { schedule: configuration.followUp.schedule, handler: makeDueFollowUps(release) },
    'measure-queues': makeMeasureQueues({
      queues: names.map((name) => ({ queue: queues[name], poison: poison[name] })),
      due: release.due,
      digests: { overdue: (now) => overdueDigests(release.digests, now) },
      deadLetters,
    }),
  };
  return {
    connection: configuration.connection,
    warnings: [
      ...configuration.warnings,
      ...warnings,
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
    sendCondition: makeSendConditionHandler({
      verify: altinn && makeVerifyConditionToken(altinn.platform.environment.maskinporten),
      condition: makeSendCondition({ askAltinn: altinn?.askFirst, timeline }),
    }),
    readStatus: (about: Tracked) => makeReadStatus({ followUps, about }),
    people: composePeople({ followUps, live, due: release.due, deadLetters, queue: queues.followUps.name }),
  };
}
