import { describe, expect, it } from 'vitest';
import { AltinnError } from '../../../shared/altinn/api/altinn-error.ts';
import type { ListRequest } from '../../../shared/altinn/api/correspondence.ts';
import type { Turn } from '../../../shared/altinn/pace.ts';
import type { Whose } from '../../../shared/altinn/whose.ts';
import { typePrefix } from '../../../shared/events/catalogue.ts';
import { makeAskByList } from '../../../shared/follow-ups/question-by-list.ts';
import { RetryableError } from '../../../shared/queue/errors.ts';
import type { LetterStatus } from '../../../shared/reconcile/audit/statuses.ts';
import { deriveStatus, type TimelineEntry } from '../../../shared/tracking/status.ts';
import { type ListedLetter, letterId, makeLetterList } from '../../support/altinn/letter-list.ts';

const id = letterId(1);
const { signal } = new AbortController();
const resource = 'urn:altinn:resource:my-letters';
const published = Date.parse('2026-08-06T08:00:00Z');
const overdue = '2026-08-20T06:00:00.000Z';
const own: Whose = { subject: 'urn:altinn:organization:identifier-no:310000001' };
const subunit: Whose = { subject: 'urn:altinn:organization:identifier-no:310000002', subunit: '310000002' };

const entry = (name: string, time: string, via: 'push' | 'pull'): TimelineEntry => ({
  ...{ id: `${name}-${via}-${time}`, type: typePrefix + name, source: 'altinn', resource, time, via },
  receivedAt: time,
});
const pushedPublished = entry('correspondencepublished', new Date(published).toISOString(), 'push');
const pulledOverdue = entry('correspondencereceiverneverread', overdue, 'pull');
const ours = (...statuses: LetterStatus[]): ListedLetter => {
  return { id, at: published - 60_000, statuses: ['Published', ...statuses] };
};

function start(
  letters: readonly ListedLetter[],
  whose: readonly Whose[] = [own],
  ofSubunit: readonly ListedLetter[] = [],
) {
  const [mine, theirs] = [makeLetterList(letters), makeLetterList(ofSubunit)];
  const asked: ListRequest[] = [];
  const [turns, heard]: [(number | undefined)[], string[]] = [[], []];
  let [now, fails, isTaken]: [number, unknown, boolean] = [
    Date.parse('2026-08-20T07:00:00Z'),
    undefined,
    false,
  ];
  const question = makeAskByList({
    list: async (request) => {
      asked.push(request);
      if (fails) throw fails;
      return (request.onBehalfOf ? theirs : mine).correspondence.list(request);
    },
    whose,
    pace: {
      turn: async (at?: number): Promise<Turn> => {
        turns.push(at);
        return isTaken ? 'taken' : 'now';
      },
      answered: async () => void heard.push('answered'),
      silent: async () => void heard.push('silent'),
    },
    now: () => now,
  });
  const ask = (entries: readonly TimelineEntry[] = [pushedPublished, pulledOverdue], correspondenceId = id) =>
    question(
      {
        kind: 'never-read',
        correspondenceId,
        status: deriveStatus(entries),
        heardAt: '2026-08-20T06:59:00Z',
        askAt: overdue,
      },
      signal,
    );
  return {
    ...{ ask, asked, turns, heard },
    pass: (ms: number) => {
      now += ms;
    },
    fail: (error: unknown) => {
      fails = error;
    },
    take: () => {
      isTaken = true;
    },
  };
}

describe('a recipient’s question', () => {
  it.each<[string, LetterStatus[], string[]]>([
    ['nothing', [], []],
    ['read', ['Read'], ['read']],
    ['confirmed and purged', ['Confirmed', 'PurgedByRecipient'], ['confirmed', 'purged']],
    ['purged by its sender', ['PurgedByAltinn'], ['purged']],
  ])('is answered by lists: %s', async (_, statuses, facts) => {
    const { ask, asked } = start([ours(...statuses)]);
    const answer = await ask();
    expect(answer).toMatchObject({ is: 'known', question: 'list', isBorneOut: true, recipient: own.subject });
    expect(Object.keys(answer.is === 'known' ? answer.facts : {})).toEqual(facts);
    expect(new Set(asked.map(({ role }) => role))).toEqual(new Set(['Recipient']));
    expect(asked).toHaveLength(5);
    expect(asked[0]).toMatchObject({ resourceId: 'my-letters', to: '2026-08-07T00:00:00.000Z' });
  });

  it('asks nothing while what opens the follow-up is known by a push alone', async () => {
    const { ask, asked } = start([ours()]);
    const pushed = entry('correspondencereceiverneverread', overdue, 'push');
    expect(await ask([pushedPublished, pushed])).toMatchObject({ is: 'known', facts: {}, isBorneOut: false });
    expect(asked).toEqual([]);
  });

  it('has one list serve all letters of a day for a minute, and takes a turn for each list', async () => {
    const letters = [ours('Read'), { ...ours('Read'), id: letterId(2), at: published + 3_600_000 }];
    const { ask, asked, turns, pass } = start(letters);
    await ask();
    expect(await ask(undefined, letterId(2))).toMatchObject({ facts: { read: expect.any(String) } });
    expect(asked).toHaveLength(5);
    // The first has the turn that was taken when it was released.
    expect(turns).toEqual([Date.parse(overdue), undefined, undefined, undefined, undefined]);
    pass(60_001);
    await ask();
    expect(asked).toHaveLength(10);
  });

  it('finds a letter of a subunit by asking on behalf of that', async () => {
    const { ask } = start([], [own, subunit], [ours('Read')]);
    expect(await ask()).toMatchObject({
      is: 'known',
      recipient: subunit.subject,
      facts: { read: expect.any(String) },
    });
  });

  it('finds a letter whatever time of publication somebody pushed', async () => {
    const { ask } = start([ours('Read')]);
    const forged = entry('correspondencepublished', '2026-01-01T00:00:00Z', 'push');
    expect(await ask([forged, pushedPublished, pulledOverdue])).toMatchObject({
      facts: { read: expect.any(String) },
    });
    expect(await ask([pulledOverdue])).toMatchObject({ facts: { read: expect.any(String) } });
  });

  it('looks within a minute where a day has more letters than a list names', async () => {
    const others = Array.from({ length: 1_500 }, (_, n): ListedLetter => {
      return { id: letterId(100 + n), at: published + 600_000 + n * 1_000, statuses: ['Published', 'Read'] };
    });
    const { ask } = start([ours('Read'), ...others]);
    expect(await ask()).toMatchObject({ is: 'known', facts: { read: expect.any(String) } });
    const crowd = others.map((letter) => ({ ...letter, at: published }));
    expect(await start([ours(), ...crowd]).ask()).toMatchObject({
      is: 'silent',
      why: expect.stringContaining('more letters'),
    });
  });

  it('is disputed where no list names the letter', async () => {
    const { ask, asked } = start([], [own, subunit]);
    expect(await ask()).toMatchObject({ is: 'disputed' });
    // The day, the minute and the year, of each party.
    expect(asked).toHaveLength(6);
  });

  it.each([
    ['does not answer', new AltinnError('Altinn answered 503', { status: 503 }), { is: 'silent' }, 'silent'],
    [
      'lets us see nothing',
      new AltinnError('Altinn answered 401', { status: 401, errorCode: 4001 }),
      { is: 'disputed' },
      'answered',
    ],
  ])('says so when Altinn %s', async (_, error, answer, says) => {
    const { ask, fail, heard } = start([ours()]);
    fail(error);
    expect(await ask()).toMatchObject(answer);
    expect(heard).toEqual([says]);
  });

  it('comes again later where its turn has passed and no other is near', async () => {
    const { ask, take, asked } = start([ours()]);
    take();
    await expect(ask()).rejects.toThrow(RetryableError);
    expect(asked).toEqual([]);
  });
});
