import { describe, expect, it } from 'vitest';
import { bicepFiles } from '../../support/bicep/all-files.ts';
import { unused } from '../../support/bicep/dependencies.ts';
import { parseBicep } from '../../support/bicep/file.ts';
import { faultsOf, schemaOf } from '../../support/bicep/schema.ts';

/** Types that the published package has no schema of, in the version that was read by hand. */
const withoutSchema = [
  'Microsoft.Authorization/locks@2020-05-01',
  'Microsoft.Insights/actionGroups@2023-01-01',
  'Microsoft.Insights/metricAlerts@2018-03-01',
  'Microsoft.Insights/scheduledQueryRules@2023-12-01',
  'Microsoft.Network/privateDnsZones@2024-06-01',
  'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01',
];

const resources = [...bicepFiles].flatMap(([path, file]) =>
  file.resources.map((resource) => ({ path, resource })),
);

describe('the Bicep', () => {
  it.each([...bicepFiles])('%s parses', (_path, { errors }) => {
    expect(errors).toEqual([]);
  });

  it.each(resources)('$path, $resource.name is as Azure takes it', ({ resource }) => {
    const schema = schemaOf(resource.type);
    if (schema) expect(faultsOf(resource, schema)).toEqual([]);
    else expect(withoutSchema).toContain(`${resource.type}@${resource.version}`);
  });

  it.each([...bicepFiles])('%s declares nothing that it does not use', (_path, file) => {
    expect(unused(file)).toEqual([]);
  });

  it('says what every parameter is for', () => {
    const silent = [...bicepFiles].flatMap(([path, { parameters }]) =>
      parameters
        .filter(({ decorators }) => !decorators.has('description'))
        .map(({ name }) => `${path} ${name}`),
    );
    expect(silent).toEqual([]);
  });
});

describe('the check of a resource', () => {
  const faults = (text: string) =>
    parseBicep(text).resources.flatMap((resource) => faultsOf(resource, schemaOf(resource.type) as never));
  const account = (properties: string) => `resource a 'Microsoft.Storage/storageAccounts@2025-01-01' = {
    name: 'a'
    location: location
    kind: 'StorageV2'
    sku: { name: 'Standard_ZRS' }
    properties: { ${properties} }
  }`;
  const name = 'Microsoft.Storage/storageAccounts';

  it.each([
    ['what is right', account("minimumTlsVersion: 'TLS1_2'"), []],
    ['an unknown property', account('sharedKeys: false'), [`${name}.properties: sharedKeys is unknown`]],
    [
      'an unknown property further in',
      account("networkAcls: { defaultAction: 'Allow', rules: [] }"),
      [`${name}.properties.networkAcls: rules is unknown`],
    ],
    [
      'one in a loop',
      account("networkAcls: { defaultAction: 'Allow', ipRules: [for one in all: { address: one }] }"),
      [
        `${name}.properties.networkAcls.ipRules: value is missing`,
        `${name}.properties.networkAcls.ipRules: address is unknown`,
      ],
    ],
    [
      'what is made in a loop, under a condition',
      `resource a '${name}@2025-01-01' = [for one in all: if (one.is) { name: one.name, locations: 'x' }]`,
      ['kind', 'location', 'sku']
        .map((key) => `${name}: ${key} is missing`)
        .concat(`${name}: locations is unknown`),
    ],
    [
      'a value that is none of the listed',
      account("minimumTlsVersion: 'TLS1.2'"),
      [`${name}.properties.minimumTlsVersion: TLS1.2 is not TLS1_0 | TLS1_1 | TLS1_2 | TLS1_3 | string`],
    ],
    [
      'text for a yes or no',
      account("allowBlobPublicAccess: 'false'"),
      [`${name}.properties.allowBlobPublicAccess: false is not bool`],
    ],
    [
      'what lacks something',
      `resource a '${name}@2025-01-01' = { name: 'a', location: location, kind: 'StorageV2' }`,
      [`${name}: sku is missing`],
    ],
    [
      'another version',
      `resource a '${name}@2022-09-01' = { name: 'a' }`,
      [`${name}@2022-09-01 is not ${name}@2025-01-01`],
    ],
    [
      'a kind of its own by name',
      "resource a 'Microsoft.Web/sites/config@2024-11-01' = { name: 'appsetting' }",
      ['Microsoft.Web/sites/config@2024-11-01: no such name'],
    ],
  ])('tells of %s', (_what, text, expected) => {
    expect(faults(text)).toEqual(expected);
  });

  it('tells of what is declared and not used', () => {
    const file = parseBicep(
      "param a bool\nparam b string\nvar c = b\nresource d 'A/b@1' = if (a) {\n name: 'd'\n}",
    );
    expect(unused(file)).toEqual(['c']);
  });

  it('tells where Bicep does not parse', () => {
    expect(parseBicep('param a string\nresource b = {').errors).not.toEqual([]);
  });
});
