import { randomUUID } from 'node:crypto';
import { type EventName, lookUp, type Tracked, typePrefix } from '../../shared/events/catalogue.ts';
import type { CloudEvent } from '../../shared/events/cloud-event.ts';

/** Synthetic, as the test population of Tenor is: the month is counted up by 80. */
const recipient = 'urn:altinn:person:identifier-no:01899998765';
const sender = 'urn:altinn:organization:identifier-no:991825827';

const sources: Record<Tracked, string> = {
  correspondence: 'https://platform.altinn.no/correspondence/api/v1/correspondence',
  attachment: 'https://platform.altinn.no/correspondence/api/v1/attachment',
  'notification-order': 'https://platform.altinn.no/correspondence/api/v1/notification',
};

/** A realistic event of a type, known or not, as Altinn sends it today. */
export function sampleEvent(
  name: EventName | (string & {}),
  attributes: Record<string, unknown> = {},
): CloudEvent {
  const type = name.includes('.') ? name : `${typePrefix}${name}`;
  const row = lookUp(type);
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: sources[row?.about ?? 'correspondence'],
    type,
    resource: 'urn:altinn:resource:altinn-correspondence-test-resource-1',
    resourceinstance: randomUUID(),
    subject: row?.subject === 'recipient' ? recipient : sender,
    // Altinn writes seven digits.
    time: new Date().toISOString().replace('Z', '0000Z'),
    ...attributes,
  };
}
