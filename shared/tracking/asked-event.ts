import { type EventName, typePrefix } from '../events/catalogue.ts';
import type { CloudEvent } from '../events/cloud-event.ts';

interface Learnt {
  readonly correspondenceId: string;
  /** The type that states the fact, without its prefix. */
  readonly name: EventName;
  /** What was asked: a letter's details, or a list of letters, which tells no time. */
  readonly question: 'details' | 'list';
  /** RFC 3339, as Altinn has it. */
  readonly time?: string | undefined;
  /** The letter's resource, as a URN. */
  readonly resource?: string | undefined;
}

/**
 * A fact that was learnt by asking Altinn, as the event that Altinn would have sent. It has one id for each fact and
 * kind of question, so that a timeline has it once, however often it is learnt.
 */
export function askedEvent({ correspondenceId, name, question, time, resource }: Learnt): CloudEvent {
  return {
    specversion: '1.0',
    id: `asked-${question}-${name}`,
    source: 'altinn',
    type: `${typePrefix}${name}`,
    resourceinstance: correspondenceId,
    ...(resource && { resource }),
    ...(time && { time }),
  };
}
