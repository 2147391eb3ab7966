import { allFacts, type CatalogueRow, type Fact, lookUp, type Tracked } from '../events/catalogue.ts';
import { compareTimes, utc } from '../events/time.ts';
import type { Via } from '../queue/message.ts';

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
  /** How the event is known: a {@link Via}. What is absent, or a newer version's, counts as the weakest. */
  readonly via?: string | undefined;
}

type Dated = TimelineEntry & { readonly time: string };

/** An entry and how far it is to be believed. */
interface Ranked {
  readonly entry: Dated;
  readonly via: Via;
  /** The higher, the stronger. */
  readonly strength: number;
}

export interface Status {
  readonly about: Tracked;
  readonly resource: string | undefined;
  readonly recipient: string | undefined;
  /** The one fact that tells a person most, or `unknown`. */
  readonly word: Fact | 'unknown';
  /** The facts that hold, each with the earliest time of the strongest events that state it. */
  readonly facts: Readonly<Partial<Record<Fact, string>>>;
  /** Of each fact, the strongest way in which it is known. */
  readonly knownBy: Readonly<Partial<Record<Fact, Via>>>;
  /** Every event once, earliest first. */
  readonly timeline: readonly Dated[];
}

/** From most to least telling: what ended a letter, what its recipient did and did not do, how far it came. */
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
 * A fact, once stated, holds. Where events differ, the strongest is believed, and of several the earliest: what Altinn
 * answered when asked, before what was pulled from it, before what anybody may have pushed.
 */
export function deriveStatus(entries: Iterable<TimelineEntry>): Status {
  const ranked = unique(entries).sort(
    ({ entry: a }, { entry: b }) =>
      compareTimes(a.time, b.time) || compareText(a.id, b.id) || compareText(a.type, b.type),
  );
  const strongestFirst = ranked.toSorted((a, b) => b.strength - a.strength);
  const facts: Partial<Record<Fact, string>> = {};
  const knownBy: Partial<Record<Fact, Via>> = {};
  for (const { entry, via } of strongestFirst) {
    const fact = lookUp(entry.type)?.fact;
    if (!fact) continue;
    facts[fact] ??= entry.time;
    knownBy[fact] ??= via;
  }
  return {
    about: aboutOf(strongestFirst.map(({ entry }) => entry)),
    resource: strongestFirst.find(({ entry }) => entry.resource)?.entry.resource,
    recipient: recipientOf(strongestFirst),
    word: [...telling, ...allFacts].find((fact) => facts[fact]) ?? 'unknown',
    facts,
    knownBy,
    timeline: ranked.map(({ entry }) => entry),
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

/** The same event may be there under several receptions: the strongest counts, and of several the earliest. */
function unique(entries: Iterable<TimelineEntry>): Ranked[] {
  const byEvent = new Map<string, Ranked>();
  for (const given of entries) {
    const key = `${given.type.toLowerCase()} ${given.id}`;
    const [one, other] = [rank(given), byEvent.get(key)];
    if (!other || compareReceptions(one, other) < 0) byEvent.set(key, one);
  }
  return [...byEvent.values()];
}

function rank(given: TimelineEntry): Ranked {
  const time = given.time && utc(given.time);
  const via = given.via === 'asked' || given.via === 'pull' ? given.via : 'push';
  // A list of letters tells no time; the details of one do.
  const strength = via === 'asked' ? (time ? 3 : 2) : via === 'pull' ? 1 : 0;
  return { entry: { ...given, time: time || given.receivedAt }, via, strength };
}

/** What is as strong and as early, and says something else all the same, is ordered by what it says. */
function compareReceptions(a: Ranked, b: Ranked): number {
  const said = ({ entry }: Ranked) =>
    JSON.stringify([entry.type, entry.source, entry.time, entry.resource, entry.via]) +
    JSON.stringify([entry.subject, entry.alternativeSubject]);
  return (
    b.strength - a.strength ||
    compareText(a.entry.receivedAt, b.entry.receivedAt) ||
    compareText(said(a), said(b))
  );
}

/**
 * The recipient is the subject of published, neverread and neverconfirmed. Of the pairs of older days one half
 * has the sender there, who is known from the other events; where the sender is not, we do not guess.
 */
function recipientOf(strongestFirst: readonly Ranked[]): string | undefined {
  const bySubject = (wanted: CatalogueRow['subject']) =>
    strongestFirst.filter(({ entry }) => entry.subject && lookUp(entry.type)?.subject === wanted);
  const candidates = bySubject('recipient');
  const certain = candidates.find(
    ({ entry, via }) => via === candidates[0]?.via && compareTimes(entry.time, oneEventPerFact) >= 0,
  );
  if (certain) return certain.entry.subject;
  const senders = bySubject('sender');
  const others = candidates
    .filter(({ entry }) => !senders.some((sender) => samePartyAs(entry, sender.entry)))
    .map(({ entry }) => entry);
  const [first] = others;
  return first && others.every((other) => samePartyAs(first, other)) ? first.subject : undefined;
}

function samePartyAs(a: TimelineEntry, b: TimelineEntry): boolean {
  return a.subject === b.subject || (!!a.alternativeSubject && a.alternativeSubject === b.alternativeSubject);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
