import { partyUrn, resourcePrefix } from '../access.ts';
import { fraction, guid } from '../chance.ts';
import { eventTime } from '../events/cloud-event.ts';
import type { LoggedEvent } from '../events/event-log.ts';
import type { DialogEventName } from '../events/event-types.ts';
import type { Letter } from './letter.ts';

/**
 * An event of Dialogporten about the dialog of a letter: on the letter's resource, about the dialog's id, with the
 * recipient as its subject, and sometimes with data.
 *
 * Source: Altinn/dialogporten, `CloudEventTypes` and the handlers of its domain events.
 */
export function dialogEvent(
  name: DialogEventName,
  letter: Letter,
  platform: string,
  now: number,
): Pick<LoggedEvent, 'name' | 'event' | 'correspondenceId'> {
  const { dialogId, recipient, resourceId } = letter;
  const id = guid('dialog event', dialogId, name, letter.changes.length);
  return {
    name,
    correspondenceId: letter.id,
    event: {
      specversion: '1.0',
      id,
      source: `${platform}/dialogporten/api/v1/enduser/dialogs/${dialogId}`,
      type: `dialogporten.${name}.v1`,
      time: eventTime(now, fraction('ticks', id)),
      resource: resourcePrefix + resourceId,
      resourceinstance: dialogId,
      subject: partyUrn(recipient),
      ...(name.includes('activity') && { data: { activityId: guid('activity', id) } }),
    },
  };
}
