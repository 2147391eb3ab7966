import { randomUUID } from 'node:crypto';
import { InvocationContext } from '@azure/functions';
import { makeFollowUp } from '../../functions/follow-up.ts';
import { makeTrackEvents } from '../../functions/track-events.ts';
import { sampleEvent } from '../../infra/dev/sample-event.ts';
import { logChannel } from '../../shared/follow-ups/channels/log.ts';
import { DueFollowUps } from '../../shared/follow-ups/due.ts';
import { openAndClose } from '../../shared/follow-ups/open-and-close.ts';
import { defaultPolicy, type Policy } from '../../shared/follow-ups/policy/policy.ts';
import { releaseDue } from '../../shared/follow-ups/release.ts';
import { FollowUps } from '../../shared/follow-ups/store.ts';
import { releaseWatches } from '../../shared/follow-ups/watch/release-watches.ts';
import { makeWatch } from '../../shared/follow-ups/watch/watch.ts';
import { Watches } from '../../shared/follow-ups/watch/watches.ts';
import { DeadLetters } from '../../shared/queue/dead-letters.ts';
import { newMessage } from '../../shared/queue/message.ts';
import { Retries } from '../../shared/queue/retries.ts';
import { enqueueReactions } from '../../shared/reactions/enqueue.ts';
import { createReactions } from '../../shared/reactions/registry.ts';
import { connectStorage } from '../../shared/storage/connect.ts';
import { eventMessage } from '../../shared/tracking/event-message.ts';
import { Timeline } from '../../shared/tracking/timeline.ts';
import { silentLog } from '../support/log.ts';
import { startStorageProxy } from '../support/storage-proxy.ts';
import { table } from './report.ts';

/** Two watchdogs, whose time comes at once. */
const watchful: Policy = {
  ...defaultPolicy('webhook'),
  rule: (kind) =>
    kind === 'unread' || kind === 'no-notification-outcome'
      ? { steps: [], watchAfter: { iso: 'PT0S' } }
      : undefined,
};

/** Counts what passes between the functions and storage: for the first letter, and again among 100,000. */
export async function benchStorageOperations(connectionString: string): Promise<void> {
  const proxy = await startStorageProxy(connectionString);
  const { queues, tables } = connectStorage({ connectionString: proxy.connectionString });
  const timeline = new Timeline(tables.timeline);
  const followUps = new FollowUps(tables.timeline);
  const due = new DueFollowUps(tables.due);
  const deadLetters = new DeadLetters(tables.deadLetters);
  const common = { deadLetters, retries: new Retries(tables.retries) };
  const consequences = [
    openAndClose({
      followUps,
      due,
      policy: defaultPolicy('webhook'),
      graceMs: 0,
      since: async () => '2000-01-01T00:00:00Z',
    }),
    enqueueReactions({ reactions: createReactions(), queue: queues.reactions }),
  ];
  const events = makeTrackEvents({ ...common, timeline, consequences, queue: queues.events });
  const watching = {
    ...{ watches: new Watches(tables.due), followUps, due, policy: watchful, graceMs: 0, isAsked: false },
    since: async () => '2000-01-01T00:00:00Z',
  };
  const watched = makeTrackEvents({
    ...common,
    timeline,
    consequences: [...consequences, makeWatch(watching)],
    queue: queues.events,
  });
  const guard = {
    followUps,
    due,
    channels: new Map([['log', logChannel]]),
    policy: defaultPolicy('log'),
    events: queues.events,
    graceMs: 0,
    since: async () => '2000-01-01T00:00:00Z',
    maxWaitMs: 0,
    leaseMs: 900_000,
    paused: false,
  };
  const checks = makeFollowUp({ ...common, guard, queue: queues.followUps });
  const tick = async () =>
    void (await releaseDue({ due, followUps, queue: queues.followUps, leaseMs: 900_000 }));
  const context = () => new InvocationContext({ functionName: 'bench', logHandler: () => {} });
  const how = () => ({ via: 'push', enqueuedAt: new Date().toISOString() }) as const;
  const track = (name: string, id: string, event = sampleEvent(name, { resourceinstance: id })) =>
    events.handle(eventMessage(event, how()), context());
  const aside = new FollowUps(connectStorage({ connectionString }).tables.timeline);
  /** With the lease that it was released under, as its message has it. */
  const check = async (id: string) => {
    const lease = (await aside.get(id, 'never-read'))?.lease?.id;
    await checks.handle(newMessage({ kind: 'never-read', correspondenceId: id, lease }, how()), context());
  };

  const counts: [string, string, string][] = [];
  async function count(what: string, work: () => Promise<void>) {
    let [tables, queues] = [0, 0];
    proxy.before = ({ service }) => {
      if (service === 'table') tables++;
      else queues++;
      return true;
    };
    await work();
    proxy.before = () => true;
    counts.push([what, `${tables}`, `${queues}`]);
  }

  async function aLetter() {
    const [id, other] = [randomUUID(), randomUUID()];
    const published = sampleEvent('correspondencepublished', { resourceinstance: id });
    await count('new event: published', () => track('', id, published));
    await count('the same again', () => track('', id, published));
    const read = sampleEvent('correspondencereceiverread', { resourceinstance: other });
    await count('new event: read, no follow-up open', () => track('', other, read));
    await count('the same again', () => track('', other, read));
    await count('new event: never read (opens a follow-up)', () =>
      track('correspondencereceiverneverread', id),
    );
    await count('timer: releases one that is due', tick);
    await count('timer: nothing is due', tick);
    await count('follow-up: checked, and notified', () => check(id));
    await track('correspondencereceiverneverread', other);
    await tick();
    await count('new event: read, a follow-up open', () => track('correspondencereceiverread', id));
    await count('follow-up: checked, and closed', () => check(id));
    await count('follow-up: checked, and suppressed', () => check(other));
    await tick();
    const [never, soon] = [randomUUID(), randomUUID()];
    const publish = (id: string) =>
      watched.handle(
        eventMessage(sampleEvent('correspondencepublished', { resourceinstance: id }), how()),
        context(),
      );
    const look = async () => void (await releaseWatches(watching, silentLog));
    await count('new event: published, with two watchdogs', () => publish(never));
    await count('watchdogs: the time of two has come, and both open', look);
    await publish(soon);
    await track('correspondencereceiverread', soon);
    await count('watchdogs: the time of two has come, and the letter is read', look);
    await count('watchdogs: no time has come', look);
    await tick();
  }

  // Queues and tables are made on first use.
  await Promise.all([
    track('correspondencereceiverneverread', randomUUID()),
    deadLetters.add('warm', '', 'up'),
  ]);
  await tick();
  await aLetter();
  const first = counts.splice(0);
  console.log('\nFilling storage with 100,000 letters …');
  const { timeline: rows } = connectStorage({ connectionString }).tables;
  const letters = 100_000;
  let next = 0;
  const fill = async () => {
    while (next++ < letters)
      await rows.insert({ partitionKey: randomUUID(), rowKey: 'event:x', type: 'x', receivedAt: '' });
  };
  await Promise.all(Array.from({ length: 32 }, fill));
  await aLetter();

  console.log('\nStorage operations, counted between the functions and storage\n');
  table(
    ['', 'table', 'queue', 'table, 100,000th letter', 'queue, 100,000th letter'],
    first.map((row, index) => [...row, counts[index]?.[1] ?? '', counts[index]?.[2] ?? '']),
  );
  await proxy.stop();
}
