import { RetryableError } from '../../queue/errors.ts';
import type { FollowUp } from '../follow-up.ts';
import type { Member } from '../gatherer.ts';
import type { FollowUps } from '../store.ts';

/** How often a follow-up is read anew that somebody else has changed meanwhile. */
const maxTries = 5;

/**
 * Changes the follow-up of a member, whoever else is at it: against what was read, and anew where that has changed.
 * @param next the follow-up as it is to be; `undefined` where nothing is to be changed
 * @returns what was saved; `undefined` where nothing was
 */
export async function changeFollowUp(
  { correspondenceId, kind }: Pick<Member, 'correspondenceId' | 'kind'>,
  followUps: Pick<FollowUps, 'get' | 'save'>,
  next: (stored: FollowUp) => Promise<FollowUp | undefined> | FollowUp | undefined,
): Promise<FollowUp | undefined> {
  for (let tries = 0; tries < maxTries; tries++) {
    const stored = await followUps.get(correspondenceId, kind);
    if (!stored) return undefined;
    const { etag, ...followUp } = stored;
    const changed = await next(followUp);
    if (!changed) return undefined;
    if (await followUps.save(changed, etag)) return changed;
  }
  throw new RetryableError('a follow-up of the digest was changed meanwhile');
}

/** Has a follow-up looked at now, by whatever it is then. */
export function dueNow({ kind, correspondenceId }: Pick<Member, 'kind' | 'correspondenceId'>, now: Date) {
  // Only as a closing it is looked at whatever it was put off to.
  return { kind, correspondenceId, at: now.toISOString(), rank: 'verified-closing' } as const;
}
