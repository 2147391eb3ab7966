import { randomUUID } from 'node:crypto';
import { type FollowUp, followUpId } from '../../shared/follow-ups/follow-up.ts';
import { LiveFollowUps } from '../../shared/follow-ups/live-follow-ups.ts';
import { FollowUps } from '../../shared/follow-ups/store.ts';
import { connectStorage } from '../../shared/storage/connect.ts';

/** The follow-ups of a storage account, and a way to have one there. */
export function followUpsIn(connectionString: string) {
  const { tables } = connectStorage({ connectionString });
  const followUps = new FollowUps(tables.timeline, new LiveFollowUps(tables.liveFollowUps));
  return {
    tables,
    followUps,
    /** Adds one of a letter of its own. @returns its id */
    async given(followUp: Partial<FollowUp> = {}): Promise<string> {
      const whole: FollowUp = {
        ...{ kind: 'never-read', correspondenceId: randomUUID(), state: 'open' },
        ...{ openedAt: new Date().toISOString(), ...followUp },
      };
      await followUps.add(whole);
      return followUpId(whole);
    },
  };
}
