import { openingFact, settlingFacts } from '../../events/catalogue.ts';
import { eachAtOnce } from '../../runtime/at-once.ts';
import type { Log } from '../../signals/log.ts';
import { deriveStatus, type Status } from '../../tracking/status.ts';
import type { DueFollowUps } from '../due.ts';
import { type FollowUp, openedAgain } from '../follow-up.ts';
import type { Policy } from '../policy/policy.ts';
import { watchUntil } from '../policy/watch-until.ts';
import type { FollowUps, StoredFollowUp } from '../store.ts';
import { noLaterThan } from './watch.ts';
import type { Watch, Watches } from './watches.ts';

export interface ReleaseWatchesDeps {
  readonly watches: Pick<Watches, 'add' | 'list' | 'remove'>;
  readonly followUps: Pick<FollowUps, 'add' | 'readLetter' | 'save'>;
  readonly due: Pick<DueFollowUps, 'add'>;
  readonly policy: Pick<Policy, 'rule' | 'timeOf'>;
  /** From when on what calls for a follow-up is notified. RFC 3339 in UTC. */
  readonly since: () => Promise<string>;
  /** Milliseconds that a follow-up waits before it acts. */
  readonly graceMs: number;
  /** Whether Altinn is asked: then what was only pushed settles nothing. */
  readonly isAsked: boolean;
  readonly now?: () => Date;
}

/** How many are looked at in one run. */
const maxAtOnce = 1_000;
/** How many are looked at, at the same moment. */
const atOnce = 16;

/**
 * Opens a follow-up for each letter whose time has come and that nothing has settled. Altinn is asked by the follow-up's
 * own check, as of any other. Each look is a table operation, and one more to take it off; three where it opens. What it
 * writes comes before the row is taken off, and is the same when it is written twice: a crash loses nothing, and several
 * instances may do so at once.
 * @returns whether more has come than was looked at
 */
export async function releaseWatches(deps: ReleaseWatchesDeps, log: Log): Promise<boolean> {
  const { watches, now = () => new Date() } = deps;
  const come = await watches.list(now(), maxAtOnce);
  await eachAtOnce(come, atOnce, async (watch) => {
    if (await release(watch, deps, log)) await watches.remove(watch);
  });
  return come.length >= maxAtOnce;
}

/** @returns whether it is done with; if not, it comes again */
async function release(watch: Watch, deps: ReleaseWatchesDeps, log: Log): Promise<boolean> {
  const { watches, followUps, policy, since, isAsked, now = () => new Date() } = deps;
  const { kind, correspondenceId } = watch;
  const letter = await followUps.readLetter(correspondenceId);
  const status = deriveStatus(letter.entries);
  if (settlingFacts(kind).some((fact) => holds(status, fact, isAsked))) return true;
  // Anybody may have pushed an event of another resource.
  const resources = [status.resource, watch.resource];
  const resource = resources.find((each) => each && watchUntil(policy, kind, each));
  const untilOf = watchUntil(policy, kind, resource);
  if (!untilOf) return true;

  // What Altinn itself says of the time counts, whatever was pushed before.
  const counted = openingFact(kind);
  const isVerified = holds(status, counted, true);
  const from = isVerified ? noLaterThan(now(), status.facts[counted]) : watch.from;
  const at = untilOf(from);
  if (at > now()) {
    await watches.add({ ...watch, resource, from, at: at.toISOString() });
    return true;
  }
  if (at.getTime() < Date.parse(await since())) return true;
  const opened: Omit<FollowUp, 'openedAt' | 'dueAt'> = {
    kind,
    correspondenceId,
    state: 'open',
    verified: isVerified || undefined,
    factAt: at.toISOString(),
    resource,
    history: [{ at: now().toISOString(), what: 'opened', note: `so long after ${counted} at ${from}` }],
  };
  const before = letter.followUps.find((each) => each.kind === kind);
  return open(opened, before, watch, deps, log);
}

/** Adds the follow-up, or opens it again where what was pushed had it looked at too early; and has it checked. */
async function open(
  wanted: Omit<FollowUp, 'openedAt' | 'dueAt'>,
  before: StoredFollowUp | undefined,
  { traceparent }: Watch,
  { followUps, due, graceMs, now = () => new Date() }: ReleaseWatchesDeps,
  log: Log,
): Promise<boolean> {
  const { kind, correspondenceId, verified } = wanted;
  const openedAt = now().toISOString();
  const at = new Date(now().getTime() + graceMs).toISOString();
  const opened: FollowUp = { ...wanted, openedAt, dueAt: at };
  const check = async (dueAt: string) => {
    const rank = verified ? 'verified-opening' : 'pushed-opening';
    await due.add({ kind, correspondenceId, at: dueAt, rank, traceparent });
    return true;
  };
  const mayBeTrueNow = before?.reason === 'notCalledFor' || before?.reason === 'beforeFollowUpSince';
  if (!before || (before.state === 'suppressed' && mayBeTrueNow)) {
    const isDone = before
      ? await followUps.save(openedAgain(before, opened), before.etag)
      : await followUps.add(opened);
    if (!isDone) return false;
    log.signal('follow-up.opened', { kind, id: correspondenceId, via: verified ? 'pull' : 'push' });
    return check(at);
  }
  // Whoever added it may have died before it was noted when it is due.
  if (before.state === 'open' && before.dueAt) return check(before.dueAt);
  if (before.state === 'disputed' && !before.lease && !before.claim) {
    const { etag, ...disputed } = before;
    return (await followUps.save({ ...disputed, dueAt: at }, etag)) !== undefined && check(at);
  }
  return true;
}

/** Whether a fact is so: where Altinn is asked, by what it said itself. */
function holds({ facts, knownBy }: Status, fact: keyof Status['facts'], byAltinn: boolean): boolean {
  return facts[fact] !== undefined && (!byAltinn || knownBy[fact] === 'pull' || knownBy[fact] === 'asked');
}
