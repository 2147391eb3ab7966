import type { Events, Page } from '../altinn/api/events.ts';
import { isOfCorrespondence } from '../events/catalogue.ts';
import { attribute, type CloudEvent } from '../events/cloud-event.ts';
import { compareTimes, utc } from '../events/time.ts';
import { type Checkpoint, type Checkpoints, start } from './checkpoints.ts';
import { type EnqueueDeps, enqueueMissing } from './enqueue-missing.ts';
import { isKnown, nextPage, type Source } from './pages.ts';
import { causes, hadTime, hasStopped, listen } from './silence.ts';

export interface ReconcileDeps extends EnqueueDeps {
  readonly events: Pick<Events, 'pull'>;
  /** The recipient whose events alone we may see; absent for a service owner, who sees all of the resource. */
  readonly subject?: string | undefined;
  /** The number of the recipient's subunit whose events these are: they have a checkpoint of their own. */
  readonly subunit?: string | undefined;
  readonly checkpoints: Pick<Checkpoints, 'lease' | 'read'>;
}

export interface Options {
  /** RFC 3339: looks at every event that Altinn still has and that is not older, and leaves the checkpoint alone. */
  readonly since?: string | undefined;
  /** Counts, and changes nothing. */
  readonly dryRun?: boolean | undefined;
  /** Milliseconds since 1970 after which nothing more is begun; {@link maxRunMs} from now by default. */
  readonly deadline?: number | undefined;
  /** Called after each page. */
  readonly onPage?: (soFar: Report) => void;
}

export interface Report {
  readonly resource: string;
  readonly subunit?: string | undefined;
  readonly pulled: number;
  /** The events that the push had not delivered: the alarm for a broken push. */
  readonly missing: number;
  /** Those of them that the push had the time to deliver. */
  readonly late: number;
  /** Whether Altinn no longer knew the checkpoint, so that all it has since then was looked at. */
  readonly checkpointGone: boolean;
  /** `false` when time ran out before the last page: the next run goes on from there. */
  readonly complete: boolean;
}

/** Milliseconds of one run. A function may run for ten minutes, and a request that Altinn answers badly takes two and a half. */
export const maxRunMs = 3 * 60 * 1000;

/** Milliseconds before a lost checkpoint's time where catching up begins: events are registered hours late at times. */
const margin = 2 * 24 * 60 * 60 * 1000;

/** How many events are made durable before the checkpoint moves: storage that is slow keeps no run past its deadline. */
const atATime = 100;

/**
 * Pulls the events of a resource that came after the checkpoint, puts those on the queue that were never tracked, and
 * moves the checkpoint once they are durable. Whoever dies in between pulls some of them again, and tracking drops what
 * it has.
 *
 * @returns `undefined` when another instance is at it
 * @throws AltinnError, TokenError, what storage throws: the checkpoint stands where everything before it is durable
 */
export async function reconcile(
  resource: string,
  deps: ReconcileDeps,
  options: Options = {},
): Promise<Report | undefined> {
  const { since, dryRun } = options;
  const name = deps.subunit ? `${resource}:${deps.subunit}` : resource;
  const lease = since || dryRun ? undefined : await deps.checkpoints.lease(name);
  if (!since && !dryRun && !lease) return undefined;
  try {
    const checkpoint = lease?.checkpoint ?? (since ? start : await deps.checkpoints.read(name));
    return await pullFrom(checkpoint, { resource, subject: deps.subject }, deps, {
      ...options,
      move: async (checkpoint) => lease?.move(checkpoint),
    });
  } finally {
    // Its own failure must not hide another; the lease runs out by itself.
    await lease?.release().catch(() => {});
  }
}

async function pullFrom(
  from: Checkpoint,
  source: Source,
  deps: ReconcileDeps,
  { since, dryRun = false, deadline, onPage, move }: Options & { move(to: Checkpoint): Promise<void> },
): Promise<Report> {
  const { log, subunit, now = () => new Date() } = deps;
  const { resource } = source;
  const { pull } = deps.events;
  const end = deadline ?? now().getTime() + maxRunMs;
  const isLate = () => now().getTime() > end;
  let at = from;
  let report: Report = {
    resource,
    subunit,
    pulled: 0,
    missing: 0,
    late: 0,
    checkpointGone: false,
    complete: true,
  };
  const unfinished = () => ({ ...report, complete: false });

  if (isLate()) return unfinished();
  if (at.after !== '0' && !(await isKnown(at, source, pull))) {
    at = lost(at);
    log.signal('reconcile.checkpoint-gone', {
      resource,
      subunit,
      from: at.catchUpFrom,
    });
    report = { ...report, checkpointGone: true };
  }
  // The first run is a catch-up too.
  if (at.after === '0') at = { ...at, catchUpFrom: at.catchUpFrom ?? new Date(0).toISOString() };
  const oldest = since ?? at.catchUpFrom;
  // Old events tell nothing of the push as it is.
  const listening = !oldest;
  const heardBefore = at.unheard;

  for (;;) {
    if (isLate()) return unfinished();
    const page = await nextPage(at.after, source, pull, isLate);
    if (!page && isLate()) return unfinished();
    if (!page) break;
    await deadLetterUnreadable(page, dryRun, deps);
    // One id under two sources, at a page's end, makes the same page come for ever.
    const isLast = page.lastId === at.after;
    for (const events of chunks(page)) {
      const wanted = events.filter((event) => isOfCorrespondence(event.type) && isSince(event, oldest));
      const sorted = await enqueueMissing(wanted, dryRun, deps);
      const pulled = sorted.map(({ event, via }) => ({ time: timeOf(event), via }));
      at = { ...after(events, at), unheard: listening ? listen(at.unheard, pulled, now()) : at.unheard };
      report = {
        ...report,
        pulled: report.pulled + sorted.length,
        missing: report.missing + pulled.filter(({ via }) => !via).length,
        late: report.late + pulled.filter(({ time, via }) => !via && hadTime(time, now())).length,
      };
      if (events.at(-1) !== page.events.at(-1)) {
        await move(at);
        if (isLate()) return unfinished();
      }
    }
    at = { ...at, after: page.lastId as string };
    await move(at);
    onPage?.(report);
    if (isLast) break;
  }
  if (at.catchUpFrom) await move({ ...at, catchUpFrom: undefined });
  if (listening && at.unheard !== heardBefore && hasStopped(at.unheard)) {
    log.signal('push.silent', { resource, subunit, since: at.unheard.since, causes });
  }
  return report;
}

/** From the oldest event on, but for what is older than the checkpoint was. A catch-up that was not complete began earlier. */
function lost({ time, catchUpFrom, unheard }: Checkpoint): Checkpoint {
  const from = new Date(Date.parse(time ?? '') - margin || 0).toISOString();
  return { ...start, time, unheard, catchUpFrom: catchUpFrom && catchUpFrom < from ? catchUpFrom : from };
}

/** The checkpoint behind some events. */
function after(events: readonly CloudEvent[], at: Checkpoint): Checkpoint {
  const time = events
    .map((event) => timeOf(event))
    .reduce((a, b) => (b && (!a || compareTimes(a, b) < 0) ? b : a), at.time);
  const last = events.at(-1)?.id ?? at.after;
  return { ...at, before: events.at(-2)?.id ?? at.after, after: last, time };
}

/** At least one, be it empty. */
function chunks({ events }: Page): CloudEvent[][] {
  const count = Math.max(1, Math.ceil(events.length / atATime));
  return Array.from({ length: count }, (_, index) => events.slice(index * atATime, (index + 1) * atATime));
}

async function deadLetterUnreadable({ unreadable }: Page, dryRun: boolean, deps: ReconcileDeps) {
  for (const { value } of dryRun ? [] : unreadable) {
    const reason = 'pulled from Altinn, and no CloudEvent';
    await deps.deadLetters.add(deps.queue.name, value, reason);
    deps.log.signal('message.dead-lettered', { queue: deps.queue.name, reason });
  }
}

function timeOf(event: CloudEvent): string | undefined {
  return utc(attribute(event, 'time') ?? '');
}

function isSince(event: CloudEvent, from: string | undefined): boolean {
  const time = timeOf(event);
  return !from || !time || compareTimes(time, from) >= 0;
}
