import type { FollowUpKind } from '../events/catalogue.ts';
import type { StepData } from './channels/channel.ts';
import type { Gathered } from './follow-up.ts';

/** A message that waits for its channel's next digest. */
export interface Member extends Omit<Gathered, 'digest'> {
  readonly kind: FollowUpKind;
  readonly correspondenceId: string;
  readonly round: number;
  /** When its letter was published, as far as that is known: in Altinn's words, RFC 3339. */
  readonly publishedAt?: string | undefined;
  /** What its digest says of it: as Altinn answered when it was gathered. */
  readonly data: StepData;
}

/** Gathers messages of a channel that has had enough of them in an hour. */
export interface Gatherer {
  /** Whether a channel has had all its messages of the hour. Where it has not, this takes the place of one of them. */
  isFull(channel: string, at: string): Promise<boolean>;
  /**
   * Notes that a message waits for a digest, once, however often it is noted.
   * @param again whether it was noted before: then a digest that is to be sent may have it
   */
  add(member: Member, again?: boolean): Promise<void>;
  /** Whether a digest is still to be sent, or may be under way. */
  isUnderWay(channel: string, digest: string): Promise<boolean>;
}
