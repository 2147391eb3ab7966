import { type CloudEvent, type Problem, parseCloudEvent } from './cloud-event.ts';

/** What a request to the webhook brings, free of any HTTP library. */
export interface Delivery {
  readonly contentType: string | null;
  readonly contentLength: string | null;
  readonly transferEncoding: string | null;
  readonly body: ArrayBuffer | Uint8Array;
}

/** Why a request was not taken, as RFC 9457 problem details; names attributes and never repeats a value. */
export interface Refusal {
  readonly status: 400 | 411 | 413 | 415;
  /** Why in one word, for counting. */
  readonly reason: 'media-type' | 'length' | 'size' | 'json' | 'utf-8' | 'depth' | 'batch' | 'cloudevent';
  readonly title: string;
  readonly detail: string;
  readonly errors?: readonly Problem[];
}

/**
 * The most bytes of an event, as it came and as it is written on the queue. A message may be 64 KiB after
 * base64, so 48 KiB before it, and the envelope needs its part.
 *
 * Source: Microsoft Learn, "Scalability and performance targets for Queue Storage".
 */
export const maximumBytes = 32 * 1024;

/** The deepest nesting of a body: what System.Text.Json, which writes it at Altinn's side, allows. */
const maximumDepth = 64;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads the CloudEvents of a request: one, or an array of them. Either all of them are good or none is taken.
 *
 * Altinn sends `application/json; charset=utf-8`, not `application/cloudevents+json`.
 * Source: Altinn/altinn-events, `WebhookService`; CloudEvents 1.0.2, "HTTP Protocol Binding".
 */
export function admit(
  delivery: Delivery,
): { ok: true; events: CloudEvent[] } | { ok: false; refusal: Refusal } {
  const mediaType = delivery.contentType?.split(';', 1)[0]?.trim().toLowerCase();
  const batch = mediaType === 'application/cloudevents-batch+json';
  if (!batch && mediaType !== 'application/json' && mediaType !== 'application/cloudevents+json') {
    return refuse(415, 'media-type', 'Unsupported media type', 'Send Content-Type: application/json.');
  }
  if (delivery.contentLength === null || delivery.transferEncoding !== null) {
    return refuse(411, 'length', 'Length required', 'Send a Content-Length: a chunked body does not arrive.');
  }
  if (Number(delivery.contentLength) > maximumBytes || delivery.body.byteLength > maximumBytes) {
    return refuse(
      413,
      'size',
      'Content too large',
      `At most ${maximumBytes} bytes are taken in one request.`,
    );
  }

  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(delivery.body));
  } catch (error) {
    const isText = error instanceof SyntaxError;
    const detail = `The body is not ${isText ? 'JSON' : 'UTF-8'}.`;
    return refuse(400, isText ? 'json' : 'utf-8', 'Bad request', detail);
  }
  if (deeperThan(maximumDepth, value)) {
    return refuse(400, 'depth', 'Bad request', `The body is nested deeper than ${maximumDepth} levels.`);
  }
  if (batch && !Array.isArray(value)) {
    return refuse(400, 'batch', 'Bad request', 'A batch is a JSON array of CloudEvents.');
  }

  const events: CloudEvent[] = [];
  const errors: Problem[] = [];
  for (const [index, member] of (Array.isArray(value) ? value : [value]).entries()) {
    const parsed = parseCloudEvent(member);
    if (parsed.ok) events.push(parsed.event);
    else
      errors.push(
        ...parsed.problems.map((problem) => (Array.isArray(value) ? inMember(index, problem) : problem)),
      );
  }
  if (errors.length > 0) {
    const named = errors
      .map(({ attribute, problem }) => `${attribute || 'The body'} ${problem}`)
      .slice(0, 10);
    return refuse(400, 'cloudevent', 'Not a CloudEvent', `${named.join('; ')}.`, errors.slice(0, 10));
  }
  // A number such as 1e20 is longer when written again.
  if (events.some((event) => Buffer.byteLength(JSON.stringify(event)) > maximumBytes)) {
    return refuse(413, 'size', 'Content too large', `An event is at most ${maximumBytes} bytes.`);
  }
  return { ok: true, events };
}

function refuse(
  status: Refusal['status'],
  reason: Refusal['reason'],
  title: string,
  detail: string,
  errors?: Problem[],
): { ok: false; refusal: Refusal } {
  return { ok: false, refusal: { status, reason, title, detail, ...(errors && { errors }) } };
}

function inMember(index: number, { attribute, problem }: Problem): Problem {
  return { attribute: attribute ? `[${index}].${attribute}` : `[${index}]`, problem };
}

function deeperThan(limit: number, value: unknown): boolean {
  const containers = (values: unknown[]) =>
    values.filter((item) => typeof item === 'object' && item !== null) as object[];
  let level = containers([value]);
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > limit) return true;
    level = containers(level.flatMap((container) => Object.values(container)));
  }
  return false;
}
