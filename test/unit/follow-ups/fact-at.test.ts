import { describe, expect, it } from 'vitest';
import type { KnownAnswer } from '../../../shared/follow-ups/answer.ts';
import { factAtOf } from '../../../shared/follow-ups/fact-at.ts';
import type { FollowUp } from '../../../shared/follow-ups/follow-up.ts';
import { deriveStatus } from '../../../shared/tracking/status.ts';

const orderedAt = '2026-08-20T06:00:00Z';
const openedAt = '2026-08-20T06:10:00.000Z';
const status = deriveStatus([]);

/** When it happened by a notification that failed, as Altinn says it when it looks. */
function factAt(followUp: Partial<FollowUp>, lookedAt: string) {
  const answer = {
    is: 'known',
    facts: {},
    notifications: [{ isReminder: false, orderedAt, outcome: 'failed', at: lookedAt }],
  } as unknown as KnownAnswer;
  const opened = { kind: 'notification-failed', correspondenceId: 'a', state: 'open', openedAt } as const;
  return factAtOf({ ...opened, ...followUp }, { status, answer }, new Date(lookedAt));
}

describe('the time of a notification’s failure, of which Altinn tells no more than when it looked', () => {
  it('is that of the event, however often and late Altinn is asked', () => {
    const known = { factAt: '2026-08-20T06:05:00Z' };
    for (const lookedAt of ['2026-08-20T06:40:00Z', '2026-08-22T06:40:00Z', '2026-09-20T06:40:00Z'])
      expect(factAt(known, lookedAt)).toBe(known.factAt);
  });

  it('is when it was opened where no event told', () => {
    expect(factAt({}, '2026-08-22T06:40:00Z')).toBe(openedAt);
  });

  it('is Altinn’s where what was told is from before the notification', () => {
    expect(factAt({ factAt: '2019-03-01T12:00:00Z' }, '2026-08-20T06:40:00Z')).toBe('2026-08-20T06:40:00Z');
  });

  it('is Altinn’s where what was told is later', () => {
    expect(factAt({ factAt: '2026-08-20T07:00:00Z' }, '2026-08-20T06:40:00Z')).toBe('2026-08-20T06:40:00Z');
  });

  it('stays in a later round', () => {
    expect(factAt({ round: 2 }, '2026-08-22T06:40:00Z')).toBeUndefined();
  });
});
