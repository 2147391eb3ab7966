import { describe, expect, it } from 'vitest';
import type { FollowUp } from '../../../shared/follow-ups/follow-up.ts';
import { FollowUps } from '../../../shared/follow-ups/store.ts';
import { MemoryStorage } from '../../support/memory-storage.ts';

const letter = '5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90';
const whole: Required<FollowUp> = {
  correspondenceId: letter,
  kind: 'never-read',
  state: 'notified',
  openedAt: '2026-08-20T06:00:00.000Z',
  dueAt: '2026-08-20T06:05:00.000Z',
  notifiedAt: '2026-08-20T06:06:00.000Z',
  closedAt: '2026-08-20T06:07:00.000Z',
  reason: 'read',
  checkedWithAltinn: false,
  waitingSince: '2026-08-20T06:01:00.000Z',
  waitingFor: 'Altinn',
  silentSince: '2026-08-20T06:02:00.000Z',
  verified: true,
  undelivered: 2,
  undeliveredSince: '2026-08-20T06:00:30.000Z',
  tries: 3,
  claim: { by: 'a message', at: '2026-08-20T06:03:00.000Z', channel: 'webhook' },
  lease: { id: 'a lease', until: '2026-08-20T06:04:00.000Z' },
  round: 2,
  factAt: '2026-08-20T05:59:00.000Z',
  resource: 'urn:altinn:resource:letters',
  snoozedUntil: '2026-08-21T06:00:00.000Z',
  plannedBy: 'a hash',
  taken: [{ key: 'webhook', channel: 'webhook', at: '2026-08-20T06:06:00.000Z' }],
  told: ['webhook'],
  owed: ['e-mail'],
  gathered: { channel: 'case-team', type: 'opened', key: 'case-team', at: '2026-08-20T06:06:00.000Z' },
  listed: { state: 'notified', key: 'a key', resource: 'urn:altinn:resource:letters' },
  history: Array.from({ length: 150 }, (_, minute) => ({
    at: new Date(minute * 60_000).toISOString(),
    what: 'checked',
    note: `Altinn answered ${'at length '.repeat(30)}${minute}`,
  })),
};

describe('FollowUps', () => {
  it('gives back all of a follow-up, and nothing that the table service adds', async () => {
    const storage = new MemoryStorage();
    const followUps = new FollowUps(storage.table('timeline'));
    await followUps.add(whole);
    storage.alter('timeline', letter, 'follow-up:never-read', { 'odata.metadata': 'https://x/$metadata' });
    for (const read of [await followUps.get(letter, 'never-read'), (await followUps.of(letter))[0]]) {
      const { etag, ...followUp } = read as NonNullable<typeof read>;
      expect(followUp).toEqual(whole);
      expect(etag).not.toBe('');
    }
  });
});
