import { setTimeout as delay } from 'node:timers/promises';
import { AltinnError } from '../../altinn/api/altinn-error.ts';
import { unanswered } from '../../altinn/api/heard.ts';
import type { Pace } from '../../altinn/pace.ts';
import type { Whose } from '../../altinn/whose.ts';
import type { Table } from '../../storage/table.ts';
import { type AuditDeps, auditPart } from './audit-part.ts';
import { settlingAudit } from './begin.ts';
import { type DaysDeps, type PublicationDay, publicationDays } from './publication-days.ts';
import { type AuditTask, mostRequests } from './task.ts';

export interface TogetherDeps extends AuditDeps, DaysDeps {
  readonly timeline: AuditDeps['timeline'] & DaysDeps['timeline'];
  /** The table `shared`, which remembers what is left to ask. */
  readonly table: Table;
  readonly whose: readonly Whose[];
  readonly pace: Pick<Pace, 'take'>;
  readonly now?: () => Date;
  /** Waits so many milliseconds. */
  readonly sleep?: (ms: number) => Promise<unknown>;
}

interface State {
  readonly begunAt: string;
  /** The parts that are left, in the order in which they are asked for. */
  readonly left: readonly AuditTask[];
  readonly requests: number;
  /** How many facts the lists told that were not known. */
  readonly told: number;
  /** The days that were asked for lately, and when. */
  readonly days: readonly (PublicationDay & { readonly at: string })[];
}

const never: State = { begunAt: new Date(0).toISOString(), left: [], requests: 0, told: 0, days: [] };
const key = { partitionKey: 'altinn', rowKey: 'together' };

/** Of so many letters on, lists are worth their while. */
const manyDue = 100;
/** After so many requests that told less than so many facts each, on the average, letters are asked about one by one. */
const [worthAfter, worth] = [60, 5];
/** Milliseconds between two beginnings, and between two of the same day. */
const [pauseMs, dayPauseMs] = [1_800_000, 3_600_000];
/** The parts to begin with, at the most: what is left has to fit a column. */
const maxBegun = 16;
/** Milliseconds for which openings wait at the most, and that one run takes. */
const [waitMs, runMs] = [900_000, 40_000];
/** Milliseconds until its turn at the pace for which a part waits. */
const maxTurnMs = 5_000;

/**
 * Asks Altinn about many letters at once: by its lists, a thousand letters a request, for the days on which many of these
 * were published. What a list tells is put on the queue as `asked`, and settles follow-ups once it is tracked. A list only
 * ever says that something happened: who is not named is asked about alone, so neither a full page nor the wrong day, nor
 * a forged time of publication, settles or raises anything. Where lists tell little, it gives up. What is left is
 * remembered, and the next run goes on with it.
 *
 * @returns whether something was asked, or is left to ask: then these letters should wait for what that brings
 */
export function makeAskTogether(deps: TogetherDeps): (ids: readonly string[]) => Promise<boolean> {
  const { table, whose, now = () => new Date() } = deps;
  const since = (time: string) => now().getTime() - Date.parse(time);
  const begin = async (state: State, ids: readonly string[]): Promise<State> => {
    if (since(state.begunAt) < pauseMs) return state;
    const recent = state.days.filter(({ at }) => since(at) < dayPauseMs);
    const isRecent = ({ day, resource }: PublicationDay) =>
      recent.some((asked) => asked.day === day && asked.resource === resource);
    const begunAt = now().toISOString();
    const days = (await publicationDays(ids, deps))
      .filter((day) => !isRecent(day))
      .slice(0, Math.ceil(maxBegun / whose.length));
    const left = days
      .flatMap(({ day, resource }) =>
        whose.map((each) => settlingAudit(day, { resource, role: deps.role, whose: each })),
      )
      .slice(0, maxBegun);
    return { ...never, begunAt, left, days: [...recent, ...days.map((day) => ({ ...day, at: begunAt }))] };
  };

  return async (ids) => {
    if (ids.length < manyDue) return false;
    const read = () => table.get<{ state: string }>(key.partitionKey, key.rowKey);
    const row = (await read()) ?? (await table.insert({ ...key, state: JSON.stringify(never) }).then(read));
    if (!row) return false;
    const stored = JSON.parse(row.state) as State;
    const isOver = stored.left.length === 0 || since(stored.begunAt) > waitMs;
    let state = isOver ? await begin({ ...stored, left: [] }, ids) : stored;
    const save = (etag: string) => table.replace({ ...key, state: JSON.stringify(state) }, etag);
    let etag: string | undefined = row.etag;
    // Also that there was nothing to ask, lest all be looked at again in a minute.
    if (isOver && state.begunAt !== stored.begunAt) etag = await save(row.etag);
    if (state.left.length === 0) return false;
    for (const begunAt = now().getTime(); state.left.length > 0 && now().getTime() - begunAt < runMs; ) {
      // Another instance is at it.
      if (!etag) break;
      const next = await askOne(state, deps);
      // Then they are to say that they wait for Altinn.
      if (next === 'left alone') return false;
      if (!next) break;
      state = next;
      etag = await save(etag);
    }
    return true;
  };
}

/** Asks for one part. @returns what is left then; `undefined` when nothing can be asked now */
async function askOne(
  state: State,
  { pace, sleep = delay, ...deps }: TogetherDeps,
): Promise<State | 'left alone' | undefined> {
  const [task, ...others] = state.left as [AuditTask];
  const wanted = mostRequests(task);
  const slots = await pace.take(wanted, { atLeast: wanted, withinMs: maxTurnMs });
  if (slots.count === 0) return slots.isClosed ? 'left alone' : undefined;
  // The part before has taken what comes first.
  await sleep(slots.firstMs);
  try {
    const { found, next } = await auditPart(task, { ...deps, maxTries: 1 });
    const requests = state.requests + found.requests;
    const told = state.told + found.missing + found.unverified;
    if (requests >= worthAfter && told < requests * worth) return { ...state, requests, told, left: [] };
    // What no list tells apart is asked about one by one all the same.
    return { ...state, requests, told, left: [...next.filter(({ letters }) => !letters), ...others] };
  } catch (error) {
    if (error instanceof AltinnError && !error.transient) return { ...state, left: others };
    if (!unanswered(error)) throw error;
    return undefined;
  }
}
