import type { Fact } from '../events/catalogue.ts';
import type { DeadLetters } from '../queue/dead-letters.ts';
import { RetryableError } from '../queue/errors.ts';
import type { Log } from '../signals/log.ts';
import type { Status } from '../tracking/status.ts';
import { type Channel, NotDelivered, type Step } from './channels/channel.ts';
import { type Decision, looksMs, unconfirmed } from './decide.ts';
import { disputeOf } from './dispute.ts';
import type { DueFollowUps, Rank } from './due.ts';
import { type FollowUp, notWaiting } from './follow-up.ts';
import type { Answer } from './question.ts';
import { stepOf } from './step.ts';
import type { FollowUps, StoredFollowUp } from './store.ts';

export interface ActDeps {
  readonly followUps: Pick<FollowUps, 'save'>;
  readonly due: Pick<DueFollowUps, 'add' | 'remove'>;
  readonly channel: Channel;
  readonly deadLetters: Pick<DeadLetters, 'add' | 'forget'>;
  readonly now?: () => Date;
}

export interface ActContext {
  readonly log: Log;
  readonly signal: AbortSignal;
  /** The name of the queue that the message is from. */
  readonly queue: string;
  /** The W3C trace context of the event that has it checked. */
  readonly traceparent?: string | undefined;
  /** The id of the queue message: the same when it comes again after a crash. */
  readonly by: string;
}

/** Milliseconds until a step is sent again that its channel did not take; the last one is repeated. */
const channelMs = [10_000, 60_000, 300_000, 600_000];

/** Of a claim that nobody holds any more, though somebody may have been notified under it. */
const runOut = new Date(0).toISOString();

/** Carries out what was decided about a follow-up. */
export class Act {
  #followUp: FollowUp;
  #etag: string;
  readonly #status: Status;
  readonly #answer: Answer | undefined;
  readonly #deps: ActDeps;
  readonly #context: ActContext;

  constructor(
    { etag, ...followUp }: StoredFollowUp,
    status: Status,
    answer: Answer | undefined,
    deps: ActDeps,
    context: ActContext,
  ) {
    this.#followUp = followUp;
    this.#etag = etag;
    this.#status = status;
    this.#answer = answer;
    this.#deps = deps;
    this.#context = context;
  }

  async carryOut(decision: Decision): Promise<void> {
    const { log } = this.#context;
    const { kind, correspondenceId: id, waitingFor } = this.#followUp;
    if (waitingFor === unconfirmed && (decision.do === 'open' || decision.do === 'look')) {
      log.signal('follow-up.not-borne-out', { kind, id });
    }
    switch (decision.do) {
      case 'wait':
        this.#tellWait(decision);
        return this.#wait(decision.until, decision.for, decision.isSilent);
      case 'look':
        return this.#finish({}, decision.at, 'later');
      case 'dispute':
        return this.#dispute(decision.why);
      case 'suppress':
        await this.#finish({ state: 'suppressed', reason: decision.reason, closedAt: this.#now() });
        return log.signal('follow-up.suppressed', { kind, id, reason: decision.reason });
      case 'open': {
        const { checkedWithAltinn } = decision;
        if (await this.#notify('follow-up.opened', checkedWithAltinn)) {
          log.signal('follow-up.notified', { kind, id, checkedWithAltinn });
        }
        return;
      }
      case 'close':
        if (
          await this.#notify('follow-up.closed', this.#answer?.is === 'known' || undefined, decision.reason)
        ) {
          log.signal('follow-up.closed', { kind, id, reason: decision.reason });
        }
    }
  }

  #tellWait({ until, for: reason, isSilent }: Extract<Decision, { do: 'wait' }>): void {
    const { log } = this.#context;
    const { kind, correspondenceId: id, silentSince } = this.#followUp;
    if (!isSilent) {
      log.signal('follow-up.early', { kind, id, until: until.toISOString(), reason });
      return;
    }
    const waitedMs = silentSince ? Date.parse(this.#now()) - Date.parse(silentSince) : 0;
    const waitedSeconds = Math.round(waitedMs / 1_000);
    log.signal('follow-up.waiting', { kind, id, waitedSeconds, reason: reason ?? '' });
  }

  /** @returns whether the channel took the step */
  async #notify(type: Step['type'], checkedWithAltinn?: boolean, reason?: Fact): Promise<boolean> {
    const { channel } = this.#deps;
    const { by, log, signal } = this.#context;
    const at = this.#now();
    const hadClaim = this.#followUp.claim !== undefined;
    await this.#save({ claim: { by, at } });
    try {
      const timestamp = type === 'follow-up.opened' ? this.#followUp.openedAt : at;
      const step = stepOf(this.#followUp, this.#status, this.#answer, { type, timestamp, reason });
      const more = {
        ...(checkedWithAltinn !== undefined && { checkedWithAltinn }),
        ...(reason && { reason }),
      };
      const { traceparent } = this.#context;
      await channel.send({ ...step, traceparent, data: { ...step.data, ...more } }, log, signal);
    } catch (error) {
      // What settles it until the next try suppresses it, unless somebody may have been notified.
      const perhapsNotified = !(error instanceof NotDelivered) || hadClaim;
      const why = error instanceof Error ? error.message : String(error);
      const { kind, correspondenceId: id } = this.#followUp;
      const tries = (this.#followUp.undelivered ?? 0) + 1;
      log.signal('channel.failed', { kind, id, tries, reason: why });
      const delayMs = channelMs[Math.min(tries, channelMs.length) - 1] as number;
      await this.#save({ claim: perhapsNotified ? { by, at: runOut } : undefined, undelivered: tries });
      // What was notified unchecked need not wait that long for Altinn once more.
      await this.#wait(new Date(Date.parse(at) + delayMs), why, checkedWithAltinn === false, true);
      return false;
    }
    if (type === 'follow-up.closed') {
      await this.#finish({ state: 'closed', closedAt: at, reason, claim: undefined });
      return true;
    }
    const notified = { state: 'notified' as const, notifiedAt: at, claim: undefined };
    const next = new Date(Date.parse(at) + (looksMs[0] as number));
    await this.#finish(
      { ...notified, ...(checkedWithAltinn !== undefined && { checkedWithAltinn }) },
      next,
      'later',
    );
    return true;
  }

  /** Comes again: for what it waits, since when, and how often it was checked in vain, stand in the status. */
  async #wait(until: Date, waitingFor?: string, isSilent = false, isOfChannel = false): Promise<void> {
    const { waitingFor: before, waitingSince, silentSince, tries = 0, verified } = this.#followUp;
    // Altinn's silence is one, whatever it says; else another reason starts anew.
    const isSame = isSilent && !isOfChannel ? silentSince !== undefined : before === waitingFor;
    const waits = waitingFor
      ? {
          waitingFor,
          waitingSince: (isSame && waitingSince) || this.#now(),
          silentSince: isSilent ? (silentSince ?? this.#now()) : undefined,
          tries: isSame ? tries + 1 : 1,
          undelivered: this.#followUp.undelivered,
        }
      : {};
    await this.#finish(waits, until, verified ? 'verified-opening' : 'pushed-opening');
  }

  async #dispute(why: string): Promise<void> {
    const { deadLetters } = this.#deps;
    const { kind, correspondenceId: id, openedAt } = this.#followUp;
    await deadLetters.add(this.#context.queue, disputeOf(this.#followUp), why);
    this.#context.log.signal('follow-up.disputed', { kind, id, reason: why });
    const next = looksMs.map((ms) => new Date(Date.parse(openedAt) + ms));
    const now = this.#now();
    await this.#finish(
      { state: 'disputed' },
      next.find((at) => at.toISOString() > now),
      'later',
    );
  }

  /** Saves what became of it and gives the lease back; first of all notes when it is due again, lest it be forgotten. */
  async #finish(changes: Partial<FollowUp>, next?: Date, rank: Rank = 'later'): Promise<void> {
    const { kind, correspondenceId, lease } = this.#followUp;
    const dueAt = next?.toISOString();
    const { traceparent } = this.#context;
    if (dueAt) await this.#deps.due.add({ kind, correspondenceId, at: dueAt, rank, traceparent });
    await this.#save({ ...notWaiting, ...changes, dueAt, lease: undefined });
    if (!lease?.rank || (dueAt === lease.until && rank === lease.rank)) return;
    await this.#deps.due.remove({ kind, correspondenceId, at: lease.until, rank: lease.rank });
  }

  async #save(changes: Partial<FollowUp>): Promise<void> {
    const changed = { ...this.#followUp, ...changes };
    const saved = await this.#deps.followUps.save(changed, this.#etag);
    if (saved === undefined) throw new RetryableError('the follow-up was changed meanwhile');
    this.#followUp = changed;
    this.#etag = saved;
  }

  #now(): string {
    return (this.#deps.now?.() ?? new Date()).toISOString();
  }
}
