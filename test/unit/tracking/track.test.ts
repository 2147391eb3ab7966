import { describe, expect, it } from 'vitest';
import type { CloudEvent } from '../../../shared/events/cloud-event.ts';
import { NonRetryableError } from '../../../shared/queue/errors.ts';
import type { Via } from '../../../shared/queue/message.ts';
import { enqueueReactions, idempotencyKeyOf } from '../../../shared/reactions/enqueue.ts';
import { createReactions } from '../../../shared/reactions/registry.ts';
import { parseGuid } from '../../../shared/runtime/guid.ts';
import { askedEvent } from '../../../shared/tracking/asked-event.ts';
import { type EventMessage, eventMessage } from '../../../shared/tracking/event-message.ts';
import { deriveStatus } from '../../../shared/tracking/status.ts';
import { entriesOf, Timeline } from '../../../shared/tracking/timeline.ts';
import { type Consequence, track } from '../../../shared/tracking/track.ts';
import { eventOf, letters, seeds } from '../../support/fixture.ts';
import { logInto, silentLog } from '../../support/log.ts';
import { MemoryStorage } from '../../support/memory-storage.ts';

const receivedAt = '2026-08-20T06:00:00.000Z';
const letter = '5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90';

function start() {
  const storage = new MemoryStorage();
  const timeline = new Timeline(storage.table('timeline'));
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const log = logInto(write);
  const ran: [string, string][] = [];
  const consequences = ['first', 'second'].map(
    (name): Consequence =>
      async ({ event, upgraded }) =>
        void ran.push([name, idempotencyKeyOf(event) + (upgraded ? ' upgraded' : '')]),
  );
  const run = (event: CloudEvent, again = false, changes: Partial<EventMessage> = {}) =>
    track({ ...eventMessage(event, { via: 'push', enqueuedAt: receivedAt }), ...changes }, again, {
      timeline,
      consequences,
      log,
    });
  const entries = (id: string) => entriesOf(storage.rowsOf('timeline', id));
  return { storage, timeline, lines, ran, run, entries };
}

describe('a timeline', () => {
  it('knows its facts, and how an event came', async () => {
    const { timeline, run, storage } = start();
    const event = eventOf('subject-person');
    expect(await timeline.facts(letter)).toEqual(new Map());
    expect(await timeline.via(letter, event)).toBeUndefined();
    await run(event, false, { via: 'pull' });
    await run(eventOf('unknown-type'));
    const before = storage.operations;
    expect(await timeline.facts(letter)).toEqual(new Map([['published', { verified: true }]]));
    expect(await timeline.via(letter, event)).toBe('pull');
    expect(storage.operations - before).toBe(2);
  });
});

describe('track', () => {
  it.each([...seeds, ...letters])('puts %s into its timeline, verbatim', async (name) => {
    const { storage, run, entries: entriesOfLetter } = start();
    const event = eventOf(name);
    await run(event);
    const [row] = storage.rowsOf('timeline');
    expect(row?.event).toBe(JSON.stringify(event));
    expect(row?.partitionKey).toMatch(/^[0-9a-f-]{36}$/);
    const entries = entriesOfLetter(row?.partitionKey as string);
    expect(entries).toMatchObject([{ id: event.id, type: event.type, source: event.source, receivedAt }]);
    expect(deriveStatus(entries).timeline).toHaveLength(1);
  });

  it('runs all consequences, one after the other, for a new event', async () => {
    const { ran, run } = start();
    await run(eventOf('subject-person'));
    const key = `correspondencepublished-${letter}`;
    expect(ran).toEqual([
      ['first', key],
      ['second', key],
    ]);
  });

  it('runs none for an event that is recorded, unless its own message comes again', async () => {
    const { ran, run, lines } = start();
    const event = eventOf('subject-person');
    await run(event);
    await run(event);
    expect(ran).toHaveLength(2);
    expect(lines.at(-1)).toMatch(/^event.duplicate /);
    await run(event, true);
    expect(ran).toHaveLength(4);
    expect(lines.at(-1)).toMatch(/^event.tracked /);
  });

  it('takes one storage operation for a new event that calls for nothing, and one for a repeated one', async () => {
    const { storage, run } = start();
    await run(eventOf('subject-person'));
    expect(storage.operations).toBe(1);
    await run(eventOf('subject-person'));
    expect(storage.operations).toBe(2);
  });

  it('knows an event again by its id and type, in any casing of type and resourceinstance', async () => {
    const { storage, run } = start();
    const event = eventOf('subject-person');
    await run(event);
    await run({ ...event, type: event.type.toUpperCase(), resourceinstance: letter.toUpperCase() });
    expect(storage.rowsOf('timeline')).toHaveLength(1);
    await run({ ...event, id: 'another' });
    expect(storage.rowsOf('timeline')).toHaveLength(2);
  });

  it('gives the same idempotency key to the same fact, under whatever id, casing and old name', async () => {
    const { ran, run } = start();
    const event = eventOf('subject-person');
    await run(event);
    await run({ ...event, id: 'another', type: 'no.altinn.correspondence.Published' });
    await run({ ...event, id: 'a third', type: event.type.toUpperCase() });
    expect(new Set(ran.map(([, key]) => key)).size).toBe(1);
    await run({ ...event, type: 'no.altinn.correspondence.correspondencereceiverread' });
    expect(new Set(ran.map(([, key]) => key)).size).toBe(2);
  });

  it('gives each event of an unknown type a key of its own', async () => {
    const { ran, run } = start();
    await run(eventOf('unknown-type'));
    await run({ ...eventOf('unknown-type'), id: 'another' });
    expect(new Set(ran.map(([, key]) => key)).size).toBe(2);
  });

  it.each<[string, unknown]>([
    ['absent', undefined],
    ['empty', ''],
    ['a number', 7],
    ['no GUID', 'da4ceacc'],
    ['a GUID in braces', `{${letter}}`],
    ['a GUID and more', `${letter}/x`],
  ])(
    'throws NonRetryableError where resourceinstance is %s, and names no value',
    async (_what, resourceinstance) => {
      const { storage, run, ran } = start();
      const tracked = run({ ...eventOf('subject-person'), resourceinstance });
      await expect(tracked).rejects.toBeInstanceOf(NonRetryableError);
      await expect(tracked).rejects.toThrow(/^resourceinstance is missing or no GUID[^0-9]*$/);
      expect(storage.rowsOf('timeline')).toEqual([]);
      expect(ran).toEqual([]);
    },
  );

  it.each(['push', 'pull'] as const)(
    'is done with another’s event by %s: it stores nothing and names nobody',
    async (via) => {
      const { storage, run, ran, lines } = start();
      await run(eventOf('dialog-created'), false, { via });
      await run({ ...eventOf('dialog-created'), resourceinstance: undefined }, true, { via });
      expect([storage.operations, ran]).toEqual([0, []]);
      expect(lines).toEqual(['event.other events=1', 'event.other events=1']);
    },
  );

  it('keeps an unknown type of Correspondence, in whatever casing', async () => {
    const { storage, run } = start();
    await run({ ...eventOf('unknown-type'), type: 'NO.Altinn.Correspondence.SomethingNew' });
    expect(storage.rowsOf('timeline')).toHaveLength(1);
  });

  describe('with ALTINN_RESOURCES', () => {
    const ours = 'urn:altinn:resource:brev-fra-etaten';
    const runWith = (resources: string[], event: CloudEvent, via: Via) => {
      const { timeline, storage } = start();
      const log = silentLog;
      const message = eventMessage(event, { via, enqueuedAt: receivedAt });
      const tracked = track(message, false, { timeline, resources, consequences: [], log });
      return { storage, tracked };
    };

    it.each<[string, object]>([
      ['ours', { resource: ours }],
      ['ours in another casing', { resource: 'URN:Altinn:Resource:Brev-Fra-Etaten' }],
      ['ours under another casing of the name', { resource: undefined, Resource: ours }],
    ])('tracks an event of %s', async (_what, attributes) => {
      const event = JSON.parse(JSON.stringify({ ...eventOf('subject-person'), ...attributes }));
      const { storage, tracked } = runWith([ours], event, 'push');
      await tracked;
      expect(storage.rowsOf('timeline')).toHaveLength(1);
    });

    it.each(
      (['push', 'pull'] as const).flatMap((via) =>
        ([undefined, '', null, 7, [ours], { a: ours }, `${ours}-2`, 'brev-fra-etaten'] as const).map(
          (resource) => [via, resource] as const,
        ),
      ),
    )('refuses one by %s with the resource %j, and names no value', async (via, resource) => {
      const { storage, tracked } = runWith([ours], { ...eventOf('subject-person'), resource }, via);
      await expect(tracked).rejects.toBeInstanceOf(NonRetryableError);
      await expect(tracked).rejects.toThrow(/^resource is [a-z, _]+$/i);
      await expect(tracked).rejects.not.toThrow('brev');
      expect(storage.operations).toBe(0);
    });

    it('takes what we asked for ourselves, and anything where none is set', async () => {
      const event = { ...eventOf('subject-person'), resource: undefined };
      for (const { storage, tracked } of [runWith([ours], event, 'asked'), runWith([], event, 'push')]) {
        await tracked;
        expect(storage.rowsOf('timeline')).toHaveLength(1);
      }
    });
  });

  it('throws on what a consequence throws, with the event recorded, so that the message comes again', async () => {
    const { timeline, storage } = start();
    const failing: Consequence = async () => {
      throw new Error('the queue is down');
    };
    const log = silentLog;
    const message = eventMessage(eventOf('subject-person'), { via: 'push', enqueuedAt: receivedAt });
    await expect(track(message, false, { timeline, consequences: [failing], log })).rejects.toThrow('down');
    expect(storage.rowsOf('timeline')).toHaveLength(1);
  });

  it('enqueues a reaction only where one is registered for the type, or there is a fallback', async () => {
    const { timeline, storage } = start();
    const log = silentLog;
    const run = (reactions: ReturnType<typeof createReactions>) => {
      const consequences = [enqueueReactions({ reactions, queue: storage.queue('reactions') })];
      const message = eventMessage(eventOf('subject-person'), { via: 'asked', enqueuedAt: receivedAt });
      return track(message, true, { timeline, consequences, log });
    };
    const operations = async (reactions: ReturnType<typeof createReactions>) => {
      const before = storage.operations;
      await run(reactions);
      return storage.operations - before;
    };
    const reads = 'no.altinn.correspondence.correspondencereceiverread';
    const published = 'no.altinn.correspondence.correspondencepublished';
    expect(await operations(createReactions())).toBe(1);
    expect(await operations(createReactions().on(reads, () => {}))).toBe(1);
    expect(storage.messages('reactions')).toEqual([]);
    expect(await operations(createReactions().on(published, () => {}))).toBe(2);
    expect(await operations(createReactions(() => {}))).toBe(2);
    const [message] = storage.messages('reactions');
    const read = JSON.parse(Buffer.from(message?.text ?? '', 'base64').toString());
    expect(read).toMatchObject({ via: 'asked', body: { event: eventOf('subject-person') } });
  });

  it('says once that a type is unknown', async () => {
    const { lines, run } = start();
    await run(eventOf('unknown-type'));
    await run(eventOf('unknown-type'));
    expect(lines.filter((line) => line.startsWith('event.unknown-type'))).toHaveLength(1);
  });

  describe('how an event is known', () => {
    const forged = { via: 'asked', Via: 'asked', schemaVersion: 2, receivedAt: 'x', upgraded: true };

    it.each(['push', 'pull', 'asked'] as const)(
      'is what its message says: %s, whatever the event claims',
      async (via) => {
        const { run, entries, storage } = start();
        await run({ ...eventOf('subject-person'), ...forged, source: 'altinn' }, false, { via });
        expect(storage.rowsOf('timeline')).toMatchObject([{ via, receivedAt }]);
        expect(deriveStatus(entries(letter)).knownBy).toEqual({ published: via });
      },
    );

    it('becomes pull when a pushed event is pulled, and what was pushed under its id is forgotten', async () => {
      const { run, entries, storage } = start();
      const event = eventOf('subject-person');
      const subject = 'urn:altinn:organization:identifier-no:999999999';
      await run({ ...event, subject, time: '2026-01-01T00:00:00Z', lie: 'x'.repeat(20_000) });
      await run(event, false, { via: 'pull', enqueuedAt: '2026-08-20T07:00:00.000Z' });
      expect(storage.rowsOf('timeline')).toHaveLength(1);
      expect(storage.rowsOf('timeline')[0]).toMatchObject({ via: 'pull', receivedAt });
      expect(storage.rowsOf('timeline')[0]?.event2).toBeUndefined();
      expect(deriveStatus(entries(letter))).toMatchObject({
        recipient: event.subject,
        facts: { published: event.time },
        knownBy: { published: 'pull' },
      });
    });

    it.each([
      [['pull', 'push'], 'pull'],
      [['pull', 'pull'], 'pull'],
      [['push', 'pull', 'push'], 'pull'],
    ] as const)('never becomes less: %j is %s', async (ways, via) => {
      const { run, storage } = start();
      for (const way of ways) await run(eventOf('subject-person'), false, { via: way });
      expect(storage.rowsOf('timeline')).toMatchObject([{ via }]);
    });

    it('cannot be taken from what was learnt by asking, nor its place', async () => {
      const name = 'correspondencereceiverread';
      const learnt = { correspondenceId: letter, name, question: 'details' } as const;
      const asked = askedEvent({ ...learnt, time: '2026-08-20T05:00:00.123456Z' });
      const lie = { ...asked, time: '2026-08-01T00:00:00Z' };
      const arrivals: [CloudEvent, Via][] = [
        [lie, 'push'],
        [asked, 'asked'],
      ];
      for (const order of [arrivals, arrivals.toReversed()]) {
        const { run, entries } = start();
        for (const [event, via] of order) await run(event, false, { via });
        expect(deriveStatus(entries(letter))).toMatchObject({
          facts: { read: asked.time },
          knownBy: { read: 'asked' },
          timeline: [{ via: 'asked' }],
        });
      }
    });

    it('costs two more operations where it changes, one more for what was pulled twice, none for a push', async () => {
      const { run, storage } = start();
      const operations = async (via: Via) => {
        const before = storage.operations;
        await run(eventOf('subject-person'), false, { via });
        return storage.operations - before;
      };
      expect(await operations('push')).toBe(1);
      expect(await operations('push')).toBe(1);
      expect(await operations('pull')).toBe(3);
      expect(await operations('pull')).toBe(2);
      expect(await operations('push')).toBe(1);
      expect(await operations('asked')).toBe(1);
    });

    it('calls again, once, for what asks for verified events', async () => {
      const { ran, run } = start();
      const key = `correspondencepublished-${letter}`;
      await run(eventOf('subject-person'));
      await run(eventOf('subject-person'), false, { via: 'pull' });
      await run(eventOf('subject-person'), false, { via: 'pull' });
      expect(ran.map(([, what]) => what)).toEqual([key, key, `${key} upgraded`, `${key} upgraded`]);
    });

    it('verifies nothing that is not there, and one that is there once', async () => {
      const { timeline, run, storage } = start();
      const event = eventOf('subject-person');
      expect(await timeline.verify(letter, event)).toBe(false);
      expect(storage.rowsOf('timeline')).toEqual([]);
      await run(event);
      expect(await Promise.all([timeline.verify(letter, event), timeline.verify(letter, event)])).toEqual([
        true,
        false,
      ]);
      expect(storage.rowsOf('timeline')).toMatchObject([{ via: 'pull' }]);
    });
  });

  describe('a reaction', () => {
    const published = 'no.altinn.correspondence.correspondencepublished';
    const runAll = async (verifiedOnly: boolean, arrivals: [id: string, via: Via, again?: boolean][]) => {
      const { timeline, storage } = start();
      const reactions = createReactions().on(published, () => {}, { verifiedOnly });
      const consequences = [enqueueReactions({ reactions, queue: storage.queue('reactions') })];
      const log = silentLog;
      for (const [id, via, again = false] of arrivals) {
        const message = eventMessage({ ...eventOf('subject-person'), id }, { via, enqueuedAt: receivedAt });
        await track(message, again, { timeline, consequences, log });
      }
      return storage.messages('reactions').map(({ text }) => {
        const { via, body } = JSON.parse(Buffer.from(text, 'base64').toString());
        return [body.event.id, via, idempotencyKeyOf(body.event)];
      });
    };
    const key = `correspondencepublished-${letter}`;

    it('that asks for verified events is not enqueued by a push, however often it comes', async () => {
      expect(
        await runAll(true, [
          ['1', 'push'],
          ['1', 'push'],
          ['1', 'push', true],
          ['2', 'push'],
        ]),
      ).toEqual([]);
    });

    it('is enqueued once the event, or its fact under another id, is pulled or learnt by asking', async () => {
      expect(
        await runAll(true, [
          ['1', 'push'],
          ['1', 'pull'],
          ['1', 'pull'],
          ['1', 'push'],
        ]),
      ).toEqual([['1', 'pull', key]]);
      expect(
        await runAll(true, [
          ['1', 'push'],
          ['2', 'asked'],
        ]),
      ).toEqual([['2', 'asked', key]]);
      expect(
        await runAll(true, [
          ['1', 'pull'],
          ['1', 'push'],
        ]),
      ).toEqual([['1', 'pull', key]]);
    });

    it('is enqueued though the process died between verifying and this', async () => {
      // The row says pull already, so only the message itself can tell.
      expect(
        await runAll(true, [
          ['1', 'pull'],
          ['1', 'pull', true],
        ]),
      ).toHaveLength(2);
    });

    it('that asks for nothing is enqueued by the push, and not again by the pull', async () => {
      expect(
        await runAll(false, [
          ['1', 'push'],
          ['1', 'pull'],
        ]),
      ).toEqual([['1', 'push', key]]);
    });
  });

  it('logs no person', async () => {
    const { lines, run } = start();
    await run({ ...eventOf('subject-person'), id: '13845678914' });
    expect(lines.join()).not.toContain('13845678914');
  });

  it.each<[string, string]>([
    ['characters that a row key refuses', 'a/b\\c#d?e\u0001'],
    ['30,000 characters', 'x'.repeat(30_000)],
    ['characters of four bytes', '😀'.repeat(500)],
  ])('takes an id of %s', async (_what, id) => {
    const { storage, run } = start();
    await run({ ...eventOf('subject-person'), id });
    await run({ ...eventOf('subject-person'), id });
    await run({ ...eventOf('subject-person'), id: `${id}2` });
    expect(storage.rowsOf('timeline')).toHaveLength(2);
  });

  it('takes an event of 32 KiB', async () => {
    const { storage, run } = start();
    const event = { ...eventOf('subject-person'), filling: 'å😀'.repeat(5_300) };
    await run(event);
    const [row] = storage.rowsOf('timeline');
    expect([row?.event, row?.event2, row?.event3].join('')).toBe(JSON.stringify(event));
  });

  it('keeps events apart whose type and id are divided by a colon elsewhere', async () => {
    const { storage, run } = start();
    const event = eventOf('unknown-type');
    await run({ ...event, type: 'no.altinn.correspondence.a:b', id: 'c' });
    await run({ ...event, type: 'no.altinn.correspondence.a', id: 'b:c' });
    expect(storage.rowsOf('timeline')).toHaveLength(2);
  });

  it('dates the fact of an event without time by the reception that was tracked', async () => {
    const { run, entries } = start();
    for (const enqueuedAt of ['2026-08-20T06:00:10.000Z', '2026-08-20T06:00:00.000Z']) {
      await run(eventOf('time-absent'), false, { enqueuedAt });
    }
    const { facts } = deriveStatus(entries(letter));
    expect(Object.values(facts)).toEqual(['2026-08-20T06:00:10.000Z']);
  });
});

describe('parseGuid', () => {
  it('gives a GUID in lower case', () => {
    expect(parseGuid(letter.toUpperCase())).toBe(letter);
    expect(parseGuid(letter)).toBe(letter);
  });

  it.each([undefined, '', 'x', letter.slice(1), `${letter}\n`, ` ${letter}`, letter.replaceAll('-', '')])(
    'gives nothing for %j',
    (text) => {
      expect(parseGuid(text)).toBeUndefined();
    },
  );
});
