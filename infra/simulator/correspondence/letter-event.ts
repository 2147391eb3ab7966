import { partyUrn, resourcePrefix } from '../access.ts';
import { fraction, guid } from '../chance.ts';
import { eventTime } from '../events/cloud-event.ts';
import type { LoggedEvent } from '../events/event-log.ts';
import { type EventName, eventTypes } from '../events/event-types.ts';
import type { Letter } from './letter.ts';

/** An event of Correspondence about a letter, or about the attachment or the notification order that `instance` names. */
export function letterEvent(
  name: EventName,
  letter: Letter,
  platform: string,
  now: number,
  instance = letter.id,
): Pick<LoggedEvent, 'name' | 'event' | 'correspondenceId'> {
  const { about, subject } = eventTypes[name];
  const party = subject === 'sender' ? letter.sender : letter.recipient;
  // Ready for publishing is no change of its own: a letter begins with it.
  const id = guid('event', instance, name, letter.id === instance ? letter.changes.length - 1 : 0);
  return {
    name,
    correspondenceId: letter.id,
    event: {
      specversion: '1.0',
      id,
      source: `${platform}/correspondence/api/v1/${about}`,
      type: `no.altinn.correspondence.${name}`,
      time: eventTime(now, fraction('ticks', id)),
      resource: resourcePrefix + letter.resourceId,
      resourceinstance: instance,
      subject: partyUrn(party),
      alternativesubject: `/${party.length === 9 ? 'organisation' : 'person'}/${party}`,
    },
  };
}
