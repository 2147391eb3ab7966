import { expect, it } from 'vitest';
import { toRow } from '../../../shared/follow-ups/digests/digest-record.ts';
import { makeGatherer } from '../../../shared/follow-ups/digests/gather.ts';
import { maxMembers } from '../../../shared/follow-ups/digests/make-digests.ts';
import type { Member } from '../../../shared/follow-ups/gatherer.ts';
import { letterId } from '../../support/altinn/letter-list.ts';
import { Chat, policyOf } from '../../support/digests.ts';
import { MemoryStorage } from '../../support/memory-storage.ts';

const [seven, eight] = ['2026-08-20T07:00:00.000Z', '2026-08-20T08:00:00.000Z'];

function start(perHour: number | undefined) {
  const storage = new MemoryStorage();
  const instance = () =>
    makeGatherer({
      table: storage.table('digests'),
      policy: policyOf(perHour),
      channels: new Map([['chat', new Chat(10)]]),
    });
  return { storage, instance };
}

const member: Member = {
  ...{ channel: 'chat', type: 'opened', key: 'chat', at: seven, kind: 'never-read', round: 1 },
  correspondenceId: letterId(1),
  data: { correspondenceId: letterId(1) } as Member['data'],
};

it('lets so many through in an hour, of all instances together', async () => {
  const { instance } = start(10);
  const instances = [instance(), instance(), instance()];
  const asked = Array.from({ length: 60 }, (_, index) => instances[index % 3]?.isFull('chat', seven));
  const answers = await Promise.all(asked);
  expect(answers.filter((isFull) => isFull === false)).toHaveLength(10);
  expect(await instances[0]?.isFull('chat', eight)).toBe(false);
});

it('costs two operations while there is room, one where it is full, and none once that was seen', async () => {
  const { storage, instance } = start(2);
  const [one, other] = [instance(), instance()];
  const operations = async (work: Promise<unknown>) => {
    const before = storage.operations;
    await work;
    return storage.operations - before;
  };
  expect(await operations(one.isFull('chat', seven))).toBe(2);
  expect(await operations(one.isFull('chat', seven))).toBe(2);
  expect(await operations(one.isFull('chat', seven))).toBe(1);
  expect(await operations(one.isFull('chat', seven))).toBe(0);
  expect(await operations(other.isFull('chat', seven))).toBe(1);
});

it('stays full in the next hour for as long as messages wait', async () => {
  const { instance } = start(1);
  const gatherer = instance();
  await gatherer.isFull('chat', seven);
  await gatherer.add(member);
  expect(await gatherer.isFull('chat', eight)).toBe(true);
});

it('is never full for a channel without a ceiling, and costs nothing then', async () => {
  const { storage, instance } = start(undefined);
  expect(await instance().isFull('chat', seven)).toBe(false);
  expect(await instance().isFull('webhook', seven)).toBe(false);
  expect(storage.operations).toBe(0);
});

it('a digest with as many members as it can have fits a row', async () => {
  const members = Array.from({ length: maxMembers }, (_, index) => {
    const correspondenceId = crypto.randomUUID();
    const followUpId = `never-read-${correspondenceId}`;
    const data = {
      ...{ followUpId, kind: 'never-read', about: 'correspondence', correspondenceId, status: 'neverRead' },
      resource: 'urn:altinn:resource:a-resource-with-a-long-name',
      recipient: `urn:altinn:organization:identifier-no:${310000000 + index * 7919}`,
      sendersReference: crypto.randomUUID(),
      since: new Date(Date.parse(seven) + index * 1_234).toISOString(),
      link: `https://cases.example.no/letters/${correspondenceId}?reference=${crypto.randomUUID()}`,
    } as unknown as Member['data'];
    return { ...member, correspondenceId, data };
  });
  const row = toRow({
    ...{ id: 'a', channel: 'chat', type: 'opened', madeAt: seven, dueAt: seven, sentParts: 0, members },
  });
  // Two bytes for each character; a row has a mebibyte. Source: Microsoft Learn, "Understanding the Table service data model".
  const bytes = Object.values(row).reduce<number>((sum, value) => sum + 2 * String(value ?? '').length, 0);
  expect(bytes).toBeLessThan(700_000);
});
