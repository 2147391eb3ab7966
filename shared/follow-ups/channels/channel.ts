import type { Fact, FollowUpKind, Tracked } from '../../events/catalogue.ts';
import type { Log } from '../../signals/log.ts';

/** What a channel is sent about a follow-up: that it needs attention, or that it no longer does. */
export interface Step {
  /** `repeated`: the channel was told of it before, in the same round. */
  readonly type: 'follow-up.opened' | 'follow-up.repeated' | 'follow-up.closed';
  /** The same each time this step of this follow-up is sent: whoever has seen it need not act again. */
  readonly idempotencyKey: string;
  /** RFC 3339 in UTC. */
  readonly timestamp: string;
  /** The W3C trace context of the event that it is about, to hand on. */
  readonly traceparent?: string | undefined;
  readonly data: StepData;
}

export interface StepData {
  readonly followUpId: string;
  readonly kind: FollowUpKind;
  /** What {@link correspondenceId} is the id of. */
  readonly about?: Tracked;
  /** The id of the letter; of an attachment where the follow-up is about one. */
  readonly correspondenceId: string;
  /** Of an attachment: the ids of its letters, as Altinn answered. */
  readonly correspondenceIds?: readonly string[];
  /** Of a letter's notifications: the ids of its notification orders, as Altinn answered. */
  readonly notificationOrderIds?: readonly string[];
  readonly resource: string | undefined;
  readonly sendersReference?: string;
  /** May be a person's national identity number: the channel redacts it. */
  readonly recipient: string | undefined;
  /** When the fact that opened it happened, RFC 3339 in UTC. */
  readonly since: string | undefined;
  /** When Altinn says that the letter was due and published; absent where it was not asked. */
  readonly dueAt?: string | undefined;
  readonly published?: string | undefined;
  readonly status: Fact | 'unknown';
  /** Whether Altinn itself was asked right before, and knew of nothing that settles it; absent where it is never asked. */
  readonly checkedWithAltinn?: boolean;
  /** What settled it, once it is closed: a fact, or `byPerson`. */
  readonly reason?: Fact | 'byPerson';
  /** How often it was opened: 1, and one more each time it was reopened. */
  readonly round?: number;
  /** Which of the policy's steps it is, from 1, and how many there are; absent in a closing. */
  readonly step?: { readonly number: number; readonly of: number; readonly channel: string };
  /** The step before, where its channel did not take it. */
  readonly failed?: { readonly channel: string; readonly reason: string };
  /** Where the owner works on the letter. */
  readonly link?: string;
}

/** Many steps of one channel in one message: all openings, or all closings. */
export interface Digest {
  readonly idempotencyKey: string;
  readonly type: 'follow-ups.opened' | 'follow-ups.closed';
  /** RFC 3339 in UTC. */
  readonly timestamp: string;
  readonly items: readonly StepData[];
  /** Which of how many messages, from 1: what has no room in one message is split. */
  readonly part: number;
  readonly parts: number;
}

/** Where the steps of follow-ups go. A new channel is a file beside this one, and a line in `channel-types.ts`. */
export interface Channel {
  /** Whether it is not told that a follow-up is settled. */
  readonly tellsNoClosing?: true;
  /**
   * Resolves once the step has been taken over.
   * @param signal aborts when nobody waits for it any more
   * @returns what the other side answered, for the follow-up's history: it must name no person and no secret
   * @throws NotDelivered when it certainly was not; anything else when that is not known
   */
  send(step: Step, log: Log, signal: AbortSignal): Promise<string | undefined>;
  /** How many items have room in one digest; absent where each step goes singly. */
  readonly maxItems?: number;
  /** As `send`, of many at once. Each channel with `maxItems` has it. */
  sendDigest?(digest: Digest, log: Log, signal: AbortSignal): Promise<string | undefined>;
}

interface HowNotDelivered {
  /** Whether another try of this very step will fare no better, until somebody changes something. */
  readonly permanent?: boolean | undefined;
  /** Milliseconds that the other side asks to wait. */
  readonly retryAfterMs?: number | undefined;
}

/** The step was certainly not taken over, so nobody has been notified. Its message must name no person and no secret. */
export class NotDelivered extends Error {
  override name = 'NotDelivered';
  readonly permanent: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { permanent = false, retryAfterMs }: HowNotDelivered = {}) {
    super(message);
    this.permanent = permanent;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The step was perhaps taken over. Its message must name no person and no secret. */
export class PerhapsDelivered extends Error {
  override name = 'PerhapsDelivered';
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { retryAfterMs }: Pick<HowNotDelivered, 'retryAfterMs'> = {}) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}
