import type { Caller } from './altinn-token.ts';

/** The resources of this Altinn: the number of the organisation that owns each, by its id. */
export type Resources = ReadonlyMap<string, string>;

export const resourcePrefix = 'urn:altinn:resource:';
const organizationUrn = 'urn:altinn:organization:identifier-no:';
const personUrn = 'urn:altinn:person:identifier-no:';

/** The URN of nine or eleven digits. */
export function partyUrn(digits: string): string {
  return (digits.length === 11 ? personUrn : organizationUrn) + digits;
}

export function hasScope(caller: Caller, scope: string): boolean {
  return caller.scopes.includes(scope);
}

/** Who made a subscription, as Altinn writes it: `/org/ttd`, `/systemuser/<guid>` or `/organisation/<number>`. */
export function entityOf({ org, systemUser, organization }: Caller): string {
  if (org) return `/org/${org}`;
  return systemUser ? `/systemuser/${systemUser.id}` : `/organisation/${organization}`;
}

function owns(caller: Caller, resource: string, resources: Resources): boolean {
  const owner = resources.get(resource.slice(resourcePrefix.length));
  return owner === caller.organization && caller.org !== undefined && !caller.systemUser;
}

/**
 * Whether a resource's policy lets someone subscribe: its service owner, and a system user to what is for its own
 * organisation.
 *
 * Source: Altinn/altinn-events, `SubscriptionController` and `AuthorizationService`.
 */
export function maySubscribe(
  caller: Caller,
  resource: string,
  subject: string | undefined,
  resources: Resources,
): boolean {
  if (!resources.has(resource.slice(resourcePrefix.length))) return false;
  if (owns(caller, resource, resources)) return true;
  return caller.systemUser !== undefined && subject === partyUrn(caller.systemUser.organization);
}

/** Whether someone may have an event, pushed or pulled: its resource's owner, and the system user of its subject. */
export function mayHave(
  caller: Caller,
  event: { readonly resource: string; readonly subject: string },
  resources: Resources,
): boolean {
  if (owns(caller, event.resource, resources)) return true;
  return caller.systemUser !== undefined && event.subject === partyUrn(caller.systemUser.organization);
}
