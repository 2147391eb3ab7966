import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readAzdEnvironment } from '../../../infra/azure/hooks/azd-environment.ts';
import { declared } from '../../../shared/settings/declared.ts';
import { bicepFiles, main } from '../../support/bicep/all-files.ts';
import { evaluate } from '../../support/bicep/evaluate.ts';

const { parameters } = JSON.parse(readFileSync('infra/azure/main.parameters.json', 'utf8'));
const yaml = readFileSync('azure.yaml', 'utf8');
const { config } = JSON.parse(readFileSync('package.json', 'utf8'));

const parameter = (name: string) => main.parameters.find((one) => one.name === name);
const allowed = (name: string) => evaluate(parameter(name)?.decorators.get('allowed'), new Map());

/** The value of a key of azure.yaml, wherever it stands. */
const inYaml = (key: string) => yaml.match(new RegExp(`^ *${key}: '?(.+?)'?$`, 'm'))?.[1];

describe('main.parameters.json', () => {
  it('has every parameter of main.bicep, and no other', () => {
    expect(Object.keys(parameters).sort()).toEqual(main.parameters.map(({ name }) => name).sort());
  });

  it("leaves every default to main.bicep: azd leaves out what its environment doesn't have", () => {
    const values = Object.values<{ value: unknown }>(parameters).flatMap(({ value }) =>
      typeof value === 'string' ? [value] : Object.values(value as object),
    );
    expect(values.filter((value) => !/^\$\{[A-Z_]+\}$/.test(value))).toEqual([]);
    expect(new Set(values).size).toBe(values.length);
  });

  it('gives each setting the variable of its own name', () => {
    for (const [name, value] of Object.entries(parameters.settings.value)) expect(value).toBe(`\${${name}}`);
  });
});

describe('main.bicep', () => {
  it('needs nothing but what azd always knows', () => {
    expect(main.parameters.filter((one) => !one.default).map(({ name }) => name)).toEqual([
      'environmentName',
      'location',
    ]);
  });

  it('has defaults that it allows', () => {
    const wrong = main.parameters.filter(({ name, default: value }) => {
      const values = allowed(name);
      return Array.isArray(values) && !values.includes(evaluate(value, new Map()));
    });
    expect(wrong).toEqual([]);
  });

  it('allows the versions of Node.js that package.json deploys on', () => {
    expect((allowed('nodeVersion') as string[]).join(' || ')).toBe(config.deploymentNode);
  });

  it('tells azd which resource the service is', () => {
    expect(readFileSync('infra/azure/modules/app.bicep', 'utf8')).toContain("'azd-service-name': 'app'");
    expect(yaml).toMatch(/^services:\n {2}app:$/m);
  });
});

describe('the outputs of main.bicep', () => {
  it('are all that the hook asks for, but for what azd itself knows', () => {
    const given = Object.fromEntries(
      main.outputs.map(({ name }) => [name, 'https://my-app.azurewebsites.net']),
    );
    expect(() => readAzdEnvironment({ ...given, AZURE_SUBSCRIPTION_ID: 'a' })).not.toThrow();
    expect(() => readAzdEnvironment({ AZURE_SUBSCRIPTION_ID: 'a' })).toThrow('AZURE_KEY_VAULT_NAME');
  });

  it('tell the command line where the data is, by the names of its settings', () => {
    const names = main.outputs.map(({ name }) => name);
    const { queueServiceUri, tableServiceUri } = declared.dataStorage.settings;
    expect(names).toEqual(expect.arrayContaining([queueServiceUri.name, tableServiceUri.name]));
  });
});

describe('azure.yaml', () => {
  it('leads to what is there', () => {
    expect(existsSync(inYaml('project') as string)).toBe(true);
    expect(existsSync(inYaml('run') as string)).toBe(true);
    expect(bicepFiles.has(`${inYaml('path')}/main.bicep`)).toBe(true);
  });

  it('deploys what the build makes, as it is', () => {
    expect(yaml).toMatch(/^ {4}dist: dist$/m);
    expect(yaml).toMatch(/^ {4}remoteBuild: false$/m);
    // With one, azd refuses, or builds in Azure.
    expect(existsSync('.funcignore')).toBe(false);
  });

  it('asks for an azd that runs hooks in TypeScript', () => {
    expect(inYaml('azd')).toBe('>= 1.23.15');
  });
});
