import { InvalidValue } from '../runtime/invalid-value.ts';

/** What every resource of Correspondence starts with, in events and in filters. */
export const resourcePrefix = 'urn:altinn:resource:';

const urn = /^urn:[a-z0-9-]{1,30}(:[a-z0-9()+,.\-;$_!/]{1,100}){1,10}$/;

/** A resource id as a URN: the prefix is added where it is missing, and nothing else is changed. */
export function resourceUrn(idOrUrn: string): string {
  return /^urn:/i.test(idOrUrn) ? idOrUrn : resourcePrefix + idOrUrn;
}

/**
 * Says what is wrong with a resource's URN: what Altinn Events would refuse, and what no event of Correspondence
 * can have; `undefined` when nothing is.
 *
 * Source: Altinn/altinn-events, the URN check of `SubscriptionController` and of `EventsController`.
 */
export function resourceProblem(resource: string): string | undefined {
  const id = resource.slice(resourcePrefix.length);
  if (!resource || resource === resourcePrefix) return 'is empty';
  if (resource !== resource.toLowerCase())
    return 'has upper-case letters, and the ids of resources have none';
  if (!urn.test(resource)) return 'is no URN that Altinn takes';
  if (!resource.startsWith(resourcePrefix)) {
    return `does not start with ${resourcePrefix}, as the resource of every Correspondence event does`;
  }
  return /[:/]/.test(id)
    ? `has a colon or a slash after ${resourcePrefix}, which no resource id has`
    : undefined;
}

/** Reads ids or URNs separated by commas. @returns URNs, each once @throws InvalidValue naming the first that is none */
export function parseResources(text: string): readonly string[] {
  const ids = text.split(',').map((id) => id.trim());
  const resources = [...new Set(ids.filter(Boolean).map(resourceUrn))];
  for (const resource of resources) {
    const problem = resourceProblem(resource);
    if (problem) throw new InvalidValue(`holds what is no resource id: ${resource} ${problem}`);
  }
  return resources;
}
