import { randomUUID } from 'node:crypto';
import { InvocationContext } from '@azure/functions';
import { makeFollowUp } from '../../functions/follow-up.ts';
import { makeTrackEvents } from '../../functions/track-events.ts';
import { sampleEvent } from '../../infra/dev/sample-event.ts';
import { logChannel } from '../../shared/follow-ups/channels/log.ts';
import { type Look, lookAt } from '../../shared/follow-ups/check.ts';
import { followUpReactions } from '../../shared/follow-ups/open-and-close.ts';
import { makeParked } from '../../shared/queue/dead-letters.ts';
import { envelop } from '../../shared/queue/message.ts';
import { connectStorage } from '../../shared/storage/connect.ts';
import { Timeline } from '../../shared/tracking/timeline.ts';
import { startStorageProxy } from '../support/storage-proxy.ts';
import { table } from './report.ts';

/** Counts what passes between the functions and storage: for the first letter, and again among 100,000. */
export async function benchStorageOperations(connectionString: string): Promise<void> {
  const proxy = await startStorageProxy(connectionString);
  const storage = connectStorage({ connectionString: proxy.connectionString });
  const timeline = new Timeline(storage.table('timeline'));
  const followUps = storage.queue('follow-ups');
  const parked = makeParked(storage.table('deadletters'), 'bench');
  const reactions = [followUpReactions({ timeline, queue: followUps, grace: 0 })];
  const trackEvents = makeTrackEvents({
    timeline,
    reactions,
    queue: storage.queue('correspondence-events'),
    parked,
  });
  const followUp = makeFollowUp({ timeline, channel: logChannel, queue: followUps, parked });
  const context = () => new InvocationContext({ functionName: 'bench', logHandler: () => {} });
  const track = (name: string, id: string, event = sampleEvent(name, { resourceinstance: id })) =>
    trackEvents(envelop(event, { via: 'push', receivedAt: new Date().toISOString() }), context());
  const look = (id: string, message: Look = lookAt('never-read', id)) => followUp(message, context());

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
    await count('follow-up: looks again and acts', () => look(id));
    await count('new event: read, a follow-up open', () => track('correspondencereceiverread', id));
    await count('follow-up: looks again and closes', () => look(id));
    await track('correspondencereceiverneverread', other);
    await count('follow-up: looks again and suppresses', () => look(other));
  }

  // Queues and tables are made on first use.
  await Promise.all([track('correspondencereceiverneverread', randomUUID()), parked.park('warm', 'up')]);
  await aLetter();
  const first = counts.splice(0);
  console.log('\nFilling storage with 100,000 letters …');
  const events = connectStorage({ connectionString }).table('timeline');
  const letters = 100_000;
  let next = 0;
  const fill = async () => {
    while (next++ < letters)
      await events.insert({ partitionKey: randomUUID(), rowKey: 'event:x', type: 'x', receivedAt: '' });
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
