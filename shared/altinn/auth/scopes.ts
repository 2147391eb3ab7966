import { ConfigurationError } from '../../runtime/configuration-error.ts';

/** The scope without which Altinn takes a reader of a letter for its recipient. */
export const writeScope = 'altinn:correspondence.write';

/** Source: Altinn's docs, "Get started" of Correspondence and of Events. */
const ofServiceOwner = ['altinn:events.subscribe', 'altinn:serviceowner', writeScope];
const ofRecipient = ['altinn:events.subscribe', 'altinn:correspondence.read'];

/**
 * The scopes to ask Maskinporten for: those of the setting, separated by spaces or commas, or else those that a
 * service owner needs, or a recipient when there is a system user to act as.
 * @throws ConfigurationError naming MASKINPORTEN_SCOPES
 */
export function readScopes(
  setting: string | undefined,
  systemUserOrg: string | undefined,
): readonly string[] {
  if (!setting) return systemUserOrg ? ofRecipient : ofServiceOwner;
  const scopes = splitScopes(setting.replaceAll(',', ' '));
  if (scopes.every((scope) => /^[a-z0-9.-]+:[a-z0-9./:_-]+$/.test(scope))) return scopes;
  throw new ConfigurationError(
    `MASKINPORTEN_SCOPES holds what is no scope. Example: ${ofServiceOwner.join(' ')}`,
  );
}

/** The scopes of a `scope` claim or parameter (RFC 6749, section 3.3). */
export function splitScopes(text: string): string[] {
  return [...new Set(text.split(/\s+/).filter(Boolean))];
}
