import { expect, it } from 'vitest';
import { resourceNames } from '../../support/bicep/resource-names.ts';

/** What Azure takes for a name, by its list of naming rules. */
const rules: Record<string, RegExp> = {
  'Microsoft.Authorization/locks': /^.{1,90}$/,
  'Microsoft.Authorization/roleAssignments': /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  'Microsoft.Insights/actionGroups': /^[^/&%\\?]{0,259}[^/&%\\? .]$/,
  'Microsoft.Insights/components': /^[\w().-]{0,259}[\w()-]$/,
  'Microsoft.Insights/workbooks': /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  'Microsoft.KeyVault/vaults': /^(?!.*--)[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]$/,
  'Microsoft.ManagedIdentity/userAssignedIdentities': /^[A-Za-z0-9][\w-]{2,127}$/,
  'Microsoft.Network/privateDnsZones': /^([a-z0-9-]{1,63}\.)+[a-z]{2,63}$/,
  'Microsoft.Network/privateDnsZones/virtualNetworkLinks': /^[A-Za-z0-9][\w.-]{0,78}\w$/,
  'Microsoft.Network/privateEndpoints': /^[A-Za-z0-9][\w.-]{0,62}\w$/,
  'Microsoft.Network/virtualNetworks': /^[A-Za-z0-9][\w.-]{0,62}\w$/,
  'Microsoft.OperationalInsights/queryPacks': /^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$/,
  'Microsoft.OperationalInsights/queryPacks/queries': /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  'Microsoft.OperationalInsights/workspaces': /^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$/,
  'Microsoft.Resources/resourceGroups': /^[\w().-]{0,89}[\w()-]$/,
  'Microsoft.Storage/storageAccounts': /^[a-z0-9]{3,24}$/,
  'Microsoft.Storage/storageAccounts/blobServices/containers': /^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
  'Microsoft.Web/serverfarms': /^[A-Za-z0-9-]{1,60}$/,
  // Hosts are told apart by 32 characters: https://learn.microsoft.com/azure/azure-functions/storage-considerations
  'Microsoft.Web/sites': /^[A-Za-z0-9][A-Za-z0-9-]{0,30}[A-Za-z0-9]$/,
};

/** Names that Azure gives: there is one of each. */
const given = new Map([
  ['Microsoft.Network/privateEndpoints/privateDnsZoneGroups', ['default']],
  ['Microsoft.Storage/storageAccounts/blobServices', ['default']],
  ['Microsoft.Web/sites/basicPublishingCredentialsPolicies', ['ftp', 'scm']],
  ['Microsoft.Web/sites/config', ['appsettings']],
]);

/** Named by infra/azure/alerts.json: alerts.test.ts looks at the names. */
const byFile = ['Microsoft.Insights/metricAlerts', 'Microsoft.Insights/scheduledQueryRules'];

const path = 'infra/azure/main.bicep';

function wrong(environmentName: string): string[] {
  return resourceNames(
    path,
    new Map<string, unknown>([
      ['environmentName', environmentName],
      ['location', 'norwayeast'],
    ]),
  )
    .filter(({ type, name }) => {
      if (byFile.includes(type)) return false;
      if (name === undefined) return true;
      return !(given.get(type)?.includes(name) ?? rules[type]?.test(name));
    })
    .map(({ type, name }) => `${type} ${name}`);
}

it.each(['a', 'my-letters_(test).2', 'E'.repeat(64)])(
  'every name is one that Azure takes, in the environment %s',
  (name) => {
    expect(wrong(name)).toEqual([]);
  },
);

it('no two resources of a type have the same name', () => {
  const names = resourceNames(
    path,
    new Map<string, unknown>([
      ['environmentName', 'a'],
      ['location', 'norwayeast'],
    ]),
  )
    .filter(({ type }) => rules[type] && !/roleAssignments|containers|Links|locks/.test(type))
    .map(({ type, name }) => `${type} ${name}`);
  expect(names.length).toBeGreaterThan(15);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

it('a name that is too long is found', () => {
  expect(wrong('E'.repeat(88))).toEqual([`Microsoft.Resources/resourceGroups rg-${'E'.repeat(88)}`]);
});
