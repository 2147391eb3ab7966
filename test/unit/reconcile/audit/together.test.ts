import { describe, expect, it } from 'vitest';
import { AltinnError } from '../../../../shared/altinn/api/altinn-error.ts';
import type { Slots } from '../../../../shared/altinn/pace.ts';
import type { Role } from '../../../../shared/altinn/role.ts';
import { allFacts, type EventName, typePrefix } from '../../../../shared/events/catalogue.ts';
import type { LetterStatus } from '../../../../shared/reconcile/audit/statuses.ts';
import { makeAskTogether } from '../../../../shared/reconcile/audit/together.ts';
import { eventMessage } from '../../../../shared/tracking/event-message.ts';
import { Timeline } from '../../../../shared/tracking/timeline.ts';
import { type ListedLetter, letterId, makeLetterList } from '../../../support/altinn/letter-list.ts';
import { takerOf } from '../../../support/altinn/taker.ts';
import { eventOf } from '../../../support/fixture.ts';
import { MemoryStorage } from '../../../support/memory-storage.ts';

const resource = 'urn:altinn:resource:my-letters';
const day = Date.parse('2026-08-13T00:00:00Z');
const hour = 3_600_000;

interface Options {
  readonly resources?: readonly string[];
  readonly role?: Role;
  readonly take?: (max: number) => Partial<Slots>;
  /** Letters of which all is known. */
  readonly others?: readonly ListedLetter[];
}

async function start(
  letters: readonly ListedLetter[],
  { resources = [resource], role = 'Sender', take, others = [] }: Options = {},
) {
  const storage = new MemoryStorage();
  const timeline = new Timeline(storage.table('timeline'));
  const altinn = makeLetterList([...letters, ...others]);
  const isOther = new Set(others.map(({ id }) => id));
  const allKnown = new Map(allFacts.map((fact) => [fact, { verified: true }] as const));
  const slept: number[] = [];
  let fails: unknown;
  const list: typeof altinn.correspondence.list = async (request) => {
    if (fails) throw fails;
    storage.now += 100;
    return altinn.correspondence.list(request);
  };
  const ask = makeAskTogether({
    correspondence: { ...altinn.correspondence, list },
    role,
    whose: [{}],
    resources,
    timeline: {
      entries: (id) => timeline.entries(id),
      facts: async (id) => (isOther.has(id) ? allKnown : timeline.facts(id)),
    },
    events: storage.queue('correspondence-events'),
    table: storage.table('shared'),
    pace: { take: takerOf((max) => ({ count: max, firstMs: 0, intervalMs: 100, ...take?.(max) })) },
    now: () => new Date(storage.now),
    sleep: async (ms) => void slept.push(ms),
  });
  const happened = (id: string, name: EventName, at: number, changes: object = {}) =>
    timeline.record(
      id,
      eventMessage(
        {
          ...eventOf('subject-person'),
          ...{ type: typePrefix + name, id: name, resource, time: new Date(at).toISOString() },
          ...changes,
        },
        { via: 'push', enqueuedAt: '2026-08-20T05:00:00.000Z' },
      ),
    );
  for (const { id, at } of letters) await happened(id, 'correspondencepublished', at + 60_000);
  const told = () =>
    storage.messages('correspondence-events').map(({ text }) => {
      const { body, via } = JSON.parse(Buffer.from(text, 'base64').toString());
      return `${body.event.resourceinstance} ${body.event.type.split('.').at(-1)} ${via}`;
    });
  const fail = (error: unknown) => {
    fails = error;
  };
  return { ...altinn, storage, ask, happened, told, slept, fail };
}

const lettersOf = (count: number, statuses: (n: number) => readonly LetterStatus[], at = day + 8 * hour) =>
  Array.from({ length: count }, (_, n): ListedLetter => {
    return { id: letterId(n), at: at + n * 1_000, statuses: ['Published', ...statuses(n)] };
  });
const idsOf = (letters: readonly ListedLetter[]) => letters.map(({ id }) => id);

describe('asking about many letters at once', () => {
  it('has a list settle what is due together, by five requests for a thousand', async () => {
    const letters = lettersOf(900, (n) =>
      n % 3 === 0 ? [] : n % 3 === 1 ? ['Read'] : ['PurgedByRecipient'],
    );
    const { ask, asked, told } = await start(letters);
    expect(await ask(idsOf(letters))).toBe(true);
    expect(asked.map(({ status }) => status)).toEqual([
      'Read',
      'Confirmed',
      'PurgedByRecipient',
      'PurgedByAltinn',
      'Failed',
    ]);
    expect(asked[0]).toMatchObject({
      role: 'Sender',
      resourceId: 'my-letters',
      to: '2026-08-14T00:00:00.000Z',
    });
    // Publication may come later than asked for.
    expect(asked[0]?.from).toBe('2026-08-12T17:59:59.999999Z');
    expect(told()).toHaveLength(600);
    expect(new Set(told().map((line) => line.split(' ').slice(1).join(' ')))).toEqual(
      new Set(['correspondencereceiverread asked', 'correspondencepurged asked']),
    );
    // The others are asked about one by one.
    expect(await ask(idsOf(letters))).toBe(false);
    expect(asked).toHaveLength(5);
  });

  it('asks nothing where few are due, or of days on which few of them were published', async () => {
    const few = lettersOf(99, () => ['Read']);
    const { ask, asked, storage } = await start(few);
    const before = storage.operations;
    expect(await ask(idsOf(few))).toBe(false);
    expect(storage.operations).toBe(before);
    const scattered = lettersOf(150, () => ['Read']).map((letter, n) => ({
      ...letter,
      at: day - n * 24 * hour,
    }));
    const other = await start(scattered);
    expect(await other.ask(idsOf(scattered))).toBe(false);
    expect([...asked, ...other.asked]).toEqual([]);
  });

  it('asks for each resource and day of its own, and for none that is not ours', async () => {
    const letters = lettersOf(400, () => ['Read']).map((letter, n) => {
      return { ...letter, at: letter.at - (n < 200 ? 0 : 72 * hour) };
    });
    const { ask, asked } = await start(letters, { resources: [resource] });
    await ask(idsOf(letters));
    expect(new Set(asked.map(({ to }) => to))).toEqual(
      new Set(['2026-08-14T00:00:00.000Z', '2026-08-11T00:00:00.000Z']),
    );
    const others = await start(letters, { resources: ['urn:altinn:resource:another'] });
    expect(await others.ask(idsOf(letters))).toBe(false);
    expect(others.asked).toEqual([]);
  });

  it('is settled by nothing that was pushed: a forged time of publication costs requests, and no more', async () => {
    const letters = lettersOf(300, () => []);
    const { ask, told, happened } = await start(letters);
    for (const { id } of letters) {
      await happened(id, 'correspondencepublished', day - 90 * 24 * hour, { id: 'forged' });
      await happened(id, 'correspondencereceiverread', day, { id: 'forged' });
    }
    expect(await ask(idsOf(letters))).toBe(true);
    expect(told()).toEqual([]);
  });

  it('divides what fills a page, goes on in the next run, and leaves letters of one instant to be asked alone', async () => {
    const letters = [
      ...lettersOf(3_000, () => ['Read'], day + hour),
      ...Array.from({ length: 1_100 }, (_, n): ListedLetter => {
        return { id: letterId(10_000 + n), at: day + 20 * hour, statuses: ['Published', 'Read'] };
      }),
    ];
    let lists = 0;
    const { ask, asked, told, details } = await start(letters, {
      take: (max) => ({ count: ++lists % 5 === 0 ? 0 : max }),
    });
    let runs = 0;
    while (runs < 100 && (await ask(idsOf(letters)))) runs++;
    expect(runs).toBeLessThan(100);
    expect(runs).toBeGreaterThan(2);
    expect(new Set(told()).size).toBe(4_000);
    // One look for each division, to see where the page ends.
    expect(details.length).toBeLessThan(10);
    // Once a status is told completely, the parts are not asked for it.
    expect(asked.filter(({ status }) => status === 'Confirmed')).toHaveLength(1);
  });

  it('gives up where lists tell little', async () => {
    // A hundred thousand were read, as we know, and a few hundred are due.
    const due = lettersOf(300, () => []);
    const others = Array.from({ length: 100_000 }, (_, n): ListedLetter => {
      return { id: letterId(1_000 + n), at: day + n * 800, statuses: ['Published', 'Read'] };
    });
    const { ask, asked, details, told, storage } = await start(due, { others });
    for (let runs = 0; runs < 20; runs++) {
      await ask(idsOf(due));
      storage.now += 60_000;
    }
    const requests = asked.length + details.length;
    expect(requests).toBeGreaterThan(50);
    expect(requests).toBeLessThan(70);
    expect(told()).toEqual([]);
  });

  it.each([
    ['does not answer', new AltinnError('Altinn answered 503', { status: 503 }), true],
    [
      'refuses',
      new AltinnError('Altinn answered 401 with code 4001', { status: 401, errorCode: 4001 }),
      false,
    ],
  ])('waits, for a quarter of an hour at the most, when Altinn %s', async (_, error, waits) => {
    const letters = lettersOf(200, () => ['Read']);
    const { ask, fail, storage, told } = await start(letters);
    fail(error);
    expect(await ask(idsOf(letters))).toBe(true);
    expect(await ask(idsOf(letters))).toBe(waits);
    storage.now += 900_001;
    expect(await ask(idsOf(letters))).toBe(false);
    fail(undefined);
    expect(told()).toEqual([]);
    storage.now += hour;
    expect(await ask(idsOf(letters))).toBe(true);
    expect(told()).toHaveLength(200);
  });

  it('keeps to the pace: waits a moment for its turn, and for the next run where that is far', async () => {
    const letters = lettersOf(200, () => ['Read']);
    let firstMs = 400;
    const { ask, slept, asked } = await start(letters, { take: () => ({ firstMs }) });
    await ask(idsOf(letters));
    expect(slept).toEqual([400]);
    firstMs = 6_000;
    const far = await start(letters, { take: () => ({ firstMs }) });
    expect(await far.ask(idsOf(letters))).toBe(true);
    expect(far.asked).toEqual([]);
    expect(asked).toHaveLength(5);
  });

  it('as a recipient asks for its own letters, and about none alone', async () => {
    const letters = lettersOf(200, () => ['Read']);
    const { ask, asked, details } = await start(letters, { role: 'Recipient' });
    await ask(idsOf(letters));
    expect(new Set(asked.map(({ role }) => role))).toEqual(new Set(['Recipient']));
    expect(details).toEqual([]);
  });
});
