import { resourcePrefix } from '../access.ts';
import type { LoggedEvent } from '../events/event-log.ts';
import { type EventName, eventTypes } from '../events/event-types.ts';
import { isPurged, type Letter, timeOf } from './letter.ts';
import { highest } from './status.ts';

export interface Facts {
  readonly id: string;
  /** Each fact that an event stated, with the earliest of their times; the events that were lost do not count. */
  readonly facts: Readonly<Record<string, string>>;
  /** The facts that no event ever told: every one that stated them was lost before the Events API. */
  readonly untold: readonly string[];
}

/** What is so of a letter, whatever the receiver was told. */
export interface LetterTruth extends Facts {
  readonly resource: string;
  readonly recipient: string;
  readonly status: string;
  readonly due: string | null;
  readonly confirmationNeeded: boolean;
  readonly published: string | null;
  readonly read: string | null;
  readonly confirmed: string | null;
  readonly purged: boolean;
  readonly notificationOrders: readonly Facts[];
  readonly attachments: readonly Facts[];
}

/** The truth of letters, in their order, from what they are and from every event that was published. */
export function truthOf(letters: readonly Letter[], events: readonly LoggedEvent[]): LetterTruth[] {
  const byInstance = groupByInstance(events);
  const factsOf = (id: string) => facts(id, byInstance.get(id) ?? []);
  const written = (time: number | undefined) => (time === undefined ? null : new Date(time).toISOString());
  return letters.map((letter) => ({
    ...factsOf(letter.id),
    resource: resourcePrefix + letter.resourceId,
    recipient: letter.recipient,
    status: highest(letter.changes).status,
    due: written(letter.due),
    confirmationNeeded: letter.confirmationNeeded,
    published: written(timeOf(letter, 'Published')),
    read: written(timeOf(letter, 'Read')),
    confirmed: written(timeOf(letter, 'Confirmed')),
    purged: isPurged(letter),
    notificationOrders: letter.notifications.flatMap(({ orderId, isReminder }) =>
      orderId && !isReminder ? [factsOf(orderId)] : [],
    ),
    attachments: letter.attachments.map(factsOf),
  }));
}

function groupByInstance(events: readonly LoggedEvent[]): Map<string, LoggedEvent[]> {
  const groups = new Map<string, LoggedEvent[]>();
  for (const logged of events) {
    const id = logged.event.resourceinstance;
    const group = groups.get(id);
    if (group) group.push(logged);
    else groups.set(id, [logged]);
  }
  return groups;
}

function facts(id: string, events: readonly LoggedEvent[]): Facts {
  const told: Record<string, string> = {};
  const all = new Set<string>();
  for (const { name, event, lost } of events) {
    const { fact } = eventTypes[name as EventName];
    all.add(fact);
    const earliest = told[fact];
    if (!lost && (earliest === undefined || digits(event.time) < digits(earliest))) told[fact] = event.time;
  }
  return { id, facts: told, untold: [...all].filter((fact) => told[fact] === undefined) };
}

/** Two times in UTC compare as text once both have seven digits of the second. */
function digits(time: string): string {
  const [whole = '', fraction = ''] = time.slice(0, -1).split('.');
  return `${whole}.${fraction.padEnd(7, '0')}`;
}
