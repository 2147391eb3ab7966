import type { Fact, FollowUpKind } from '../../events/catalogue.ts';
import type { Log } from '../../signals/log.ts';

/** What a channel is sent about a follow-up: that it needs attention, or that it no longer does. */
export interface Step {
  readonly type: 'follow-up.opened' | 'follow-up.closed';
  /** The same each time this step of this follow-up is sent: whoever has seen it need not act again. */
  readonly idempotencyKey: string;
  /** RFC 3339 in UTC. */
  readonly timestamp: string;
  /** The W3C trace context of the event that it is about, to hand on. */
  readonly traceparent?: string | undefined;
  readonly data: {
    readonly followUpId: string;
    readonly kind: FollowUpKind;
    readonly correspondenceId: string;
    readonly resource: string | undefined;
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
    /** The fact that settled it, once it is closed. */
    readonly reason?: Fact;
  };
}

/** Where the steps of follow-ups go. A new channel is a file beside this one. */
export interface Channel {
  /**
   * Resolves once the step has been taken over.
   * @param signal aborts when nobody waits for it any more
   * @throws NotDelivered when it certainly was not; anything else when that is not known
   */
  send(step: Step, log: Log, signal: AbortSignal): Promise<void>;
}

/** The step was certainly not taken over, so nobody has been notified. Its message must name no person and no secret. */
export class NotDelivered extends Error {
  override name = 'NotDelivered';
}
