import { type FollowUpKind, followUpKinds } from '../events/catalogue.ts';
import { eachAtOnce } from '../runtime/at-once.ts';
import type { Table } from '../storage/table.ts';
import { unnamed } from './decide.ts';
import type { DueFollowUps, Rank } from './due.ts';
import type { LiveFollowUps } from './live-follow-ups.ts';
import type { Policy } from './policy/policy.ts';
import { nextStep } from './progress.ts';
import type { FollowUps, StoredFollowUp } from './store.ts';

export interface ReplanDeps {
  /** The table `shared`, which remembers by which policy all is planned, and how far that has come. */
  readonly table: Table;
  readonly live: Pick<LiveFollowUps, 'after'>;
  readonly followUps: Pick<FollowUps, 'get' | 'save'>;
  readonly due: Pick<DueFollowUps, 'add' | 'remove'>;
  readonly policy: Policy;
  readonly graceMs: number;
  /** Brings forward what is watched. @returns where the next call goes on; `undefined` when all is done */
  readonly replanWatches: (position?: string) => Promise<string | undefined>;
  /** When this process started. */
  readonly startedAt: Date;
  readonly now?: () => Date;
  /** Milliseconds that one run takes. */
  readonly runMs?: number;
}

/** What came of one run. */
export interface Replanned {
  /** How many come sooner than they did. */
  readonly sooner: number;
  readonly done: boolean;
}

interface Progress {
  readonly hash: string;
  /** Since when the policy of that hash is known: RFC 3339. */
  readonly since: string;
  /** Where it goes on; absent when all is done. */
  readonly part?: number | null | undefined;
  readonly position?: string | null | undefined;
  /** Whether this pass had to leave out some, so that another comes, and when. */
  readonly isShort?: boolean | undefined;
  readonly resumeAt?: string | null | undefined;
}

const key = { partitionKey: 'follow-ups', rowKey: 'policy' };
const parts = (['open', 'notified'] as const).flatMap((state) =>
  followUpKinds.map((kind): readonly ['open' | 'notified', FollowUpKind] => [state, kind]),
);
/** How many are read at once, and looked at, at the same moment. */
const [pageSize, atOnce] = [100, 16];
/** Milliseconds after which a process that was started before takes over all the same. */
const flipMs = 3_600_000;
/** Milliseconds until another pass. */
const pauseMs = 300_000;

/**
 * Plans anew what waits by an older policy, some at a time. What a changed policy has come later is found out when its
 * old time comes; so only what comes sooner is written, and nothing is lost or taken twice meanwhile. A process that was
 * started before the policy changed leaves it to those with the new one.
 * @returns nothing where there is nothing to do. One table operation then
 */
export async function replan({
  table,
  policy,
  startedAt,
  replanWatches,
  now = () => new Date(),
  runMs = 20_000,
  ...deps
}: ReplanDeps): Promise<Replanned | undefined> {
  const stored = await table.get<Progress>(key.partitionKey, key.rowKey);
  if (stored?.hash === policy.hash && typeof stored.part !== 'number') return undefined;
  if (stored?.hash === policy.hash && (stored.resumeAt ?? '') > now().toISOString()) return undefined;
  let progress: Progress = stored ?? { hash: '', since: now().toISOString() };
  let etag = stored?.etag;
  if (progress.hash !== policy.hash) {
    const isNewer = stored && stored.since > startedAt.toISOString();
    // Unless nobody with that policy has said so for long: one of the version before may have started last.
    if (isNewer && now().getTime() - Date.parse(stored.since) < flipMs) return undefined;
    progress = { hash: policy.hash, since: now().toISOString(), part: 0 };
  }
  const save = async () => {
    const { part, position, resumeAt, ...rest } = progress;
    const places = {
      part: part ?? undefined,
      position: position ?? undefined,
      resumeAt: resumeAt ?? undefined,
    };
    const row = { ...rest, ...places, ...key };
    if (etag) etag = await table.replace(row, etag);
    else if (await table.insert(row)) etag = (await table.get(key.partitionKey, key.rowKey))?.etag;
    return etag !== undefined;
  };
  if (!(await save())) return undefined;
  let sooner = 0;
  for (const begunAt = now().getTime(); now().getTime() - begunAt < runMs; ) {
    const part = progress.part ?? 0;
    const which = parts[part];
    const { hash, since } = progress;
    let next: Omit<Progress, 'hash' | 'since'>;
    if (which) {
      const page = await deps.live.after(...which, progress.position ?? undefined, pageSize);
      const last = page.at(-1);
      let { isShort } = progress;
      await eachAtOnce(page, atOnce, async ({ kind, correspondenceId }) => {
        const followUp = await deps.followUps.get(correspondenceId, kind);
        const became = followUp && (await planAnew(followUp, { ...deps, policy, now, since }));
        if (became === 'sooner') sooner++;
        if (became === 'busy') isShort = true;
      });
      const isOver = page.length < pageSize || !last;
      next = isOver ? { part: part + 1, isShort } : { part, position: last.position, isShort };
    } else {
      const position = await replanWatches(progress.position ?? undefined);
      // What was under way is looked at once more, in another pass.
      const resumeAt = new Date(now().getTime() + pauseMs).toISOString();
      const after = progress.isShort ? { part: 0, resumeAt } : {};
      next = position ? { part, position, isShort: progress.isShort } : after;
    }
    progress = { hash, since, ...next };
    // Another instance is at it.
    if (!(await save())) return { sooner, done: false };
    if (progress.part === undefined) return { sooner, done: true };
    if (progress.resumeAt) break;
  }
  return { sooner, done: false };
}

/** Has a follow-up looked at sooner where its next step comes sooner than that. */
async function planAnew(
  { etag, ...followUp }: StoredFollowUp,
  {
    followUps,
    due,
    policy,
    graceMs,
    now,
    since,
  }: Pick<ReplanDeps, 'followUps' | 'due' | 'policy' | 'graceMs'> & { now: () => Date; since: string },
): Promise<'sooner' | 'as it was' | 'busy'> {
  const { state, kind, correspondenceId, plannedBy, dueAt, openedAt, snoozedUntil, waitingFor } = followUp;
  if (plannedBy === policy.hash || (state !== 'open' && state !== 'notified')) return 'as it was';
  // Whoever is at it may plan it by the policy before.
  if (followUp.lease || followUp.claim) return 'busy';
  const next = nextStep(followUp, policy);
  // What waits for Altinn, or for its channel, comes as soon as that says.
  const isAwaited = followUp.gathered || (waitingFor && waitingFor !== unnamed);
  if (!next || (isAwaited && dueAt)) return 'as it was';
  const notBefore = new Date(Date.parse(openedAt) + graceMs);
  const at = [next.at, notBefore, now(), new Date(snoozedUntil ?? 0)]
    .reduce((a, b) => (a > b ? a : b))
    .toISOString();
  if (dueAt && dueAt <= at) return 'as it was';
  // What had all its steps behind it is told no step that was long past when the policy came.
  if (!dueAt && next.at.toISOString() < since) return 'as it was';
  const rank: Rank = followUp.verified || followUp.checkedWithAltinn ? 'verified-opening' : 'pushed-opening';
  await due.add({ kind, correspondenceId, at, rank });
  const changed = { ...followUp, dueAt: at, plannedBy: policy.hash };
  // The row of its old time is removed when that comes.
  return (await followUps.save(changed, etag)) === undefined ? 'busy' : 'sooner';
}
