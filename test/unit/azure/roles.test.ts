import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bicepFiles, main } from '../../support/bicep/all-files.ts';
import { restsOn } from '../../support/bicep/dependencies.ts';
import { evaluate, scopeOf } from '../../support/bicep/evaluate.ts';
import { type BicepFile, type Module, parseBicep } from '../../support/bicep/file.ts';
import { turns } from '../../support/bicep/resource-names.ts';
import { propertyOf } from '../../support/bicep/walk.ts';

const read = (path: string): Record<string, string> => JSON.parse(readFileSync(path, 'utf8'));
const roleIds = read('infra/azure/role-ids.json');

/** The roles that a file gives, each after the resource that it is given on. An assignment's name ends with its role. */
function rolesIn(file: BicepFile): string[] {
  const scope = scopeOf(file, new Map([['principalId', 'somebody']]));
  return file.resources
    .filter(({ type }) => type === 'Microsoft.Authorization/roleAssignments')
    .flatMap(({ value }) =>
      turns(value, scope).map(([body, turn]) => {
        const on = propertyOf(body, 'scope');
        const name = propertyOf(body, 'name');
        const role = name?.kind === 'call' ? evaluate(name.arguments.at(-1), turn) : undefined;
        return `${on?.kind === 'name' ? on.name : 'everything'}: ${String(role)}`;
      }),
    );
}

const rolesOf = (module: string) =>
  rolesIn(bicepFiles.get(`infra/azure/modules/${module}.bicep`) as BicepFile);

describe('roles', () => {
  it('have the ids that Azure publishes', () => {
    expect(read('test/fixtures/azure-role-ids.json')).toMatchObject(roleIds);
  });

  it('of the app are these', () => {
    expect(rolesOf('app-roles')).toEqual([
      'hostStorage: Storage Blob Data Owner',
      'hostStorage: Storage Table Data Contributor',
      'dataStorage: Storage Queue Data Contributor',
      'dataStorage: Storage Table Data Contributor',
      'vault: Key Vault Secrets User',
      'insights: Monitoring Metrics Publisher',
    ]);
  });

  it('of who deploys are these', () => {
    expect(rolesOf('operator-roles')).toEqual([
      'dataStorage: Storage Queue Data Contributor',
      'dataStorage: Storage Table Data Contributor',
      'vault: Key Vault Secrets Officer',
    ]);
  });

  it('are given nowhere else', () => {
    const files = [...bicepFiles].filter(([, file]) => rolesIn(file).length > 0).map(([path]) => path);
    expect(files).toEqual([
      'infra/azure/modules/app-roles.bicep',
      'infra/azure/modules/operator-roles.bicep',
    ]);
    expect(
      [...rolesOf('app-roles'), ...rolesOf('operator-roles')].map((one) => roleIds[one.split(': ')[1] ?? '']),
    ).not.toContain(undefined);
  });

  it('are there before the app is', () => {
    const app = main.modules.find(({ name }) => name === 'app') as Module;
    const before = ['appRoles', 'hostStorage', 'dataStorage', 'monitor', 'vault', 'endpoints'];
    expect([...restsOn(app.value, main)]).toEqual(expect.arrayContaining(before));
  });

  it('of a whole group, and of another resource, would be found', () => {
    const text = readFileSync('infra/azure/modules/app-roles.bicep', 'utf8');
    expect(rolesIn(parseBicep(text.replace('  scope: vault\n', '')))).toContain(
      'everything: Key Vault Secrets User',
    );
    expect(rolesIn(parseBicep(text.replace('scope: insights', 'scope: vault')))).toContain(
      'vault: Monitoring Metrics Publisher',
    );
  });
});
