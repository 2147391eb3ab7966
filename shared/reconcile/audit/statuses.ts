import type { Role } from '../../altinn/role.ts';
import { type EventName, type Fact, lookUp, typePrefix } from '../../events/catalogue.ts';

/** The statuses of a letter that an event tells of, in the order in which they are asked for. */
export const statuses = [
  'Published',
  'Read',
  'Confirmed',
  'PurgedByRecipient',
  'PurgedByAltinn',
  'Failed',
] as const;
export type LetterStatus = (typeof statuses)[number];

/** The type of the event that tells of each. */
const events: Readonly<Record<LetterStatus, EventName>> = {
  Published: 'correspondencepublished',
  Read: 'correspondencereceiverread',
  Confirmed: 'correspondencereceiverconfirmed',
  PurgedByRecipient: 'correspondencepurged',
  PurgedByAltinn: 'correspondencepurged',
  Failed: 'correspondencepublishfailed',
};

/** What a recipient alone can do, and so not before publication. A sender may purge before, or fail. */
export const afterPublication: readonly LetterStatus[] = ['Read', 'Confirmed', 'PurgedByRecipient'];

/** The statuses to ask for. A recipient is told of no failure. */
export function statusesFor(role: Role): readonly LetterStatus[] {
  return role === 'Sender' ? statuses : statuses.filter((status) => status !== 'Failed');
}

/** The event that Altinn should have sent of a status, and the fact that it states. */
export function eventOf(status: LetterStatus): { readonly name: EventName; readonly fact: Fact } {
  const name = events[status];
  return { name, fact: lookUp(typePrefix + name)?.fact as Fact };
}

export function isStatus(text: string | null | undefined): text is LetterStatus {
  return statuses.some((status) => status === text);
}
