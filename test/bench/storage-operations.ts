import { randomUUID } from 'node:crypto';
import { InvocationContext, type Timer } from '@azure/functions';
import { compose } from '../../functions/compose.ts';
import { sampleEvent } from '../../infra/dev/sample-event.ts';
import { FollowUps } from '../../shared/follow-ups/store.ts';
import { DeadLetters } from '../../shared/queue/dead-letters.ts';
import { newMessage } from '../../shared/queue/message.ts';
import { readConfiguration } from '../../shared/settings/configuration.ts';
import { connectStorage } from '../../shared/storage/connect.ts';
import { eventMessage } from '../../shared/tracking/event-message.ts';
import { startStorageProxy } from '../support/storage-proxy.ts';
import { table } from './report.ts';

const resources = ['altinn-correspondence-test-resource-1'];
const steps = [{ after: 'PT0S', channel: 'log' }];
const watched = { watch: { after: 'PT0S', resources }, steps };
/** Two watchdogs, whose time comes at once. */
const watchful = { kinds: { unread: watched, 'no-notification-outcome': watched } };
const twoSteps = {
  kinds: { 'never-read': { steps: [...steps, { after: 'PT1S', channel: 'log' }] } },
};

/** Counts what passes between the functions and storage: for the first letter, and again among 100,000. */
export async function benchStorageOperations(connectionString: string): Promise<void> {
  const proxy = await startStorageProxy(connectionString);
  /** The app, by a policy. */
  const start = (policy: object | 'none') => {
    const environment = {
      AzureWebJobsStorage: proxy.connectionString,
      FOLLOW_UP_GRACE: 'PT0S',
      FOLLOW_UP_SINCE: '2000-01-01T00:00:00Z',
      FOLLOW_UP_POLICY: policy === 'none' ? policy : JSON.stringify(policy),
    };
    const { consumers, timers } = compose(readConfiguration(environment), environment);
    const consumer = (name: string) => consumers[name] as (typeof consumers)[string];
    const timer = timers['due-follow-ups']?.handler;
    return {
      track: (event: ReturnType<typeof sampleEvent>, via: 'push' | 'pull' = 'push') =>
        consumer('track-events').handle(eventMessage(event, { ...how(), via }), context()),
      tick: async () => void (await timer?.({} as Timer, context())),
      /** With the lease that it was released under, as its message has it. */
      check: async (id: string) => {
        const lease = (await aside.get(id, 'never-read'))?.lease?.id;
        const body = { kind: 'never-read', correspondenceId: id, lease } as const;
        await consumer('follow-up').handle(newMessage(body, how()), context());
      },
    };
  };
  const context = () => new InvocationContext({ functionName: 'bench', logHandler: () => {} });
  const how = () => ({ via: 'push', enqueuedAt: new Date().toISOString() }) as const;
  const aside = new FollowUps(connectStorage({ connectionString }).tables.timeline);
  const [{ track: take, tick, check }, withWatchdogs, withTwo] = [
    start('none'),
    start(watchful),
    start(twoSteps),
  ];
  const track = (name: string, id: string, event = sampleEvent(name, { resourceinstance: id })) =>
    take(event);

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
    const neverRead = sampleEvent('correspondencereceiverneverread', { resourceinstance: id });
    await count('new event: never read (opens a follow-up)', () => take(neverRead));
    await count('timer: releases one that is due', tick);
    await count('timer: nothing is due', tick);
    await count('follow-up: checked, and notified', () => check(id));
    await track('correspondencereceiverneverread', other);
    await tick();
    await count('new event: read, a follow-up open', () => track('correspondencereceiverread', id));
    await count('follow-up: checked, and closed', () => check(id));
    await count('follow-up: checked, and suppressed', () => check(other));
    const [stepped, never, soon] = [randomUUID(), randomUUID(), randomUUID()];
    await track('correspondencereceiverneverread', stepped);
    await tick();
    await withTwo.check(stepped);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await withTwo.tick();
    await count('follow-up: checked, and its second step taken', () => withTwo.check(stepped));
    const publish = (id: string) =>
      withWatchdogs.track(sampleEvent('correspondencepublished', { resourceinstance: id }));
    await count('new event: published, with two watchdogs', () => publish(never));
    await count('timer: the time of two watchdogs has come, and both open', withWatchdogs.tick);
    await tick();
    await publish(soon);
    await track('correspondencereceiverread', soon);
    await count('timer: the time of two watchdogs has come, and the letter is read', withWatchdogs.tick);
    await count('timer: no time has come, with watchdogs', withWatchdogs.tick);
    const last = randomUUID();
    const pulled = sampleEvent('correspondencereceiverneverread', { resourceinstance: last });
    await take(pulled);
    await count('event again: never read, pulled after it was pushed', () => take(pulled, 'pull'));
    await tick();
    await check(last);
    await tick();
  }

  // Queues and tables are made on first use.
  await Promise.all([
    track('correspondencereceiverneverread', randomUUID()),
    new DeadLetters(connectStorage({ connectionString }).tables.deadLetters).add('warm', '', 'up'),
  ]);
  // The first ticks plan what waits by the policy.
  for (let ticks = 0; ticks < 3; ticks++) await tick();
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
