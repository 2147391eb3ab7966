import type { Caller } from './altinn-token.ts';

/** The resources of this Altinn: the number of the organisation that owns each, by its id. */
export type Resources = ReadonlyMap<string, string>;

/** The numbers of the sub-units of an organisation, by its own. */
export type Subunits = ReadonlyMap<string, readonly string[]>;

export interface Register {
  readonly resources: Resources;
  readonly subunits: Subunits;
}

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
 * organisation or a sub-unit of that.
 *
 * Source: Altinn/altinn-events, `SubscriptionController` and `AuthorizationService`.
 */
export function maySubscribe(
  caller: Caller,
  resource: string,
  subject: string | undefined,
  register: Register,
): boolean {
  if (!register.resources.has(resource.slice(resourcePrefix.length))) return false;
  return owns(caller, resource, register.resources) || isOwnSubject(caller, subject, register);
}

/** Whether someone may have an event, pushed or pulled: its resource's owner, and the system user of its subject. */
export function mayHave(
  caller: Caller,
  event: { readonly resource: string; readonly subject: string },
  register: Register,
): boolean {
  return owns(caller, event.resource, register.resources) || isOwnSubject(caller, event.subject, register);
}

function isOwnSubject({ systemUser }: Caller, subject: string | undefined, { subunits }: Register): boolean {
  if (!systemUser) return false;
  const own = [systemUser.organization, ...(subunits.get(systemUser.organization) ?? [])];
  return own.some((organization) => partyUrn(organization) === subject);
}
