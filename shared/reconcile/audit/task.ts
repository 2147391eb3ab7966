import * as z from 'zod/mini';
import { statuses } from './statuses.ts';

/**
 * A part of an audit: what is on the queue `audits`. It makes a handful of requests, so a message is done in seconds,
 * whoever dies repeats only those, and several instances share the work; a loop over a whole day would run into the
 * function's time limit where the pace is low.
 */
export const auditTask = z.object({
  /** Names the audit that it is a part of, among all of the resource. */
  audit: z.string(),
  /** A URN. */
  resource: z.string(),
  /** The number of the recipient's subunit whose letters they are. */
  subunit: z.optional(z.string()),
  /** The time for which publication was asked: RFC 3339 in UTC to the millisecond, from inclusive, to exclusive. */
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  /** Which statuses are asked for in this window. */
  statuses: z.array(z.enum(statuses)),
  /** Those of them of which there were more than a page in the window that this is a half of. */
  crowded: z.array(z.enum(statuses)),
  /** Letters to be asked about one by one, of a window that no list tells completely. */
  letters: z.optional(z.array(z.string())),
});

export type AuditTask = z.infer<typeof auditTask>;

/** How many letters a part asks about one by one. */
export const lettersAtATime = statuses.length;

/** The requests that a part makes at the most: a list for each status and a look at where a page ends, or its letters. */
export function mostRequests({ letters, statuses }: AuditTask): number {
  return letters?.length ?? statuses.length + 1;
}

/** What a part of an audit found. */
export interface Found {
  readonly letters: number;
  /** The facts that Altinn knows and our timelines did not. */
  readonly missing: number;
  /** Those that our timelines had by a push alone, though they settle follow-ups. */
  readonly unverified: number;
  readonly requests: number;
  /** The instants with more letters than a list names, so that some of them were not looked at. */
  readonly incomplete: number;
}

export const nothing: Found = { letters: 0, missing: 0, unverified: 0, requests: 0, incomplete: 0 };

export function add(a: Found, b: Found): Found {
  return {
    letters: a.letters + b.letters,
    missing: a.missing + b.missing,
    unverified: a.unverified + b.unverified,
    requests: a.requests + b.requests,
    incomplete: a.incomplete + b.incomplete,
  };
}

/** The name of a part, in its audit. */
export function partOf({ from, to, letters }: AuditTask): string {
  return letters ? `${from}~${to}:${letters[0]}` : `${from}~${to}`;
}
