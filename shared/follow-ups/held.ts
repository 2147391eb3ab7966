import { RetryableError } from '../queue/errors.ts';
import type { DueFollowUps, Rank } from './due.ts';
import { type FollowUp, notWaiting } from './follow-up.ts';
import type { FollowUps, StoredFollowUp } from './store.ts';

export interface HeldDeps {
  readonly followUps: Pick<FollowUps, 'save'>;
  readonly due: Pick<DueFollowUps, 'add' | 'remove'>;
  /** The hash of the policy that it is planned by. */
  readonly plannedBy: string;
  readonly traceparent?: string | undefined;
  readonly now: () => Date;
}

interface Wait {
  /** For what, in words; absent where it only waits for its time. */
  readonly for?: string | undefined;
  /** Whether Altinn is silent. */
  readonly isSilent?: boolean | undefined;
  /** Whether it is its channel that it waits for. */
  readonly isOfChannel?: boolean | undefined;
}

/** A follow-up that somebody acts on: each change is saved against what was read, so that nobody else's is overwritten. */
export class Held {
  #followUp: FollowUp;
  #etag: string;
  readonly #deps: HeldDeps;

  constructor({ etag, ...followUp }: StoredFollowUp, deps: HeldDeps) {
    this.#followUp = followUp;
    this.#etag = etag;
    this.#deps = deps;
  }

  get followUp(): FollowUp {
    return this.#followUp;
  }

  /** The moment, RFC 3339. */
  now(): string {
    return this.#deps.now().toISOString();
  }

  /** @throws RetryableError where somebody else has changed it */
  async save(changes: Partial<FollowUp>): Promise<void> {
    const changed = { ...this.#followUp, ...changes };
    const saved = await this.#deps.followUps.save(changed, this.#etag);
    if (saved === undefined) throw new RetryableError('the follow-up was changed meanwhile');
    this.#followUp = { ...changed, listed: saved.listed };
    this.#etag = saved.etag;
  }

  /** Saves what became of it and gives the lease back; first of all notes when it is due again, lest it be forgotten. */
  async finish(changes: Partial<FollowUp>, next?: Date, rank: Rank = 'later'): Promise<void> {
    const { kind, correspondenceId, lease } = this.#followUp;
    const { due, plannedBy, traceparent } = this.#deps;
    const dueAt = next?.toISOString();
    if (dueAt) await due.add({ kind, correspondenceId, at: dueAt, rank, traceparent });
    await this.save({ ...notWaiting, ...changes, dueAt, plannedBy, lease: undefined });
    if (!lease?.rank || (dueAt === lease.until && rank === lease.rank)) return;
    await due.remove({ kind, correspondenceId, at: lease.until, rank: lease.rank });
  }

  /** Comes again: for what it waits, since when, and how often it was checked in vain, stand in the status. */
  async wait(until: Date, why: Wait = {}, changes: Partial<FollowUp> = {}): Promise<void> {
    const { for: waitingFor, isSilent = false, isOfChannel = false } = why;
    const { waitingFor: before, waitingSince, silentSince, tries = 0, verified } = this.#followUp;
    // Altinn's silence is one, whatever it says; else another reason starts anew.
    const isSame = isSilent && !isOfChannel ? silentSince !== undefined : before === waitingFor;
    const waits = waitingFor
      ? {
          waitingFor,
          waitingSince: (isSame && waitingSince) || this.now(),
          silentSince: isSilent ? (silentSince ?? this.now()) : undefined,
          tries: isSame ? tries + 1 : 1,
          undelivered: this.#followUp.undelivered,
          undeliveredSince: this.#followUp.undeliveredSince,
        }
      : {};
    await this.finish({ ...changes, ...waits }, until, verified ? 'verified-opening' : 'pushed-opening');
  }
}
