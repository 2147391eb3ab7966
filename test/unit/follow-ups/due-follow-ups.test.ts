import type { InvocationContext, Timer } from '@azure/functions';
import { expect, it } from 'vitest';
import { makeDueFollowUps } from '../../../functions/due-follow-ups.ts';
import { DueFollowUps } from '../../../shared/follow-ups/due.ts';
import { FollowUps } from '../../../shared/follow-ups/store.ts';
import { MemoryStorage } from '../../support/memory-storage.ts';

it('releases what is due one by one where the lists could not be asked, and says why', async () => {
  const storage = new MemoryStorage();
  const now = () => new Date(storage.now);
  const due = new DueFollowUps(storage.table('due'));
  const followUps = new FollowUps(storage.table('timeline'));
  const one = { kind: 'never-read', correspondenceId: '5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90' } as const;
  const at = now().toISOString();
  await followUps.add({ ...one, state: 'open', openedAt: at, dueAt: at });
  await due.add({ ...one, at, rank: 'pushed-opening' });
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const timer = makeDueFollowUps({
    ...{ due, followUps, queue: storage.queue('follow-ups'), leaseMs: 900_000, now, paused: false },
    since: async () => at,
    askTogether: () => Promise.reject(new Error('PropertyValueTooLarge')),
  });
  await timer({} as Timer, { info: write, warn: write, error: write } as unknown as InvocationContext);
  expect(lines).toEqual([
    'follow-ups.lists-failed reason=PropertyValueTooLarge',
    'follow-ups.released released=1 more=false',
  ]);
  expect(storage.messages('follow-ups')).toHaveLength(1);
});
