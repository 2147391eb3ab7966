import { type Fact, type FollowUpKind, lookUp } from '../events/catalogue.ts';
import { attribute } from '../events/cloud-event.ts';
import { compareTimes, utc } from '../events/time.ts';
import type { Log } from '../signals/log.ts';
import type { Consequence, TrackedEvent } from '../tracking/track.ts';
import type { DueFollowUps, Rank } from './due.ts';
import { type FollowUp, notWaiting, openedAgain, perhapsNotified } from './follow-up.ts';
import { noted } from './history.ts';
import { defaultKinds, type Policy } from './policy/policy.ts';
import type { FollowUps } from './store.ts';

interface Deps {
  readonly followUps: Pick<FollowUps, 'add' | 'get' | 'of' | 'save'>;
  readonly due: Pick<DueFollowUps, 'add' | 'remove'>;
  /** Milliseconds that a follow-up waits before it acts. */
  readonly graceMs: number;
  readonly policy: Pick<Policy, 'rule' | 'kinds' | 'hash'>;
  /** From when on what opens a follow-up is notified; what is older is recorded. RFC 3339 in UTC. */
  readonly since: () => Promise<string>;
  readonly now?: () => Date;
}

/** Opens and closes follow-ups as the catalogue says, by noting when they are to be checked: after their grace, or at once. */
export function openAndClose({
  followUps,
  due,
  graceMs,
  policy,
  since,
  now = () => new Date(),
}: Deps): Consequence {
  const rank = (what: 'opening' | 'closing', { via }: TrackedEvent): Rank =>
    `${via === 'push' ? 'pushed' : 'verified'}-${what}`;

  const open = async (kind: FollowUpKind, tracked: TrackedEvent, log: Log) => {
    const { id: correspondenceId, event, via, traceparent } = tracked;
    const openedAt = now().toISOString();
    const history = [{ at: openedAt, what: 'opened', note: openedBy(tracked) }] as const;
    const happenedAt = utc(attribute(event, 'time') ?? '') ?? openedAt;
    if (compareTimes(happenedAt, await since()) < 0) {
      const reason = 'beforeFollowUpSince';
      const old = {
        kind,
        correspondenceId,
        state: 'suppressed',
        openedAt,
        closedAt: openedAt,
        reason,
        history: noted(history, { at: openedAt, what: 'suppressed', note: reason }),
      } as const;
      if (await followUps.add(old))
        log.signal('follow-up.suppressed', { kind, id: correspondenceId, reason });
      return;
    }
    const at = new Date(Date.parse(openedAt) + graceMs).toISOString();
    const verified = via !== 'push' || undefined;
    const factAt = compareTimes(happenedAt, openedAt) < 0 ? happenedAt : openedAt;
    const known = { factAt, resource: attribute(event, 'resource')?.slice(0, 200), verified, history };
    const plannedBy = policy.hash;
    const opened: FollowUp = {
      kind,
      correspondenceId,
      state: 'open',
      openedAt,
      dueAt: at,
      plannedBy,
      ...known,
    };
    if (await followUps.add(opened)) log.signal('follow-up.opened', { kind, id: correspondenceId, via });
    else await reopen(opened, tracked, log);
    // Also when it was there already: whoever added it may have died before this line.
    await due.add({ kind, correspondenceId, at, rank: rank('opening', tracked), traceparent });
  };

  // What was found not to be called for, or too old, or disputed, when somebody posted it, is looked at anew: it may be
  // true now.
  const reopen = async (opened: FollowUp, { via, traceparent }: TrackedEvent, log: Log) => {
    const { correspondenceId, kind, verified } = opened;
    const dueAt = opened.dueAt as string;
    const stored = await followUps.get(correspondenceId, kind);
    if (!stored) return;
    const { etag, ...before } = stored;
    const isSooner = !before.dueAt || before.dueAt > dueAt;
    const mayBeTrueNow = before.reason === 'notCalledFor' || before.reason === 'beforeFollowUpSince';
    let changed: FollowUp | undefined;
    if (before.state === 'suppressed' && mayBeTrueNow) changed = openedAgain(before, opened);
    if (before.state === 'disputed' && isSooner) changed = { ...before, dueAt };
    // Altinn's word comes before a push: it is checked no later for what somebody posted first.
    if (before.state === 'open' && verified) changed = { ...before, verified, ...(isSooner && { dueAt }) };
    if (!changed) return;
    // Whoever is at it must find it as it was, and may have read the letter before this.
    const isFree = !before.lease && !before.claim;
    if (isFree && (await followUps.save(changed, etag))) {
      if (before.state === 'suppressed') log.signal('follow-up.opened', { kind, id: correspondenceId, via });
      return;
    }
    const at = now().toISOString();
    await due.add({ kind, correspondenceId, at, rank: 'verified-closing', traceparent });
  };

  // The event is recorded before this reads, and the guard reads the timeline after a follow-up was added and before it
  // acts: whichever comes second sees the other, so no settled follow-up stays open.
  const close = async (kinds: readonly FollowUpKind[], tracked: TrackedEvent, reason: Fact, log: Log) => {
    const at = now().toISOString();
    for (const { etag, ...followUp } of await followUps.of(tracked.id)) {
      const { kind, correspondenceId, state } = followUp;
      if (!kinds.includes(kind) || state === 'suppressed' || state === 'closed') continue;
      // Altinn has answered already, and nobody needs to hear of it.
      const isOurs = state === 'open' && !perhapsNotified(followUp) && !followUp.lease;
      if (tracked.via === 'asked' && isOurs) {
        const history = noted(followUp.history, { at, what: 'suppressed', note: reason });
        const over = { state: 'suppressed', reason, closedAt: at, gathered: undefined, history } as const;
        const suppressed = { ...followUp, ...notWaiting, ...over };
        if (await followUps.save({ ...suppressed, dueAt: undefined }, etag)) {
          const { dueAt, verified } = followUp;
          const wasDueAs = verified ? 'verified-opening' : 'pushed-opening';
          if (dueAt) await due.remove({ kind, correspondenceId, at: dueAt, rank: wasDueAs });
          log.signal('follow-up.suppressed', { kind, id: correspondenceId, reason });
          continue;
        }
      }
      const { traceparent } = tracked;
      await due.add({ kind, correspondenceId, at, rank: rank('closing', tracked), traceparent });
    }
  };

  return async (tracked, log) => {
    const row = lookUp(tracked.event.type);
    // Also one that had been pushed: whoever pushed it may have dated it before the start line.
    const resource = attribute(tracked.event, 'resource');
    if (row?.opens && policy.rule(row.opens, resource)) await open(row.opens, tracked, log);
    // Those without a policy may be there from before the policy: they are closed all the same.
    const closes = row?.closes?.filter((kind) => policy.kinds.has(kind) || defaultKinds.has(kind)) ?? [];
    if (row && closes.length > 0 && !tracked.upgraded) await close(closes, tracked, row.fact, log);
  };
}

/** Which event opened a follow-up, and how it is known. */
function openedBy({ event, via }: TrackedEvent): string {
  return `${event.type} ${event.id.slice(0, 100)}, ${via}`;
}
