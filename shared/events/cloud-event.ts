import * as z from 'zod/mini';

/** One CloudEvent 1.0 as Altinn sent it: every attribute kept, also those we do not know. */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly [attribute: string]: unknown;
}

const required = z.string('must be a string').check(z.minLength(1, 'must not be empty'));

/**
 * What makes an object a CloudEvent: the four required context attributes and nothing else. An optional
 * attribute of the wrong kind is kept as it is and reads as absent, since a refused event is lost for good.
 *
 * Source: CloudEvents 1.0.2, "Required Attributes".
 */
const schema = z.looseObject({
  specversion: z.literal('1.0', 'must be "1.0"'),
  id: required,
  source: required,
  type: required,
});

export interface Problem {
  /** The attribute that is wrong, or `''` for the whole. */
  readonly attribute: string;
  readonly problem: string;
}

/** Says whether a value is a CloudEvent; the problems name attributes and never repeat a value. */
export function parseCloudEvent(
  value: unknown,
): { ok: true; event: CloudEvent } | { ok: false; problems: Problem[] } {
  const result = schema.safeParse(value);
  // Not `result.data`: the event is kept as it came, and zod's copy leaves out a `__proto__`.
  if (result.success) return { ok: true, event: value as CloudEvent };
  const problems = new Map<string, string>();
  for (const { path, message } of result.error.issues) {
    const attribute = path.join('.');
    const isThere = attribute !== '' && Object.hasOwn(value as object, attribute);
    const problem = attribute === '' ? 'must be a JSON object' : isThere ? message : 'is missing';
    if (!problems.has(attribute)) problems.set(attribute, problem);
  }
  return { ok: false, problems: [...problems].map(([attribute, problem]) => ({ attribute, problem })) };
}

/**
 * An optional attribute's text; `undefined` when it is absent, empty or no string. Altinn writes attribute
 * names in lower case; any other casing is understood too.
 */
export function attribute(event: CloudEvent, name: string): string | undefined {
  const key = Object.hasOwn(event, name)
    ? name
    : Object.keys(event).find((key) => key.toLowerCase() === name);
  const value = key === undefined ? undefined : event[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const validation = 'platform.events.validatesubscription';

/** Says whether this is the event that Altinn sends to validate a subscription; it has no `time`, `subject` or `resource`. */
export function isValidationEvent(event: CloudEvent): boolean {
  return event.type.toLowerCase() === validation;
}
