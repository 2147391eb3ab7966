import type { Log } from '../../signals/log.ts';
import type { Channels } from '../deliver.ts';
import type { DueFollowUps } from '../due.ts';
import type { Policy } from '../policy/policy.ts';
import type { FollowUps } from '../store.ts';
import type { Digests } from './digests.ts';
import type { SettledByLists } from './settled-by-lists.ts';

/** What it takes to send a digest. */
export interface DigestDeps {
  readonly digests: Pick<Digests, 'get' | 'save' | 'remove'>;
  readonly followUps: Pick<FollowUps, 'readLetter' | 'get' | 'save'>;
  readonly due: Pick<DueFollowUps, 'add'>;
  readonly channels: Channels;
  readonly policy: Policy;
  /** Absent where Altinn is never asked, or tells no lists. */
  readonly settledByLists?: SettledByLists | undefined;
  /** Whether follow-ups rest on Altinn's answers, and not on what was pushed. */
  readonly isAltinnAsked: boolean;
  /** Milliseconds until a digest is sent though Altinn did not answer. */
  readonly maxWaitMs: number;
  readonly paused: boolean;
  readonly now?: (() => Date) | undefined;
}

export interface DigestContext {
  readonly log: Log;
  readonly signal: AbortSignal;
  /** The id of the queue message: the same when it comes again after a crash. */
  readonly by: string;
}
