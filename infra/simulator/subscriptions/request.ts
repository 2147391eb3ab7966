import { hasScope } from '../access.ts';
import type { Caller } from '../altinn-token.ts';
import { type Answer, type Call, empty, invalidModel, json, problem } from '../http/answer.ts';

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

const urn = /^urn:[a-z0-9-]{1,30}(:[a-z0-9()+,.\-;$_!/]{1,100}){1,10}$/;

/** Reads the body as .NET does: names without case, `null` as absent. Gives a refusal when it is no such JSON. */
export function readSubscriptionRequest({ headers, body }: Call): SubscriptionRequest | Answer {
  if (!/^(application|text)\/(\w+\+)?json\b/i.test(headers['content-type'] ?? '')) return problem(415);
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (error) {
    return invalidModel({ $: [(error as Error).message] });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    return invalidModel({ $: ['The JSON value could not be converted to a subscription request.'] });
  const given = new Map(Object.entries(parsed).map(([name, value]) => [name.toLowerCase(), value]));
  const request: Record<string, unknown> = {};
  for (const name of [...texts, 'includeSubunits'] as const) {
    const value = given.get(name.toLowerCase());
    if (value === undefined || value === null) continue;
    const wanted = name === 'includeSubunits' ? 'boolean' : 'string';
    if (typeof value !== wanted)
      return invalidModel({ [`$.${name}`]: [`The JSON value could not be converted to a ${wanted}.`] });
    request[name] = value;
  }
  return request;
}

/**
 * The refusals of a subscription, in Altinn's order and words; whether the policy allows it is asked after these.
 *
 * Source: Altinn/altinn-events, `SubscriptionController` and `GenericSubscriptionService`.
 */
export function refuse(request: SubscriptionRequest, caller: Caller): Answer | undefined {
  const { endPoint, resourceFilter, sourceFilter, alternativeSubjectFilter } = request;
  if (!isEndpoint(endPoint)) return json(400, 'Missing or invalid endpoint to push events towards');
  if (!hasScope(caller, 'altinn:events.subscribe')) return empty(403);
  if (resourceFilter !== undefined && !urn.test(resourceFilter))
    return json(400, 'Resource filter must be a valid urn');
  if (!resourceFilter) return json(400, 'Resource filter is required.');
  if (sourceFilter !== undefined)
    return json(400, 'Source filter is not supported for subscriptions on this resource.');
  if (alternativeSubjectFilter)
    return json(400, 'AlternativeSubject filter is not supported for subscriptions on this resource.');
  if (request.includeSubunits && !request.subjectFilter)
    return json(400, 'IncludeSubunits requires a subject filter.');
  return undefined;
}

/**
 * An absolute https URL. The one deviation from Altinn: http is taken for a loopback address, since nothing on a
 * developer's machine has a public certificate.
 */
function isEndpoint(endpoint: string | undefined): boolean {
  if (!endpoint || !URL.canParse(endpoint)) return false;
  const { protocol, hostname } = new URL(endpoint);
  if (protocol === 'https:') return true;
  return protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
