import type { Correspondence } from '../../altinn/api/correspondence.ts';
import { divide } from '../../altinn/api/list-window.ts';
import type { Role } from '../../altinn/role.ts';
import { askLetter } from './ask-letters.ts';
import { askLists } from './ask-lists.ts';
import { type CompareDeps, type Compared, compare, type Said } from './compare.ts';
import { eventOf, type LetterStatus } from './statuses.ts';
import { type AuditTask, type Found, lettersAtATime, nothing } from './task.ts';

export interface AuditDeps extends CompareDeps {
  readonly correspondence: Pick<Correspondence, 'list' | 'details'>;
  /** As whom we ask. A recipient asks about no letter alone: that would record it as fetched. */
  readonly role: Role;
  /** For each list; 1 for who comes again later without. */
  readonly maxTries?: number | undefined;
}

/** What a part found, and the parts that what it could not answer is left to. */
export interface Outcome {
  readonly found: Found;
  readonly next: readonly AuditTask[];
}

/**
 * Does one part of an audit: compares what Altinn says of the letters of a window with what we have. What more than a page
 * of letters had is left to two parts of the window, divided where the page ends.
 * @throws AltinnError, TokenError, what storage throws
 */
export async function auditPart(task: AuditTask, deps: AuditDeps, signal?: AbortSignal): Promise<Outcome> {
  return task.letters ? auditLetters(task.letters, task, deps, signal) : auditWindow(task, deps, signal);
}

async function auditWindow(task: AuditTask, deps: AuditDeps, signal?: AbortSignal): Promise<Outcome> {
  const { role } = deps;
  const { letters, open, oldest, requests } = await askLists(task, deps, signal);
  const said = byLetter(letters);
  const compared = await compare(said, 'list', task.resource, deps);
  const isDivided = open.length > 0 && divide(task) !== undefined;
  // Only a sender may ask about a letter alone; other windows are halved.
  const looks = isDivided && oldest && role === 'Sender' ? 1 : 0;
  const at = looks ? await publicationAskedAt(oldest as string, deps, signal) : undefined;
  const found: Found = {
    letters: new Set([...(letters.get('Published') ?? []), ...(letters.get('Failed') ?? [])]).size,
    missing: compared.missing,
    unverified: compared.unverified,
    requests: requests + looks,
    incomplete: open.length > 0 && !isDivided ? 1 : 0,
  };
  const crowded = open.filter((status) => status !== 'Published');
  // The newer part first: it has less than a page.
  const parts = isDivided ? divide(task, at)?.toReversed() : undefined;
  const next = parts?.map((part) => ({ ...task, ...part, statuses: [...open], crowded }));
  return { found, next: next ?? ofOneInstant(task, compared, open, role) };
}

/** The time for which a letter's publication was asked, in milliseconds since 1970. */
async function publicationAskedAt(id: string, { correspondence, maxTries }: AuditDeps, signal?: AbortSignal) {
  const answer = await correspondence.details(id, { maxTries, signal });
  const time = 'requestedPublishTime' in answer ? Date.parse(answer.requestedPublishTime ?? '') : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** The letters that are known of an instant with more of them than a list names, and that may have what it did not name. */
function ofOneInstant(
  task: AuditTask,
  { facts }: Compared,
  open: readonly LetterStatus[],
  role: Role,
): AuditTask[] {
  if (open.length === 0 || role !== 'Sender') return [];
  const wanted = open.map((status) => eventOf(status).fact);
  const letters = [...facts].filter(([, known]) => wanted.some((fact) => !known.has(fact))).map(([id]) => id);
  const parts = Math.ceil(letters.length / lettersAtATime);
  return Array.from({ length: parts }, (_, part) => ({
    ...task,
    statuses: [...open],
    crowded: [],
    letters: letters.slice(part * lettersAtATime, (part + 1) * lettersAtATime),
  }));
}

async function auditLetters(
  ids: readonly string[],
  { resource, statuses: wanted }: AuditTask,
  deps: AuditDeps,
  signal?: AbortSignal,
): Promise<Outcome> {
  const said = new Map<string, readonly Said[]>();
  for (const id of ids) {
    signal?.throwIfAborted();
    const all = await askLetter(id, deps.correspondence, { maxTries: deps.maxTries, signal });
    // The list has told the others.
    said.set(
      id,
      all.filter(({ status }) => wanted.includes(status)),
    );
  }
  const { missing, unverified } = await compare(said, 'details', resource, deps);
  return { found: { ...nothing, missing, unverified, requests: ids.length }, next: [] };
}

function byLetter(letters: ReadonlyMap<LetterStatus, readonly string[]>): Map<string, Said[]> {
  const said = new Map<string, Said[]>();
  for (const [status, ids] of letters) {
    for (const id of ids) said.set(id, [...(said.get(id) ?? []), { status }]);
  }
  return said;
}
