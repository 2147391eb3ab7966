import { describe, expect, it } from 'vitest';
import { bicepFiles, main } from '../../support/bicep/all-files.ts';
import { evaluate } from '../../support/bicep/evaluate.ts';
import type { BicepFile, Module } from '../../support/bicep/file.ts';
import { keysOf, propertyOf, walk } from '../../support/bicep/walk.ts';

const resources = [...bicepFiles.values()]
  .flatMap((file) => file.resources)
  .filter(({ existing }) => !existing);

/** What each resource of a type has at a path of its properties. */
const valuesOf = (type: string, ...path: string[]) =>
  resources
    .filter((resource) => resource.type === type)
    .map(({ value }) =>
      evaluate(
        ['properties', ...path].reduce(
          (at, key) => at && propertyOf(at, key),
          value as typeof value | undefined,
        ),
        new Map(),
      ),
    );

describe('what is deployed', () => {
  it.each([
    ['Microsoft.Storage/storageAccounts', 'allowSharedKeyAccess', false],
    ['Microsoft.Storage/storageAccounts', 'defaultToOAuthAuthentication', true],
    ['Microsoft.Storage/storageAccounts', 'allowBlobPublicAccess', false],
    ['Microsoft.Storage/storageAccounts', 'supportsHttpsTrafficOnly', true],
    ['Microsoft.Storage/storageAccounts', 'minimumTlsVersion', 'TLS1_2'],
    ['Microsoft.Storage/storageAccounts/blobServices', 'deleteRetentionPolicy', { enabled: true, days: 7 }],
    ['Microsoft.Storage/storageAccounts/blobServices/containers', 'publicAccess', 'None'],
    ['Microsoft.KeyVault/vaults', 'enableRbacAuthorization', true],
    ['Microsoft.KeyVault/vaults', 'enableSoftDelete', true],
    ['Microsoft.Insights/components', 'DisableLocalAuth', true],
    ['Microsoft.Web/sites', 'httpsOnly', true],
    [
      'Microsoft.Web/sites',
      'siteConfig',
      { ftpsState: 'Disabled', minTlsVersion: '1.2', scmMinTlsVersion: '1.2' },
    ],
    ['Microsoft.Web/sites/basicPublishingCredentialsPolicies', 'allow', false],
    ['Microsoft.Authorization/locks', 'level', 'CanNotDelete'],
  ])('%s has %s %j', (type, property, value) => {
    const values = valuesOf(type, property);
    expect(values).toEqual(values.map(() => value));
    expect(values).not.toEqual([]);
  });

  it('has no password for deployment, by FTP or otherwise', () => {
    const policies = resources.filter(({ type }) => type.endsWith('/basicPublishingCredentialsPolicies'));
    const names = policies.map(({ value }) => evaluate(propertyOf(value, 'name'), new Map()));
    expect(names.sort()).toEqual(['ftp', 'scm']);
  });

  it('lets everybody call the app: whose calls are taken is said by ALTINN_SOURCE', () => {
    expect(valuesOf('Microsoft.Web/sites', 'publicNetworkAccess')).toEqual(['Enabled']);
    const named = resources.flatMap(({ value }) => [...walk(value)]).flatMap(keysOf);
    expect(named.filter((key) => /ipSecurityRestrictions/i.test(key))).toEqual([]);
  });

  it('lists keys nowhere', () => {
    const calls = [...bicepFiles.values()]
      .flatMap((file: BicepFile) => [...file.resources, ...file.modules, ...file.variables, ...file.outputs])
      .flatMap(({ value }) => [...walk(value)])
      .flatMap((part) => (part.kind === 'call' ? [part.callee] : []));
    expect(calls).toContain('guid');
    expect(calls.filter((callee) => /(^|\.)list[A-Z]\w*$|^list$|getSecret$/.test(callee))).toEqual([]);
  });

  it('locks the data, and nothing else', () => {
    const locked = main.modules.filter(({ value }) => propertyOf(propertyOf(value, 'params'), 'lock'));
    expect(locked.map(({ name }: Module) => name)).toEqual(['dataStorage']);
  });

  it('keeps what is stored in three zones, behind no network of its own, unless told otherwise', () => {
    const defaults = Object.fromEntries(
      main.parameters.map(({ name, default: value }) => [name, evaluate(value, new Map())]),
    );
    expect(defaults).toMatchObject({
      storageRedundancy: 'Standard_ZRS',
      lockData: true,
      vaultPurgeProtection: true,
      privateNetwork: false,
      zoneRedundant: false,
      alwaysReadyInstances: 0,
    });
  });
});
