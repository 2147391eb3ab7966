import * as z from 'zod/mini';
import { type CloudEvent, parseCloudEvent } from '../events/cloud-event.ts';
import { type How, type Message, newMessage } from '../queue/message.ts';

/** A CloudEvent as it came: not a copy, which would leave out a `__proto__`. */
const cloudEvent = z.custom<CloudEvent>().check(({ value, issues }) => {
  const parsed = parseCloudEvent(value);
  if (parsed.ok) return;
  for (const { attribute, problem } of parsed.problems) {
    issues.push({ code: 'custom', input: value, path: attribute ? [attribute] : [], message: problem });
  }
});

/** What is on the queues `correspondence-events` and `reactions`. */
export const eventBody = z.object({ event: cloudEvent });

export type EventMessage = Message<{ readonly event: CloudEvent }>;

/** An event for its first time on a queue. */
export function eventMessage(event: CloudEvent, how: How): EventMessage {
  return newMessage({ event }, how);
}
