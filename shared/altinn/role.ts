import { readScope, serviceOwnerScope, writeScope } from './auth/scopes.ts';

/** As whom letters are asked for: a system user acts for their recipient. */
export type Role = 'Sender' | 'Recipient';

interface Client {
  readonly systemUserOrg?: string | undefined;
  readonly scopes: readonly string[];
  /** The resources whose events are pulled. */
  readonly resources: readonly string[];
}

export function roleOf({ systemUserOrg }: Pick<Client, 'systemUserOrg'>): Role {
  return systemUserOrg ? 'Recipient' : 'Sender';
}

/** The scope without which Altinn gives no list, and with which a look at a letter is its sender's. */
export function scopeFor(role: Role): string {
  return role === 'Sender' ? writeScope : readScope;
}

/**
 * Why Altinn is not asked before a follow-up acts, and what to do; `undefined` where it is. A sender asks about the letter
 * itself, which without the scope for writing would record it as fetched. A recipient asks by lists, and these tell no
 * due date: only a pull tells that, and there is one of named resources alone.
 */
export function whyNotAsked(client: Client): string | undefined {
  const scope = scopeFor(roleOf(client));
  if (!client.scopes.includes(scope)) return `add the scope ${scope}`;
  const cannotPull = roleOf(client) === 'Recipient' && client.resources.length === 0;
  return cannotPull ? 'set ALTINN_RESOURCES' : undefined;
}

/**
 * How many requests it takes to ask about a letter. A sender without the scope of a service owner is not shown every purge
 * in the details, and asks for the overview as well. A recipient's lists each take a turn at the pace.
 */
export function requestsPerLetter(client: Pick<Client, 'systemUserOrg' | 'scopes'>): number {
  return roleOf(client) === 'Sender' && !client.scopes.includes(serviceOwnerScope) ? 2 : 1;
}
