import { describe, expect, it } from 'vitest';
import { notOnFlex } from '../../../infra/azure/client/flex-settings.ts';
import { allSettings, declared } from '../../../shared/settings/declared.ts';
import type { Setting } from '../../../shared/settings/setting.ts';
import { appSettings, azdSettings, listOf, ownComeFirst } from '../../support/bicep/app-settings.ts';

const namesOf = (...groups: { settings: Readonly<Record<string, Setting>> }[]) =>
  groups.flatMap(({ settings }) => Object.values(settings).map(({ name }) => name));

/** What the Functions host and its extensions read, and no code of ours. */
const ofThePlatform = [
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
  'APPLICATIONINSIGHTS_CONNECTION_STRING',
  'AzureWebJobsStorage__blobServiceUri',
  'AzureWebJobsStorage__credential',
  'DATA_STORAGE__credential',
];

/** What would bring a key back. */
const withKeys = /^(APPINSIGHTS_INSTRUMENTATIONKEY|AzureWebJobsDashboard|AzureWebJobsStorage|DATA_STORAGE)$/;

const secrets = ['FOLLOW_UP_WEBHOOK_SECRET', 'MASKINPORTEN_KEY'];

describe('the application settings in Bicep', () => {
  it('are all known, to the product or to the platform', () => {
    const known = [...allSettings.map(({ name }) => name), ...ofThePlatform];
    expect(unknownIn([...appSettings.keys(), ...azdSettings], known)).toEqual([]);
    expect(unknownIn(['FOLLOW_UP', ...known], known)).toEqual(['FOLLOW_UP']);
  });

  it('have all that an identity needs to reach the log and both storage accounts', () => {
    const ofStorage = namesOf(declared.hostStorage, declared.dataStorage).filter((name) =>
      name.includes('__'),
    );
    expect([...appSettings.keys()].sort()).toEqual([...ofThePlatform, ...ofStorage, ...secrets].sort());
  });

  it.each([...appSettings.keys(), ...azdSettings])(
    '%s is none that Flex Consumption refuses, and no key',
    (name) => {
      expect(notOnFlex).not.toContain(name);
      expect(name).not.toMatch(withKeys);
    },
  );

  it('would be found if they were a key', () => {
    expect('AzureWebJobsStorage').toMatch(withKeys);
  });

  it.each(secrets)('%s is a reference to the vault', (name) => {
    expect(appSettings.get(name)).toMatch(/^@Microsoft\.KeyVault\(SecretUri=.+\/[a-z-]+\)$/);
  });
});

describe('the settings that azd takes from its environment', () => {
  it('are all that the app has, but for secrets and for what Bicep sets', () => {
    const own = allSettings
      .filter(({ usedBy, secret, name }) => usedBy.includes('app') && !secret && !appSettings.has(name))
      .map(({ name }) => name)
      .filter((name) => name !== 'MASKINPORTEN_KEY_FILE');
    expect([...azdSettings].sort()).toEqual(own.sort());
  });

  it('wait for the key, if without it the app would not start', () => {
    const { key, keyFile, ...ofMaskinporten } = declared.maskinporten.settings;
    expect(listOf('needMaskinportenKey').sort()).toEqual(
      namesOf(declared.altinn, { settings: ofMaskinporten }).sort(),
    );
    expect(listOf('needWebhookSecret')).toEqual([declared.webhook.settings.url.name]);
  });
});

describe('the settings of the owner', () => {
  const notOwn = listOf('notOwn');
  const isOwn = (name: string) => !notOwn.some((start) => name.toLowerCase().startsWith(start.toLowerCase()));

  it("take the place of none that is the product's or Azure's", () => {
    const ofTheApp = allSettings.filter(({ usedBy }) => usedBy.includes('app')).map(({ name }) => name);
    expect([...ofTheApp, ...appSettings.keys(), ...azdSettings, ...notOnFlex].filter(isOwn)).toEqual([]);
    expect(ownComeFirst).toBe(true);
  });

  it('may be what the exporter of OpenTelemetry reads, and the names of anything else', () => {
    const names = [
      'OTEL_EXPORTER_OTLP_HEADERS',
      'CASE_SYSTEM_URL',
      'CHANNEL_CASE_TEAM_URL',
      'AzureWebJobs.react.Disabled',
    ];
    expect(names.filter(isOwn)).toEqual(names);
  });
});

function unknownIn(names: readonly string[], known: readonly string[]): string[] {
  return names.filter((name) => !known.includes(name));
}
