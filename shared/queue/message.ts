import * as z from 'zod/mini';
import { type CloudEvent, parseCloudEvent } from '../events/cloud-event.ts';

/**
 * What is on the queue `correspondence-events`. The event is nested because a message's own top-level
 * properties override the trigger's metadata of the same name (`id`, `dequeueCount` …).
 */
export interface Envelope {
  readonly schemaVersion: 1;
  /** When the event reached us, RFC 3339 in UTC. */
  readonly receivedAt: string;
  /** How it came: pushed by Altinn Events, pulled from it, or learnt by asking Altinn about the letter. */
  readonly via: 'push' | 'pull' | 'asked';
  /** 1 at first, one more each time it was put back for later. */
  readonly attempt: number;
  /** How often it was taken back from the `-poison` queue. */
  readonly takenBack?: number | undefined;
  /** The W3C trace context of the request that brought it. */
  readonly traceparent?: string;
  readonly event: CloudEvent;
}

/** A queue message that we put back ourselves when it cannot be processed now. */
export type Retryable = Pick<Envelope, 'attempt' | 'takenBack'>;

export const attempt = z.int().check(z.positive());

const schema = z.object({
  schemaVersion: z.literal(1),
  receivedAt: z.iso.datetime(),
  via: z.enum(['push', 'pull', 'asked']),
  attempt,
  takenBack: z.optional(z.int()),
  traceparent: z.optional(z.string()),
});

/** Puts an event that has just come into its envelope. */
export function envelop(
  event: CloudEvent,
  how: Pick<Envelope, 'via' | 'receivedAt' | 'traceparent'>,
): Envelope {
  return { schemaVersion: 1, attempt: 1, ...how, event };
}

/** Reads a queue message back; the reason says what is wrong with it and repeats no value. */
export function parseEnvelope(
  message: unknown,
): { ok: true; envelope: Envelope } | { ok: false; reason: string } {
  const outer = schema.safeParse(message);
  if (!outer.success) return { ok: false, reason: `not an envelope: ${describe(outer.error)}` };
  const { event } = message as { event?: unknown };
  const inner = parseCloudEvent(event);
  if (inner.ok) return { ok: true, envelope: { ...outer.data, event: inner.event } as Envelope };
  const [first] = inner.problems;
  return {
    ok: false,
    reason: `no CloudEvent in the envelope: ${first?.attribute || 'event'} ${first?.problem}`,
  };
}

/** The first problem of a failed parse, by path and without the value. */
export function describe({ issues: [issue] }: z.core.$ZodError): string {
  return issue ? `${issue.path.join('.') || 'it'} is wrong (${issue.code})` : 'unknown problem';
}
