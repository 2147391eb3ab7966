import { expect, it } from 'vitest';
import { AltinnError } from '../../../shared/altinn/api/altinn-error.ts';
import type { ListRequest } from '../../../shared/altinn/api/correspondence.ts';
import { Pace } from '../../../shared/altinn/pace.ts';
import { makeSettledByLists } from '../../../shared/follow-ups/digests/settled-by-lists.ts';
import type { Member } from '../../../shared/follow-ups/gatherer.ts';
import { RetryableError } from '../../../shared/queue/errors.ts';
import { letterId } from '../../support/altinn/letter-list.ts';
import { MemoryStorage } from '../../support/memory-storage.ts';

const resource = 'urn:altinn:resource:my-letters';
const { signal } = new AbortController();

function memberOf(letter: number, publishedAt: string | undefined, more: Partial<Member> = {}): Member {
  const correspondenceId = letterId(letter);
  const data = { about: 'correspondence', resource, correspondenceId } as unknown as Member['data'];
  return {
    ...{ channel: 'chat', type: 'opened', key: 'chat', at: '2026-08-20T06:00:00.000Z', kind: 'never-read' },
    ...{ round: 1, correspondenceId, publishedAt, data },
    ...more,
  } as Member;
}

function start(answer: (request: ListRequest) => readonly string[], role: ListRequest['role'] = 'Sender') {
  const storage = new MemoryStorage();
  const sleep = async (ms: number) => {
    storage.now += ms;
  };
  const pace = new Pace(storage.table('shared'), { rate: 2, maxRate: 10, now: () => storage.now, sleep });
  const asked: (ListRequest & { readonly at: number })[] = [];
  const ask = makeSettledByLists({
    list: async (request) => {
      asked.push({ ...request, at: storage.now });
      return { ids: answer(request), full: false };
    },
    ...{ role, whose: role === 'Sender' ? [{}] : [{}, { subunit: '310000002' }], pace, sleep },
  });
  return { ask, asked, pace, storage };
}

it('asks for the day of the letters, a list for each status that settles them, and says which are named', async () => {
  const read = letterId(1);
  const { ask, asked } = start(({ status }) => (status === 'Read' ? [read, letterId(7)] : []));
  const members = [1, 2, 3].map((letter) => memberOf(letter, '2026-08-06T07:00:00+02:00'));
  const said = await ask(members, signal);
  expect(said).toMatchObject({ is: 'known', requests: 5 });
  expect(said.is === 'known' && [...said.settled]).toEqual([members[0]]);
  expect(asked.map(({ status }) => status)).toEqual([
    'Read',
    'Confirmed',
    'PurgedByRecipient',
    'PurgedByAltinn',
    'Failed',
  ]);
  for (const { from, to, resourceId, role } of asked) {
    expect(Date.parse(from)).toBeLessThan(Date.parse('2026-08-06T00:00:00Z'));
    expect([to, resourceId, role]).toEqual(['2026-08-07T00:00:00.000Z', 'my-letters', 'Sender']);
  }
});

it('does not take a read letter for confirmed', async () => {
  const { ask, asked } = start(({ status }) => (status === 'Read' ? [letterId(1)] : []));
  const said = await ask([memberOf(1, '2026-08-06T07:00:00Z', { kind: 'never-confirmed' })], signal);
  expect(said.is === 'known' && said.settled.size).toBe(0);
  expect(asked.map(({ status }) => status)).not.toContain('Read');
});

it('asks as a recipient, for each of whom the letters may be', async () => {
  const { ask, asked } = start(() => [], 'Recipient');
  await ask([memberOf(1, '2026-08-06T07:00:00Z')], signal);
  expect(asked.map(({ status }) => status)).not.toContain('Failed');
  expect(new Set(asked.map(({ onBehalfOf }) => onBehalfOf))).toEqual(
    new Set([undefined, 'urn:altinn:organization:identifier-no:310000002']),
  );
});

it('asks nothing about what no list names: an attachment, or a letter of which no publication is known', async () => {
  const { ask, asked } = start(() => []);
  const attachment = memberOf(2, '2026-08-06T07:00:00Z');
  const about = { ...attachment, data: { ...attachment.data, about: 'attachment' as const } };
  expect(await ask([memberOf(1, undefined), about], signal)).toMatchObject({ is: 'known', requests: 0 });
  expect(asked).toEqual([]);
});

it('asks for a dozen days at the most, those of the most letters first, at the pace', async () => {
  const { ask, asked } = start(() => []);
  const days = Array.from(
    { length: 30 },
    (_, day) => `2026-07-${String(day + 1).padStart(2, '0')}T07:00:00Z`,
  );
  const members = days.flatMap((day, index) => [
    memberOf(index, day),
    ...(index === 20 ? [memberOf(100, day), memberOf(101, day)] : []),
  ]);
  await ask(members, signal);
  expect(asked).toHaveLength(60);
  expect(asked[0]?.to).toBe('2026-07-22T00:00:00.000Z');
  for (const [index, { at }] of asked.entries()) {
    if (index > 0) expect(at - (asked[index - 1]?.at ?? 0)).toBeGreaterThanOrEqual(499);
  }
});

it('comes again later where all turns are others’, and is silent where Altinn is left alone', async () => {
  const { ask, pace } = start(() => []);
  await pace.take(1_000);
  await pace.take(1_000);
  await expect(ask([memberOf(1, '2026-08-06T07:00:00Z')], signal)).rejects.toThrow(RetryableError);
  await pace.silent(60_000);
  expect(await ask([memberOf(1, '2026-08-06T07:00:00Z')], signal)).toMatchObject({
    is: 'silent',
    requests: 0,
  });
});

it('is silent where Altinn does not answer', async () => {
  const { ask } = start(() => {
    throw new AltinnError('Altinn answered 503', { status: 503, transient: true, retryAfter: 30 } as never);
  });
  expect(await ask([memberOf(1, '2026-08-06T07:00:00Z')], signal)).toMatchObject({
    is: 'silent',
    retryAfterMs: 30_000,
    requests: 1,
  });
});
