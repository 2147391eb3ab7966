import * as z from 'zod/mini';
import type { Ask } from '../../../azure/client/ask.ts';
import { resourceManager } from '../../../azure/client/services.ts';
import { fail, ok, skipped } from '../check.ts';
import { azureCheck } from './azure-check.ts';
import { settingsOf } from './settings.ts';
import { type Wanted, wantedRoles } from './wanted-roles.ts';

const schema = z.object({
  value: z.array(z.object({ properties: z.object({ roleDefinitionId: z.string(), scope: z.string() }) })),
});

export const rolesAreAssigned = azureCheck('roles', async (installation) => {
  const { wanted, elsewhere } = wantedRoles(await settingsOf(installation.app), installation);
  const note = elsewhere.length > 0 ? `; not looked at, being elsewhere: ${elsewhere.join(', ')}` : '';
  if (wanted.length === 0) return skipped(`no setting calls for a role${note}`);
  const lacking: string[] = [];
  for (const one of wanted) {
    const what = `${one.role.name} on ${one.on.name}`;
    if (!one.principal) lacking.push(`${what} (its client id names no identity of the app)`);
    else if (!(await has(one, installation.ask))) lacking.push(what);
  }
  if (lacking.length === 0) return ok(`the app's identity has all ${wanted.length} that it needs${note}`);
  return fail(
    `the app's identity lacks ${lacking.join(', ')}${note}`,
    'Assign them: `azd provision --no-state` does. They take up to ten minutes to be effective',
  );
});

/** Whether one of the roles is assigned at the resource or above it. */
async function has({ principal, role, on }: Wanted, ask: Ask): Promise<boolean> {
  const filter = encodeURIComponent(`principalId eq '${principal}'`);
  const path = `${on.id}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter=${filter}`;
  const { value } = schema.parse(await ask(resourceManager, 'GET', path));
  return value.some(
    ({ properties: { roleDefinitionId, scope } }) =>
      isAtOrAbove(scope, on.id) && role.ids.some((id) => roleDefinitionId.toLowerCase().endsWith(`/${id}`)),
  );
}

function isAtOrAbove(scope: string, id: string): boolean {
  const withSlash = (path: string) => `${path.toLowerCase().replace(/\/+$/, '')}/`;
  return withSlash(id).startsWith(withSlash(scope));
}
