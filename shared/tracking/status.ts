import { allFacts, type CatalogueRow, type Fact, lookUp, type Tracked } from '../events/catalogue.ts';
import { compareTimes, utc } from '../events/time.ts';

/** One event of a timeline, reduced to what a status is derived from. */
export interface TimelineEntry {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly resource?: string | undefined;
  readonly subject?: string | undefined;
  readonly alternativeSubject?: string | undefined;
  /** As the event has it: RFC 3339 if Altinn sent it, anything or absent if another did. */
  readonly time?: string | undefined;
  /** RFC 3339 in UTC. */
  readonly receivedAt: string;
}

export interface Status {
  readonly about: Tracked;
  readonly resource: string | undefined;
  readonly recipient: string | undefined;
  /** The one fact that tells a person most, or `unknown`. */
  readonly word: Fact | 'unknown';
  /** The facts that hold, each with its earliest time. */
  readonly facts: Readonly<Partial<Record<Fact, string>>>;
  /** Every event once, earliest first. */
  readonly timeline: readonly (TimelineEntry & { readonly time: string })[];
}

/** From most to least telling: what ended a letter, what its recipient did, what he did not do, how far it came. */
const telling: readonly Fact[] = [
  'purged',
  'publishFailed',
  'uploadFailed',
  'expired',
  'confirmed',
  'read',
  'neverConfirmed',
  'neverRead',
  'published',
  'uploadProcessing',
  'initialized',
  'notificationCreated',
];

/** Since this day the subject of published, neverread and neverconfirmed is the recipient; before, they came twice. */
const oneEventPerFact = '2026-07-13T00:00:00Z';

/**
 * What a timeline adds up to. A pure function of the set of events: their order and repetition do not matter.
 * A fact, once stated, holds; its time is the earliest of the events that state it.
 */
export function deriveStatus(entries: Iterable<TimelineEntry>): Status {
  const timeline = [...unique(entries)].sort(
    (a, b) => compareTimes(a.time, b.time) || compareText(a.id, b.id) || compareText(a.type, b.type),
  );
  const facts: Partial<Record<Fact, string>> = {};
  for (const { type, time } of timeline) {
    const fact = lookUp(type)?.fact;
    if (fact) facts[fact] ??= time;
  }
  return {
    about: aboutOf(timeline),
    resource: timeline.find(({ resource }) => resource)?.resource,
    recipient: recipientOf(timeline),
    word: [...telling, ...allFacts].find((fact) => facts[fact]) ?? 'unknown',
    facts,
    timeline,
  };
}

/** What an event's `resourceinstance` identifies: by its type, or by the end of its `source` where the type is unknown. */
export function aboutOf(events: readonly { type: string; source: string }[]): Tracked {
  for (const { type } of events) {
    const row = lookUp(type);
    if (row) return row.about;
  }
  if (events.some(({ source }) => /\/attachment\/?$/i.test(source))) return 'attachment';
  if (events.some(({ source }) => /\/notification\/?$/i.test(source))) return 'notification-order';
  return 'correspondence';
}

/** The same event may be there under several receptions: the earliest one counts. */
function* unique(entries: Iterable<TimelineEntry>): Generator<TimelineEntry & { time: string }> {
  const seen = new Map<string, TimelineEntry>();
  for (const entry of entries) {
    const key = `${entry.type.toLowerCase()} ${entry.id}`;
    const before = seen.get(key);
    if (!before || compareText(entry.receivedAt, before.receivedAt) < 0) seen.set(key, entry);
  }
  for (const entry of seen.values())
    yield { ...entry, time: (entry.time && utc(entry.time)) || entry.receivedAt };
}

/**
 * The recipient is the subject of published, neverread and neverconfirmed. Of the pairs of older days one half
 * has the sender there, who is known from the other events; where he is not, we do not guess.
 */
function recipientOf(timeline: readonly (TimelineEntry & { time: string })[]): string | undefined {
  const bySubject = (wanted: CatalogueRow['subject']) =>
    timeline.filter(({ type, subject }) => subject && lookUp(type)?.subject === wanted);
  const candidates = bySubject('recipient');
  const certain = candidates.find(({ time }) => compareTimes(time, oneEventPerFact) >= 0);
  if (certain) return certain.subject;
  const senders = bySubject('sender');
  const others = candidates.filter((candidate) => !senders.some((sender) => samePartyAs(candidate, sender)));
  const [first] = others;
  return first && others.every((other) => samePartyAs(first, other)) ? first.subject : undefined;
}

function samePartyAs(a: TimelineEntry, b: TimelineEntry): boolean {
  return a.subject === b.subject || (!!a.alternativeSubject && a.alternativeSubject === b.alternativeSubject);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
