import roleIds from '../../../azure/role-ids.json' with { type: 'json' };
import { type Installation, ofType, type Resource } from './installation.ts';
import { type AppSettings, isReference } from './settings.ts';

/** A role, by the built-in ones that will do, the smallest first. Source: "Azure built-in roles" at learn.microsoft.com. */
interface Role {
  readonly name: string;
  readonly ids: readonly string[];
}

const roleOf = (name: keyof typeof roleIds, ...wider: string[]): Role => ({
  name,
  ids: [roleIds[name], ...wider],
});
const blobs = roleOf('Storage Blob Data Owner');
const queues = roleOf('Storage Queue Data Contributor');
const tables = roleOf('Storage Table Data Contributor');
const administrator = '00482a5a-887f-4fb3-b363-3b7fe8e74483';
const secrets = roleOf('Key Vault Secrets User', roleIds['Key Vault Secrets Officer'], administrator);
const metrics = roleOf('Monitoring Metrics Publisher');

export interface Wanted {
  /** The identity's; absent where the settings name none that the app has. */
  readonly principal: string | undefined;
  readonly role: Role;
  readonly on: Resource;
}

/** Which roles the app's settings call for; what they name that is not in the resource group is elsewhere. */
export function wantedRoles(
  settings: AppSettings,
  { site, resources }: Pick<Installation, 'site' | 'resources'>,
): { wanted: Wanted[]; elsewhere: string[] } {
  const wanted: Wanted[] = [];
  const elsewhere = new Set<string>();
  const want = (role: Role, type: string, name: string | undefined, principal: string | undefined) => {
    if (!name) return;
    const on = ofType(resources, type).find((resource) => resource.name === name);
    if (on) wanted.push({ principal, role, on });
    else elsewhere.add(name);
  };

  const host = 'AzureWebJobsStorage';
  const data = settings.DATA_STORAGE || settings.DATA_STORAGE__queueServiceUri ? 'DATA_STORAGE' : host;
  for (const [connection, service, role] of [
    [host, 'blob', blobs],
    [data, 'queue', queues],
    [data, 'table', tables],
  ] as const) {
    const principal = principalOf(site, ({ clientId }) => clientId === settings[`${connection}__clientId`]);
    want(
      role,
      'Microsoft.Storage/storageAccounts',
      accountOf(settings[`${connection}__${service}ServiceUri`]) ?? settings[`${connection}__accountName`],
      principal,
    );
  }
  const reader = principalOf(
    site,
    (_, id) => id.toLowerCase() === site.properties.keyVaultReferenceIdentity?.toLowerCase(),
  );
  for (const vault of vaultsOf(settings)) want(secrets, 'Microsoft.KeyVault/vaults', vault, reader);
  const log = settings.APPLICATIONINSIGHTS_AUTHENTICATION_STRING ?? '';
  if (/Authorization=AAD/i.test(log)) {
    const [, id] = /ClientId=([\w-]+)/i.exec(log) ?? [];
    const [insights] = ofType(resources, 'Microsoft.Insights/components');
    const writer = principalOf(site, ({ clientId }) => clientId === id);
    want(metrics, 'Microsoft.Insights/components', insights?.name, writer);
  }
  return { wanted, elsewhere: [...elsewhere] };
}

type Site = Installation['site'];

/** The user-assigned identity that fits, or else the app's own. */
function principalOf(
  { identity }: Site,
  fits: (identity: { clientId?: string | undefined }, id: string) => boolean,
): string | undefined {
  const assigned = Object.entries(identity?.userAssignedIdentities ?? {});
  const found = assigned.find(([id, one]) => fits(one, id));
  return found?.[1].principalId ?? identity?.principalId ?? undefined;
}

/** `https://myaccount.queue.core.windows.net` is myaccount's. */
const accountOf = (uri: string | undefined) => /^https:\/\/([a-z0-9]+)\./.exec(uri ?? '')?.[1];

/** The vaults that settings refer to, in either form of a reference. */
function vaultsOf(settings: AppSettings): Set<string> {
  const references = Object.values(settings).filter(isReference);
  const names = references.map((text) => /(?:VaultName=|https:\/\/)([\w-]+)/i.exec(text)?.[1]);
  return new Set(names.filter((name) => name !== undefined));
}
