import { randomBytes } from 'node:crypto';
import type { Reply } from '../altinn/server.ts';
import { fault, hostFault } from './errors.ts';
import type { Deployed } from './state.ts';

/** Source: the issues 3994 and 4570 of Azure/azure-functions-host: without a value the host makes one up. */
export function functionKeys(state: Deployed, route: string, body: string): Reply {
  const [, of = '', rest = ''] = /^\w+ \/functions\/([^/]+)\/(.+)$/.exec(route) ?? [];
  if (state.hostAway-- > 0) return hostFault(400, 'ServiceUnavailable');
  const keys = state.functions.get(of);
  if (!keys) return hostFault(404, 'NotFound');
  if (route.startsWith('POST') && rest === 'listkeys') return { body: { ...keys } };
  const [, name] = /^keys\/([^/]+)$/.exec(rest) ?? [];
  if (!route.startsWith('PUT') || !name) return fault(404, 'NotFound', 'No such resource.');
  const { properties } = JSON.parse(body) as { properties?: { value?: string } };
  if (!properties) return fault(400, 'BadRequest', 'The parameter properties has an invalid value.');
  keys[name] = properties.value ?? `${randomBytes(38).toString('base64url')}AzFu==`;
  return {
    status: 201,
    body: { name, type: 'Microsoft.Web/sites/functions/keys', properties: { name, value: keys[name] } },
  };
}
