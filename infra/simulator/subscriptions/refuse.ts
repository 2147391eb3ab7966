import { hasScope } from '../access.ts';
import type { Caller } from '../altinn-token.ts';
import { type Answer, empty, json } from '../http/answer.ts';
import { absoluteUri } from './absolute-uri.ts';
import type { SubscriptionRequest } from './request.ts';

const urn = /^urn:[a-z0-9-]{1,30}(:[a-z0-9()+,.\-;$_!/]{1,100}){1,10}$/;

/**
 * The refusals of a subscription, in Altinn's order and words; whether the policy allows it is asked after these.
 *
 * Source: Altinn/altinn-events, `SubscriptionController` and `GenericSubscriptionService`.
 */
export function refuse(request: SubscriptionRequest, caller: Caller): Answer | undefined {
  const { endPoint, resourceFilter, sourceFilter, alternativeSubjectFilter } = request;
  if (!isEndpoint(endPoint)) return json(400, 'Missing or invalid endpoint to push events towards');
  if (sourceFilter !== undefined && !absoluteUri(sourceFilter)?.startsWith('https:'))
    return json(400, 'SourceFilter must be an absolute URL with the https scheme.');
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
  const uri = absoluteUri(endpoint ?? '');
  if (!uri) return false;
  const { protocol, hostname } = new URL(uri);
  if (protocol === 'https:') return true;
  return protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
