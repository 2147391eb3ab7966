import type { Reply, Seen } from '../altinn/server.ts';
import { fault } from './errors.ts';
import { type Deployed, principal } from './state.ts';

const caller = `Caller: appid=${principal};oid=${principal};iss=https://sts.windows.net/\r\nVault: kv-letters;location=norwayeast`;
/** Source: "Azure Key Vault REST API error codes" at learn.microsoft.com. */
const refusals: Record<string, string> = {
  ForbiddenByRbac: `Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role definitions were changed recently, please observe propagation time.\r\n${caller}`,
  ForbiddenByConnection: `Public network access is disabled and request is not from a trusted service nor via an approved private link.\r\n${caller}`,
  ForbiddenByFirewall: `Client address is not authorized and caller is not a trusted service.\r\nClient address: 192.0.2.1\r\n${caller}`,
};

/** The secrets of a vault. Source: Key Vault's REST API at learn.microsoft.com. */
export function keyVault(state: Deployed, { method, path, query, body }: Seen): Reply {
  if (!['7.4', '7.5', '7.6', '2025-07-01'].includes(query.get('api-version') ?? '')) {
    return fault(400, 'BadParameter', `api-version was not specified or is not supported`);
  }
  const { why, times } = state.vaultRefuses;
  if (times > 0) {
    state.vaultRefuses = { why, times: times - 1 };
    return fault(403, 'Forbidden', refusals[why] as string, why);
  }
  const name = /^\/secrets\/([0-9a-zA-Z-]{1,127})$/.exec(path)?.[1];
  if (!name) return fault(404, 'NotFound', 'No such resource.');
  const versions = state.secrets.get(name) ?? [];
  if (method === 'PUT' && state.deletedSecrets.has(name)) {
    const message = `Secret ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.`;
    return fault(409, 'Conflict', message, 'ObjectIsDeletedButRecoverable');
  }
  if (method === 'PUT') {
    state.secrets.set(name, [...versions, JSON.parse(body)]);
  }
  const last = state.secrets.get(name)?.at(-1);
  if (!last) {
    return fault(
      404,
      'SecretNotFound',
      `A secret with (name/id) ${name} was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command.`,
    );
  }
  return { body: { ...last, id: `https://kv-letters.vault.azure.net/secrets/${name}/${versions.length}` } };
}
