import { InvalidValue } from '../../runtime/invalid-value.ts';

/** The scope without which Altinn takes a reader of a letter for its recipient. */
export const writeScope = 'altinn:correspondence.write';

/** The scope of a letter's recipient. */
export const readScope = 'altinn:correspondence.read';

/** The scope without which Altinn does not show a sender every purge. */
export const serviceOwnerScope = 'altinn:serviceowner';

/**
 * The scope that orders notifications. It is asked for in a token of its own, so that a client without it can do all else.
 * Source: Altinn/altinn-notifications, `AuthorizationConstants`.
 */
export const notificationsScope = 'altinn:serviceowner/notifications.create';

/** Source: Altinn's docs, "Get started" of Correspondence and of Events. */
const ofServiceOwner = ['altinn:events.subscribe', serviceOwnerScope, writeScope];
const ofRecipient = ['altinn:events.subscribe', readScope];

/** The scopes that a service owner needs, or a recipient: an organization with a system user to act as. */
export function usualScopes(by: 'service owner' | 'recipient'): readonly string[] {
  return by === 'recipient' ? ofRecipient : ofServiceOwner;
}

/** The scopes of the token that orders reminders, of a client that has these; a recipient orders none. */
export function reminderScopes(scopes: readonly string[]): readonly string[] {
  return [...scopes.filter((scope) => scope === serviceOwnerScope), notificationsScope];
}

/** Reads scopes separated by spaces or commas. @throws InvalidValue */
export function parseScopes(text: string): readonly string[] {
  const scopes = splitScopes(text.replaceAll(',', ' '));
  if (scopes.length > 0 && scopes.every((scope) => /^[a-z0-9.-]+:[a-z0-9./:_-]+$/.test(scope))) return scopes;
  throw new InvalidValue('holds what is no scope');
}

/** The scopes of a `scope` claim or parameter (RFC 6749, section 3.3). */
export function splitScopes(text: string): string[] {
  return [...new Set(text.split(/\s+/).filter(Boolean))];
}
