import type { Events } from '../altinn/api/events.ts';
import { isOfCorrespondence } from '../events/catalogue.ts';
import { attribute, type CloudEvent } from '../events/cloud-event.ts';
import { compareTimes, utc } from '../events/time.ts';
import type { DeadLetters } from '../queue/dead-letters.ts';
import { parseGuid } from '../runtime/guid.ts';
import type { Log } from '../runtime/log.ts';
import type { MessageQueue } from '../storage/message-queue.ts';
import { eventMessage } from '../tracking/event-message.ts';
import type { Timeline } from '../tracking/timeline.ts';
import type { Checkpoint, Checkpoints } from './checkpoints.ts';

export interface ReconcileDeps {
  readonly events: Pick<Events, 'pull'>;
  /**
   * The recipient whose events alone we may see; absent for a service owner, who sees all of the resource. Altinn
   * selects by it before it limits the page, so that no page is emptied by what others may not show us.
   */
  readonly subject?: string | undefined;
  readonly timeline: Pick<Timeline, 'via'>;
  /** The queue `correspondence-events`. */
  readonly queue: Pick<MessageQueue, 'name' | 'send'>;
  readonly deadLetters: Pick<DeadLetters, 'add'>;
  readonly checkpoints: Pick<Checkpoints, 'lease' | 'read'>;
  readonly log: Log;
  readonly now?: () => Date;
}

export interface Options {
  /** RFC 3339: looks at every event that Altinn still has and that is not older, and leaves the checkpoint alone. */
  readonly since?: string | undefined;
  /** Counts, and changes nothing. */
  readonly dryRun?: boolean | undefined;
  /** Milliseconds since 1970 after which no further page is begun; four minutes from now by default. */
  readonly deadline?: number | undefined;
  /** Called after each page. */
  readonly onPage?: (soFar: Report) => void;
}

export interface Report {
  readonly resource: string;
  readonly pulled: number;
  /** The events that the push had not delivered: the alarm for a broken push. */
  readonly missing: number;
  /** Whether Altinn no longer knew the checkpoint, so that all it has since then was looked at. */
  readonly checkpointGone: boolean;
  /** `false` when time ran out before the last page: the next run goes on from there. */
  readonly complete: boolean;
}

/** Milliseconds of one run; a function may run for five minutes. */
export const maxRunMs = 4 * 60 * 1000;

/** Milliseconds before a lost checkpoint's time where catching up begins: events are registered hours late at times. */
const margin = 2 * 24 * 60 * 60 * 1000;

/** How many events are looked up and put on the queue at the same moment. */
const atOnce = 16;

/**
 * Pulls the events of a resource that came after the checkpoint, puts those on the queue that were never tracked, and
 * moves the checkpoint once they are durable. Whoever dies in between pulls some of them again, and tracking drops what
 * it has.
 *
 * Altinn limits a page before it leaves out what we may not see, so a short page is not the last: only an empty one is.
 * An id that it does not know, or has forgotten after 90 days, starts silently from the oldest event; so we ask for
 * what follows the event before the last, and see whether the last one comes first.
 * Source: Altinn/altinn-events, `EventsController`.
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
  const lease = since || dryRun ? undefined : await deps.checkpoints.lease(resource);
  if (!since && !dryRun && !lease) return undefined;
  try {
    const checkpoint = lease?.checkpoint ?? (since ? start : await deps.checkpoints.read(resource));
    return await pullFrom(checkpoint, resource, deps, {
      ...options,
      move: async (checkpoint) => lease?.move(checkpoint),
    });
  } finally {
    // Its own failure must not hide another; the lease runs out by itself.
    await lease?.release().catch(() => {});
  }
}

const start: Checkpoint = { after: '0', before: '0' };

async function pullFrom(
  checkpoint: Checkpoint,
  resource: string,
  deps: ReconcileDeps,
  {
    since,
    dryRun = false,
    deadline = (deps.now?.() ?? new Date()).getTime() + maxRunMs,
    onPage,
    move,
  }: Options & { move(checkpoint: Checkpoint): Promise<void> },
): Promise<Report> {
  const { events, subject, queue, deadLetters, log, now = () => new Date() } = deps;
  let { before, after, time } = checkpoint;
  let from = since;
  let report: Report = { resource, pulled: 0, missing: 0, checkpointGone: false, complete: true };

  if (after !== '0') {
    const { events: first } = await events.pull({ resource, subject, after: before, size: 2 });
    if (first[0]?.id !== after) {
      from = new Date(Date.parse(time ?? '') - margin || 0).toISOString();
      log.error('reconcile: Altinn no longer has the checkpoint, as after 90 days: catching up', {
        resource,
        from,
      });
      report = { ...report, checkpointGone: true };
      [before, after] = ['0', '0'];
    }
  }

  for (;;) {
    const page = await events.pull({ resource, subject, after });
    if (page.lastId === undefined || page.lastId === after) return report;
    const own = page.events.filter(({ type }) => isOfCorrespondence(type));
    const wanted = own.filter((event) => !from || isSince(event, from));
    const missing = await enqueueMissing(wanted, dryRun, deps);
    for (const { value } of dryRun ? [] : page.unreadable)
      await deadLetters.add(queue.name, value, 'pulled from Altinn, and no CloudEvent');

    before = page.events.at(-2)?.id ?? after;
    after = page.lastId;
    time = page.events
      .map((event) => timeOf(event))
      .reduce((a, b) => (b && (!a || compareTimes(a, b) < 0) ? b : a), time);
    await move({ before, after, time });
    report = { ...report, pulled: report.pulled + wanted.length, missing: report.missing + missing };
    onPage?.(report);
    if (now().getTime() > deadline) return { ...report, complete: false };
  }
}

/** @returns how many were missing */
async function enqueueMissing(
  events: readonly CloudEvent[],
  dryRun: boolean,
  deps: ReconcileDeps,
): Promise<number> {
  const { timeline, queue, now = () => new Date() } = deps;
  let missing = 0;
  const left = [...events];
  const work = async () => {
    for (let event = left.shift(); event; event = left.shift()) {
      const id = parseGuid(attribute(event, 'resourceinstance'));
      if (id && (await timeline.via(id, event))) continue;
      missing++;
      if (!dryRun) await queue.send(eventMessage(event, { via: 'pull', enqueuedAt: now().toISOString() }));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return missing;
}

function timeOf(event: CloudEvent): string | undefined {
  return utc(attribute(event, 'time') ?? '');
}

function isSince(event: CloudEvent, from: string): boolean {
  const time = timeOf(event);
  return !time || compareTimes(time, from) >= 0;
}
