import { isWatchdog } from '../shared/events/catalogue.ts';
import { channelTypes } from '../shared/follow-ups/channels/channel-types.ts';
import { makeChannels, strayNames } from '../shared/follow-ups/channels/make-channels.ts';
import { Digests } from '../shared/follow-ups/digests/digests.ts';
import { makeGatherer } from '../shared/follow-ups/digests/gather.ts';
import { makeSettledByLists } from '../shared/follow-ups/digests/settled-by-lists.ts';
import { Waiting } from '../shared/follow-ups/digests/waiting.ts';
import { DueFollowUps } from '../shared/follow-ups/due.ts';
import type { LiveFollowUps } from '../shared/follow-ups/live-follow-ups.ts';
import { openAndClose } from '../shared/follow-ups/open-and-close.ts';
import { forRole } from '../shared/follow-ups/policy/for-role.ts';
import { defaultPolicy } from '../shared/follow-ups/policy/policy.ts';
import { readPolicy } from '../shared/follow-ups/policy/read-policy.ts';
import { replan } from '../shared/follow-ups/replan.ts';
import { makeSince } from '../shared/follow-ups/since.ts';
import type { FollowUps } from '../shared/follow-ups/store.ts';
import { releaseWatches } from '../shared/follow-ups/watch/release-watches.ts';
import { replanWatches } from '../shared/follow-ups/watch/replan-watches.ts';
import { makeWatch } from '../shared/follow-ups/watch/watch.ts';
import { Watches } from '../shared/follow-ups/watch/watches.ts';
import { makeAskTogether } from '../shared/reconcile/audit/together.ts';
import type { Configuration } from '../shared/settings/configuration.ts';
import type { Environment } from '../shared/settings/reading.ts';
import type { Log } from '../shared/signals/log.ts';
import type { Storage } from '../shared/storage/connect.ts';
import type { Timeline } from '../shared/tracking/timeline.ts';
import { composeReminders } from './compose-reminders.ts';
import type { connectAltinn } from './connect-altinn.ts';

/** When this process started, and with it its policy. */
const startedAt = new Date();

/**
 * What opens and closes follow-ups, what checks them, and what releases those that are due.
 * @throws ConfigurationError where the policy is wrong, or a setting of a channel of it
 */
export function composeFollowUps(
  configuration: Configuration,
  {
    followUps,
    live,
    timeline,
    queues,
    tables,
    altinn,
    environment,
  }: Pick<Storage, 'queues' | 'tables'> & {
    followUps: FollowUps;
    live: LiveFollowUps;
    timeline: Timeline;
    altinn: ReturnType<typeof connectAltinn>;
    /** Where the settings of channels are. */
    environment: Environment;
  },
) {
  const { followUp, asking, pausing, resources, storage } = configuration;
  const { graceMs, leaseMs, webhook } = followUp;
  const due = new DueFollowUps(tables.due);
  const since = makeSince(tables.shared, followUp.since);
  const paused = pausing.steps === 'paused';
  const { askAltinn, pace } = altinn ?? {};
  const named = followUp.policy
    ? readPolicy(followUp.policy, { types: channelTypes, resources })
    : defaultPolicy(webhook ? 'webhook' : 'log');
  const { policy, refused } = forRole(named, altinn?.role ?? 'Sender');
  const channels = makeChannels(policy.channels, environment, {
    webhook,
    storage,
    reminders: composeReminders(configuration, altinn),
  });
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
  // Where nothing is watched for, not even the look whether something's time has come is paid.
  const watches = [...policy.kinds].some(isWatchdog) ? new Watches(tables.due) : undefined;
  const watching = watches && { watches, followUps, due, policy, since, graceMs, isAsked: !!askAltinn };
  const digests = new Digests(tables.digests);
  const making = { waiting: new Waiting(tables.digests), digests, queue: queues.digests, leaseMs };
  return {
    policy,
    warnings: [
      ...refused.map((kind) => `the policy names ${kind}, of which a recipient gets no event: take it out`),
      ...strayNames(policy.channels, environment),
    ],
    consequences: [
      openAndClose({ followUps, due, graceMs, policy, since }),
      ...(watches ? [makeWatch({ watches, policy, since })] : []),
    ],
    guard: {
      followUps,
      due,
      channels,
      policy,
      gatherer: makeGatherer({ table: tables.digests, policy, channels }),
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
      digests: making,
      paused,
      releaseWatches: watching && ((log: Log) => releaseWatches(watching, log)),
      replan: () =>
        replan({
          ...{ table: tables.shared, live, followUps, due, policy, graceMs, startedAt },
          replanWatches: async (position) => watches && replanWatches({ watches, policy }, position),
        }),
    },
    digests: {
      ...{ digests, followUps, due, channels, policy, maxWaitMs, paused },
      isAltinnAsked: askAltinn !== undefined,
      settledByLists:
        askAltinn && altinn?.auditing
          ? makeSettledByLists({
              list: altinn.auditing.correspondence.list,
              role: altinn.role,
              whose: altinn.whose,
              pace: altinn.pace,
            })
          : undefined,
    },
  };
}
