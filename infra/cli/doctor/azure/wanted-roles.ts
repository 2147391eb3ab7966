import { type Installation, ofType, type Resource } from './installation.ts';
import { type AppSettings, isReference } from './settings.ts';

/** A role, by the built-in ones that will do, the smallest first. Source: "Azure built-in roles" at learn.microsoft.com. */
interface Role {
  readonly name: string;
  readonly ids: readonly string[];
}

const blobs: Role = { name: 'Storage Blob Data Owner', ids: ['b7e6dc6d-f1e8-4753-8033-0f276bb0955b'] };
const queues: Role = {
  name: 'Storage Queue Data Contributor',
  ids: ['974c5e8b-45b9-4653-ba55-5f855dd0fb88'],
};
const tables: Role = {
  name: 'Storage Table Data Contributor',
  ids: ['0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'],
};
const secrets: Role = {
  name: 'Key Vault Secrets User',
  ids: [
    '4633458b-17de-408a-b874-0445c86b69e6',
    'b86a8fe4-44ce-4948-aee5-eccb2c155cd7',
    '00482a5a-887f-4fb3-b363-3b7fe8e74483',
  ],
};
const metrics: Role = {
  name: 'Monitoring Metrics Publisher',
  ids: ['3913510d-42f4-4e42-8a64-420c390055eb'],
};

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
