import type { Reply, Seen } from '../altinn/server.ts';
import { fault } from './errors.ts';
import { functionKeys } from './function-keys.ts';
import {
  app,
  clientId,
  type Deployed,
  groupId,
  idOf,
  principal,
  resourceGroup,
  subscription,
  workspaceId,
} from './state.ts';

/** The versions of each provider that are taken here. Source: Azure/azure-rest-api-specs. */
const versions: Record<string, string[]> = {
  'Microsoft.Web': ['2022-03-01', '2022-09-01', '2023-12-01', '2024-04-01', '2024-11-01', '2025-05-01'],
  'Microsoft.Authorization': ['2022-04-01'],
  'Microsoft.OperationalInsights': ['2022-10-01', '2023-09-01', '2025-02-01'],
  'Microsoft.ManagedIdentity': ['2023-01-31', '2024-11-30'],
  'Microsoft.Resources': ['2021-04-01', '2022-09-01', '2024-03-01'],
};
const guid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Azure Resource Manager, as far as it is asked. Source: "Common deployment errors" and App Service's REST API at learn.microsoft.com. */
export function resourceManager(state: Deployed, { method, path, query, body }: Seen): Reply {
  const [, , sub = '', , group] = path.split('/');
  if (!guid.test(sub)) {
    return fault(
      400,
      'InvalidSubscriptionId',
      `The provided subscription identifier '${sub}' is malformed or invalid.`,
    );
  }
  if (sub !== subscription) {
    return fault(404, 'SubscriptionNotFound', `The subscription '${sub}' could not be found.`);
  }
  const provider = path.split('/providers/').at(-1)?.split('/')[0] ?? '';
  const [known = 'Microsoft.Resources'] = path.includes('/providers/') ? [provider] : [];
  const version = query.get('api-version');
  if (!version) {
    return fault(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    );
  }
  if (!versions[known]?.includes(version)) {
    return fault(
      400,
      'NoRegisteredProviderFound',
      `No registered resource provider found for API version '${version}'.`,
    );
  }
  if (group !== resourceGroup) {
    return fault(404, 'ResourceGroupNotFound', `Resource group '${group}' could not be found.`);
  }
  const action = actionOf(method, path);
  if (state.denied.has(action)) {
    return fault(
      403,
      'AuthorizationFailed',
      `The client 'somebody@example.no' with object id '${principal}' does not have authorization to perform action '${action}' over scope '${path}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    );
  }
  return known === 'Microsoft.Web' ? site(state, method, path, body) : other(state, path, query);
}

function actionOf(method: string, path: string): string {
  if (path.includes('roleAssignments')) return 'Microsoft.Authorization/roleAssignments/read';
  if (path.endsWith('/listkeys')) return 'Microsoft.Web/sites/functions/listkeys/action';
  if (path.endsWith('/config/appsettings/list')) return 'Microsoft.Web/sites/config/list/action';
  if (path.endsWith('/functions')) return 'Microsoft.Web/sites/functions/read';
  if (path.includes('/configreferences/')) return 'Microsoft.Web/sites/config/read';
  if (method === 'PUT') return 'Microsoft.Web/sites/functions/keys/write';
  return path.includes('Microsoft.Web')
    ? 'Microsoft.Web/sites/read'
    : 'Microsoft.Resources/subscriptions/resourceGroups/read';
}

function site(state: Deployed, method: string, path: string, body: string): Reply {
  const id = idOf('Microsoft.Web/sites', app);
  if (path !== id && !path.startsWith(`${id}/`)) {
    const name = path.split('/sites/')[1]?.split('/')[0];
    return fault(
      404,
      'ResourceNotFound',
      `The Resource 'Microsoft.Web/sites/${name}' under resource group '${resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
    );
  }
  const route = `${method} ${path.slice(id.length)}`;
  if (route === 'GET ') return { body: siteResource(id, state) };
  if (route === 'POST /config/appsettings/list') return { body: { id, properties: state.settings } };
  if (route === 'GET /config/configreferences/appsettings') {
    const value = Object.entries(state.references).map(([name, properties]) => ({
      id: `${path}/${name}`,
      name,
      properties,
    }));
    return { body: { value } };
  }
  if (route === 'GET /functions') {
    const names = state.notIndexed-- > 0 ? [] : [...state.functions.keys()];
    return { body: { value: names.map((name) => ({ id: `${path}/${name}`, name: `${app}/${name}` })) } };
  }
  return functionKeys(state, route, body);
}

function siteResource(id: string, { flex }: Deployed): object {
  const identity = idOf('Microsoft.ManagedIdentity/userAssignedIdentities', 'id-letters');
  return {
    id,
    name: app,
    kind: 'functionapp,linux',
    identity: {
      type: 'UserAssigned',
      userAssignedIdentities: { [identity]: { principalId: principal, clientId } },
    },
    properties: {
      state: 'Running',
      defaultHostName: `${app}.azurewebsites.net`,
      keyVaultReferenceIdentity: identity,
      ...(flex && { functionAppConfig: { runtime: { name: 'node', version: '24' } } }),
    },
  };
}

function other(state: Deployed, path: string, query: URLSearchParams): Reply {
  if (path === `${groupId}/resources`) {
    return { body: { value: state.resources.map(([type, name]) => ({ id: idOf(type, name), name, type })) } };
  }
  if (path.includes('/workspaces/')) return { body: { properties: { customerId: workspaceId } } };
  const [scope = ''] = path.split('/providers/Microsoft.Authorization/roleAssignments');
  const [, asked] = /^principalId eq '([\w-]+)'$/.exec(query.get('$filter') ?? '') ?? [];
  if (!asked) return fault(400, 'UnsupportedQuery', 'The filter is not supported. Supported filters are…');
  // At, above and below the scope. Source: "List Azure role assignments using the REST API".
  const value = state.roles
    .filter(([, at]) => asked === principal && (scope.startsWith(at) || at.startsWith(scope)))
    .map(([role, at]) => ({
      properties: {
        roleDefinitionId: `/subscriptions/${subscription}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
        principalId: principal,
        scope: at,
      },
    }));
  return { body: { value } };
}
