import { type Fact, settles } from '../../events/catalogue.ts';
import { eachAtOnce } from '../../runtime/at-once.ts';
import type { MessageQueue } from '../../storage/message-queue.ts';
import { askedEvent } from '../../tracking/asked-event.ts';
import { eventMessage } from '../../tracking/event-message.ts';
import type { Timeline } from '../../tracking/timeline.ts';
import { eventOf, type LetterStatus } from './statuses.ts';
import type { Found } from './task.ts';

export interface CompareDeps {
  readonly timeline: Pick<Timeline, 'facts'>;
  /** The queue `correspondence-events`. */
  readonly events: Pick<MessageQueue, 'send'>;
  readonly dryRun?: boolean | undefined;
  readonly now?: () => Date;
}

/** What Altinn says of a letter. */
export interface Said {
  readonly status: LetterStatus;
  /** RFC 3339; a list tells none. */
  readonly time?: string | undefined;
}

/** How many letters are compared at the same moment. */
const atOnce = 16;

export interface Compared extends Pick<Found, 'missing' | 'unverified'> {
  /** By letter, the facts that are known of it now, and need no asking. */
  readonly facts: ReadonlyMap<string, ReadonlySet<Fact>>;
}

/**
 * Compares what Altinn says of letters with their timelines, and puts the facts that are missing there on the queue.
 * One table operation a letter. A letter that we never heard of lacks all of them. A fact that settles a follow-up, and
 * is there by a push alone, may be a forgery that hides the loss of the true event: it is put on the queue as well.
 */
export async function compare(
  said: ReadonlyMap<string, readonly Said[]>,
  question: 'list' | 'details',
  resource: string,
  { timeline, events, dryRun = false, now = () => new Date() }: CompareDeps,
): Promise<Compared> {
  const facts = new Map<string, ReadonlySet<Fact>>();
  let [missing, unverified] = [0, 0];
  await eachAtOnce(said, atOnce, async ([correspondenceId, statuses]) => {
    const stored = await timeline.facts(correspondenceId);
    const known = new Set([...stored.keys()].filter((fact) => stored.get(fact)?.verified || !settles(fact)));
    facts.set(correspondenceId, known);
    for (const { status, time } of statuses) {
      const { name, fact } = eventOf(status);
      if (known.has(fact)) continue;
      known.add(fact);
      if (stored.has(fact)) unverified++;
      else missing++;
      const event = askedEvent({ correspondenceId, name, question, time, resource });
      if (!dryRun) await events.send(eventMessage(event, { via: 'asked', enqueuedAt: now().toISOString() }));
    }
  });
  return { missing, unverified, facts };
}
