import { type Answer, type Call, empty } from '../http/answer.ts';
import { invalidModel } from '../http/problem.ts';

/** What a subscription is asked for with; an absent property is left out. */
export interface SubscriptionRequest {
  readonly endPoint?: string;
  readonly resourceFilter?: string;
  readonly sourceFilter?: string;
  readonly subjectFilter?: string;
  readonly alternativeSubjectFilter?: string;
  readonly typeFilter?: string;
  readonly includeSubunits?: boolean;
}

const texts = [
  'endPoint',
  'resourceFilter',
  'sourceFilter',
  'subjectFilter',
  'alternativeSubjectFilter',
  'typeFilter',
] as const;

/** Reads the body as .NET does: names without case, `null` as absent. Gives a refusal when it is no such JSON. */
export function readSubscriptionRequest({ headers, body }: Call): SubscriptionRequest | Answer {
  if (!/^(application|text)\/(\w+\+)?json\b/i.test(headers['content-type'] ?? '')) return empty(415);
  let parsed: unknown;
  try {
    parsed = body === '' ? null : JSON.parse(body);
  } catch {
    return invalidModel({ $: [`${whyNoJson(body)} ${where('$', body, body.length)}`] });
  }
  if (parsed === null) return invalidModel({ '': ['A non-empty request body is required.'] });
  if (typeof parsed !== 'object' || Array.isArray(parsed)) return unconvertible('$', 'Subscription', body);
  const given = new Map(Object.entries(parsed).map(([name, value]) => [name.toLowerCase(), value]));
  const request: Record<string, unknown> = {};
  for (const name of [...texts, 'includeSubunits'] as const) {
    const value = given.get(name.toLowerCase());
    if (value === undefined || value === null) continue;
    const [wanted, type] = name === 'includeSubunits' ? ['boolean', 'Boolean'] : ['string', 'String'];
    if (typeof value !== wanted) return unconvertible(`$.${name}`, `System.${type}`, body, value);
    request[name] = value;
  }
  return request;
}

function unconvertible(path: string, type: string, body: string, value?: unknown): Answer {
  const end = value === undefined ? body.length : body.length - 1;
  return invalidModel({
    [path]: [`The JSON value could not be converted to ${type}. ${where(path, body, end)}`],
  });
}

function whyNoJson(body: string): string {
  const opened = body.split(/[{[]/).length > body.split(/[}\]]/).length;
  return opened
    ? 'Expected depth to be zero at the end of the JSON payload. There is an open JSON object or array that should be closed.'
    : 'The JSON is not valid.';
}

/** The line and the byte are those of a body on one line, with what is wrong at its end. */
function where(path: string, body: string, end: number): string {
  return `Path: ${path} | LineNumber: 0 | BytePositionInLine: ${Buffer.byteLength(body.slice(0, end))}.`;
}
