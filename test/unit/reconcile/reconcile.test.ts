import { describe, expect, it } from 'vitest';
import { DeadLetters } from '../../../shared/queue/dead-letters.ts';
import { Checkpoints } from '../../../shared/reconcile/checkpoints.ts';
import { type Options, type ReconcileDeps, reconcile } from '../../../shared/reconcile/reconcile.ts';
import { type EventMessage, eventMessage } from '../../../shared/tracking/event-message.ts';
import { Timeline } from '../../../shared/tracking/timeline.ts';
import { type FeedEvent, feedEvent, makeFeed } from '../../support/altinn/event-feed.ts';
import { logInto } from '../../support/log.ts';
import { MemoryStorage } from '../../support/memory-storage.ts';

const resource = 'urn:altinn:resource:my-letters';
const queueName = 'correspondence-events';
const many = (count: number, changes: Partial<FeedEvent> = {}) =>
  Array.from({ length: count }, () => feedEvent(changes));

function start() {
  const storage = new MemoryStorage();
  const feed = makeFeed();
  const timeline = new Timeline(storage.table('timeline'));
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const now = () => new Date(storage.now);
  const deps: ReconcileDeps = {
    events: feed.events,
    timeline,
    queue: storage.queue(queueName),
    deadLetters: new DeadLetters(storage.table('deadletters'), now),
    checkpoints: new Checkpoints(storage.table('checkpoints'), now),
    log: logInto(write),
    now,
  };
  const queued = () =>
    storage
      .messages(queueName)
      .map(({ text }) => (JSON.parse(Buffer.from(text, 'base64').toString()) as EventMessage).body.event.id);
  /** Tracks what is on the queue. */
  const track = async () => {
    for (const { text } of storage.messages(queueName).splice(0)) {
      const message = JSON.parse(Buffer.from(text, 'base64').toString()) as EventMessage;
      await timeline.record(message.body.event.resourceinstance as string, message);
    }
  };
  const push = (event: FeedEvent) =>
    timeline.record(event.resourceinstance, eventMessage(event, { via: 'push', enqueuedAt: event.time }));
  const run = (options: Options & Partial<ReconcileDeps> = {}) =>
    reconcile(resource, { ...deps, ...options }, options);
  return { storage, feed, lines, queued, track, push, run, deps };
}

describe('what a pull says', () => {
  it('counts apart what the push had the time to bring: what is younger may be on its way', async () => {
    const { storage, feed, run } = start();
    const ago = (minutes: number) => new Date(storage.now - minutes * 60_000).toISOString();
    feed.all.push(feedEvent());
    await run();
    feed.all.push(...[1, 10, 20, 60].map((minutes) => feedEvent({ time: ago(minutes) })));
    expect(await run()).toMatchObject({ pulled: 4, missing: 4, late: 2 });
  });

  it('names what it dead-letters because it is no CloudEvent', async () => {
    const { storage, feed, run, lines } = start();
    feed.all.push(feedEvent({ source: undefined as never }), feedEvent());
    expect(await run()).toMatchObject({ pulled: 1, missing: 1 });
    expect(storage.rowsOf('deadletters')).toMatchObject([
      { reason: 'pulled from Altinn, and no CloudEvent' },
    ]);
    expect(lines).toContain(
      `message.dead-lettered queue=${queueName} reason="pulled from Altinn, and no CloudEvent"`,
    );
  });
});

describe('the deadline', () => {
  it('is kept within a page: the checkpoint is where the events are durable, and the next run goes on', async () => {
    const { storage, feed, run, queued } = start();
    feed.all.push(...many(1_000));
    const queue = {
      name: queueName,
      send: async (message: object) => {
        storage.now += 10;
        await storage.queue(queueName).send(message);
      },
    };
    const first = await run({ queue, deadline: storage.now + 2_500 });
    expect(first).toMatchObject({ complete: false });
    expect(first?.pulled).toBeGreaterThan(200);
    expect(first?.pulled).toBeLessThan(400);
    const second = await run();
    expect(second).toMatchObject({ complete: true, missing: 1_000 - (first?.missing ?? 0) });
    expect(new Set(queued()).size).toBe(1_000);
    expect(queued()).toHaveLength(1_000);
  });

  it('that is over lets nothing begin', async () => {
    const { storage, feed, run } = start();
    feed.all.push(...many(2));
    expect(await run({ deadline: storage.now - 1 })).toMatchObject({ pulled: 0, complete: false });
    expect(feed.asked).toEqual([]);
  });
});

describe('a catch-up', () => {
  it('that ends unfinished goes on from where it began, and brings nothing older', async () => {
    const { storage, feed, run, queued, track } = start();
    feed.all.push(...many(3, { time: '2026-08-10T05:00:00Z' }));
    await run();
    await track();
    // The checkpoint is gone, with what was before it; what is there is older and newer than it was.
    feed.all.splice(
      0,
      3,
      ...many(250, { time: '2026-08-11T00:00:00Z' }),
      ...many(250, { time: '2026-07-01T00:00:00Z' }),
    );
    const queue = {
      name: queueName,
      send: async (message: object) => {
        storage.now += 10;
        await storage.queue(queueName).send(message);
      },
    };
    expect(await run({ queue, deadline: storage.now + 1_500 })).toMatchObject({
      checkpointGone: true,
      complete: false,
    });
    expect(await run()).toMatchObject({ checkpointGone: false, complete: true });
    expect(queued()).toHaveLength(250);
    feed.all.push(...many(1, { time: '2026-07-01T00:00:00Z' }));
    expect(await run(), 'and is over then').toMatchObject({ pulled: 1, missing: 1 });
  });
});

describe('an event that is too large for a message', () => {
  it('is dead-lettered once, and what is behind it is pulled', async () => {
    const { storage, feed, run, queued, lines } = start();
    const [large, next] = [feedEvent({ data: 'x'.repeat(60_000) }), feedEvent()];
    feed.all.push(large, next);
    expect(await run()).toMatchObject({ pulled: 2, missing: 2, complete: true });
    expect(queued()).toEqual([next.id]);
    await run({ since: '2026-01-01T00:00:00Z' });
    expect(storage.rowsOf('deadletters')).toMatchObject([
      { partitionKey: queueName, reason: expect.stringContaining('larger than a queue message') },
    ]);
    expect(lines.join('\n')).toContain('message.dead-lettered queue=correspondence-events');
  });
});

describe('one id under two sources', () => {
  it("at a page's end is no endless pull, and what is before it is taken", async () => {
    const { feed, run, queued } = start();
    const twice = feedEvent();
    const between = feedEvent();
    feed.all.push(feedEvent(), twice, between, { ...twice, source: 'https://api.altinn.no/correspondence' });
    expect(await run()).toMatchObject({ complete: true });
    expect(queued()).toContain(between.id);
    const asked = feed.asked.length;
    expect(await run()).toMatchObject({ checkpointGone: false, complete: true });
    expect(feed.asked.length - asked).toBeLessThan(5);
  });

  it('and what came behind the first of them is taken when the page has it before the second', async () => {
    const { feed, run, queued, track } = start();
    const twice = feedEvent();
    feed.all.push(feedEvent(), twice);
    await run();
    await track();
    const between = feedEvent();
    feed.all.push(between, { ...twice, source: 'https://api.altinn.no/correspondence' });
    await run();
    expect(queued()).toEqual([between.id]);
  });
});

describe('events that we may not see', () => {
  it.each([2, 999, 1_000, 1_500])('%i right behind the checkpoint do not make it lost', async (count) => {
    const { feed, run, track, lines, queued } = start();
    const [first, last] = [feedEvent(), feedEvent()];
    const others = many(count, { type: 'no.altinn.correspondence.correspondenceinitialized' });
    for (const { id } of others) feed.hidden.add(id);
    feed.all.push(first, last);
    await run();
    await track();
    feed.all.splice(1, 0, ...others);
    feed.all.push(feedEvent());
    expect(await run()).toMatchObject({ checkpointGone: false, pulled: 1, missing: 1 });
    expect(queued()).toEqual([feed.all.at(-1)?.id]);
    expect(lines.join()).not.toContain('no longer has');
  });

  it.each([
    ["Dialogporten's", 'dialogporten.dialog.created.v1'],
    ['of another type', 'no.altinn.correspondence.correspondenceinitialized'],
  ])('a thousand %s are not the end', async (_, type) => {
    const { feed, run, queued } = start();
    feed.all.push(feedEvent());
    for (let block = 0; block < 2; block++) {
      const others = many(1_100, { type });
      for (const { id } of others) feed.hidden.add(id);
      feed.all.push(
        ...others,
        feedEvent({
          type: 'no.altinn.correspondence.correspondencereceiverread',
          time: '2026-08-20T05:30:00Z',
        }),
        feedEvent(),
      );
    }
    expect(await run()).toMatchObject({ pulled: 5, missing: 5, complete: true });
    expect(queued()).toEqual(feed.all.filter(({ id }) => !feed.hidden.has(id)).map(({ id }) => id));
    expect(await run()).toMatchObject({ checkpointGone: false, pulled: 0 });
  });

  it('do not keep a lost checkpoint from being noticed', async () => {
    const { feed, run, track } = start();
    feed.all.push(...many(3));
    await run();
    await track();
    const others = many(5);
    for (const { id } of others) feed.hidden.add(id);
    feed.all.splice(0, 3, ...others, ...many(2));
    expect(await run()).toMatchObject({ checkpointGone: true, missing: 2 });
  });

  it('and nothing else: nothing is known, and the checkpoint stands', async () => {
    const { feed, run, track } = start();
    feed.all.push(...many(3));
    await run();
    await track();
    const others = many(5);
    for (const { id } of others) feed.hidden.add(id);
    feed.all.splice(0, 3, ...others);
    expect(await run()).toMatchObject({ checkpointGone: false, pulled: 0 });
    feed.all.push(feedEvent());
    expect(await run()).toMatchObject({ checkpointGone: true, missing: 1 });
  });
});

describe("others' events", () => {
  it('are not counted, and go nowhere', async () => {
    const { feed, run, queued } = start();
    feed.all.push(...many(3, { type: 'dialogporten.dialog.seen.v1' }), feedEvent());
    expect(await run()).toMatchObject({ pulled: 1, missing: 1 });
    expect(queued()).toHaveLength(1);
  });
});

describe('what the push had brought', () => {
  it('is handed over to be verified, and what was missing is not', async () => {
    const { feed, run, push } = start();
    const read = feedEvent({ type: 'no.altinn.correspondence.correspondencereceiverread' });
    const neverRead = feedEvent({ type: 'no.altinn.correspondence.CorrespondenceReceiverNeverRead' });
    const missing = feedEvent({ type: 'no.altinn.correspondence.correspondencepurged' });
    const others = many(2);
    feed.all.push(read, ...others, neverRead, missing);
    for (const event of [read, neverRead, ...others]) await push(event);
    const marked: string[] = [];
    const markVerified = async (_: string, { id }: { id: string }) => marked.push(id);
    expect(await run({ markVerified, dryRun: true })).toMatchObject({ missing: 1 });
    expect(marked).toEqual([]);
    await run({ markVerified });
    expect(marked.sort()).toEqual([read, neverRead, ...others].map(({ id }) => id).sort());
  });
});

describe('a push that has stopped', () => {
  it('is noticed, also over several runs, and named with its time; one event that it brings ends it', async () => {
    const { feed, run, push, track, lines } = start();
    const warned = () => lines.filter((line) => line.startsWith('push.silent'));
    feed.all.push(...many(20));
    await run();
    await track();
    expect(warned(), 'the first run brings what was before').toEqual([]);
    feed.all.push(...many(5, { time: '2026-08-20T05:10:00Z' }));
    await run();
    await track();
    expect(warned(), 'a handful').toEqual([]);
    feed.all.push(...many(5, { time: '2026-08-20T05:20:00Z' }));
    await run();
    await track();
    expect(warned()).toEqual([
      expect.stringMatching(
        / resource=\S+my-letters since=2026-08-20T05:10:00Z causes="the subscription .*doctor/,
      ),
    ]);
    await run();
    expect(warned(), 'nothing new').toHaveLength(1);
    const heard = feedEvent();
    feed.all.push(...many(5), heard, ...many(5));
    await push(heard);
    await run();
    expect(warned()).toHaveLength(1);
  });

  it('is not said of one by hand', async () => {
    const { feed, run, lines } = start();
    feed.all.push(...many(20));
    await run({ since: '2026-01-01T00:00:00Z' });
    expect(lines.join()).not.toContain('push.silent');
  });
});

describe("a subunit's events", () => {
  it('have a checkpoint of their own', async () => {
    const { feed, run, storage } = start();
    feed.all.push(feedEvent());
    const subject = 'urn:altinn:organization:identifier-no:310000002';
    await run({ subject, subunit: '310000002' });
    expect(await run()).toMatchObject({ pulled: 1 });
    expect(storage.rowsOf('checkpoints').map(({ resource }) => resource)).toEqual([
      resource,
      `${resource}:310000002`,
    ]);
  });
});
