import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bicepFiles, main } from '../../support/bicep/all-files.ts';
import { restsOn } from '../../support/bicep/dependencies.ts';
import type { Module } from '../../support/bicep/file.ts';
import { keysOf, propertyOf, walk } from '../../support/bicep/walk.ts';

const read = (path: string): Record<string, string> => JSON.parse(readFileSync(path, 'utf8'));
const roleIds = read('infra/azure/role-ids.json');

/** The roles that a module is told to give, to the app and to who deploys. */
function rolesOf(name: string): string[] {
  const module = main.modules.find((one) => one.name === name) as Module;
  const names = restsOn(propertyOf(propertyOf(module.value, 'params'), 'grants') ?? module.value, main);
  const values = [
    module.value,
    ...main.variables.filter((one) => names.has(one.name)).map(({ value }) => value),
  ];
  return values
    .flatMap((value) => [...walk(value)])
    .flatMap((part) => {
      const role = propertyOf(part, 'role');
      return role?.kind === 'value' ? [String(role.value)] : [];
    })
    .sort();
}

describe('roles', () => {
  it('have the ids that Azure publishes', () => {
    expect(read('test/fixtures/azure-role-ids.json')).toMatchObject(roleIds);
  });

  it('are these and no more', () => {
    expect(
      Object.fromEntries(
        ['hostStorage', 'dataStorage', 'monitor', 'vault'].map((name) => [name, rolesOf(name)]),
      ),
    ).toEqual({
      hostStorage: ['Storage Blob Data Owner', 'Storage Table Data Contributor'],
      dataStorage: [
        'Storage Queue Data Contributor',
        'Storage Queue Data Contributor',
        'Storage Table Data Contributor',
        'Storage Table Data Contributor',
      ],
      monitor: ['Monitoring Metrics Publisher'],
      vault: ['Key Vault Secrets Officer', 'Key Vault Secrets User'],
    });
    expect(new Set(main.modules.flatMap(({ name }) => rolesOf(name)))).toEqual(new Set(Object.keys(roleIds)));
  });

  it('are given on one resource each, never on a group or a subscription', () => {
    const assignments = [...bicepFiles.values()]
      .flatMap(({ resources }) => resources)
      .filter(({ type }) => type === 'Microsoft.Authorization/roleAssignments')
      .map(({ value }) => (value.kind === 'loop' ? value.body : value));
    expect(assignments).toHaveLength(3);
    expect(assignments.map((body) => keysOf(body).includes('scope'))).toEqual([true, true, true]);
  });

  it('are there before the app is', () => {
    const app = main.modules.find(({ name }) => name === 'app') as Module;
    const before = restsOn(app.value, main);
    expect([...before]).toEqual(
      expect.arrayContaining(['hostStorage', 'dataStorage', 'monitor', 'vault', 'endpoints']),
    );
  });
});
