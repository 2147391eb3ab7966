import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../shared/runtime/configuration-error.ts';
import { readConfiguration } from '../../../shared/settings/configuration.ts';
import { connectStorage } from '../../../shared/storage/connect.ts';

const connectionString =
  'DefaultEndpointsProtocol=https;AccountName=brev;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net';
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const url = 'https://case-system.example.no/follow-ups';

const base = { AzureWebJobsStorage: connectionString };
const webhook = { ...base, FOLLOW_UP_WEBHOOK_URL: url, FOLLOW_UP_WEBHOOK_SECRET: secret };
const identity = {
  AzureWebJobsStorage__queueServiceUri: 'https://brev.queue.core.windows.net',
  AzureWebJobsStorage__tableServiceUri: 'https://brev.table.core.windows.net',
};

function messageFor(environment: Record<string, string | undefined>): string {
  try {
    readConfiguration(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message;
  }
  throw new Error('it was taken');
}

const followUpDefaults = {
  graceMs: 1_800_000,
  schedule: '0 * * * * *',
  leaseMs: 900_000,
  since: undefined,
};

describe('readConfiguration', () => {
  it('has a default for all but the storage', () => {
    expect(readConfiguration(base)).toEqual({
      connection: 'AzureWebJobsStorage',
      storage: { connectionString },
      followUp: { ...followUpDefaults, webhook: undefined },
      asking: { maxWaitMs: 43_200_000, pace: 2, maxPace: 10 },
      pausing: { steps: 'on' },
      callers: undefined,
      resources: [],
      altinn: undefined,
      reconcile: { schedule: '0 7 * * * *' },
      audit: { schedule: '0 23 2 * * *' },
      telemetry: 'off',
      warnings: [],
    });
  });

  it('reads what is set, and leaves be what is nobody’s', () => {
    const settings = {
      ...webhook,
      FOLLOW_UP_GRACE: 'PT1H',
      FOLLOW_UP_INCLUDE_PERSONS: 'TRUE',
      ALTINN_RESOURCES: 'my-letters, urn:altinn:resource:my-decisions',
      ALTINN_SOURCE: 'tt02',
      RECONCILE_SCHEDULE: '0 */15 * * * *',
      PATH: '/usr/bin',
    };
    expect(readConfiguration(settings)).toMatchObject({
      storage: { connectionString },
      followUp: { graceMs: 3_600_000, webhook: { url, secret, includePersons: true } },
      callers: { policy: 'report' },
      resources: ['urn:altinn:resource:my-letters', 'urn:altinn:resource:my-decisions'],
      reconcile: { schedule: '0 */15 * * * *' },
    });
  });

  it('names what is wrong for Altinn together with the rest', () => {
    const settings = {
      FOLLOW_UP_GRACE: 'soon',
      ALTINN_SOURCE: 'tt03',
      ALTINN_ENVIRONMENT: 'tt02',
      RECONCILE_SCHEDULE: 'hourly',
    };
    let message = '';
    try {
      readConfiguration(settings);
    } catch (error) {
      message = (error as Error).message;
    }
    for (const name of [
      ...Object.keys(settings).slice(0, 2),
      'RECONCILE_SCHEDULE',
      'MASKINPORTEN_CLIENT_ID',
      'AzureWebJobsStorage',
    ]) {
      expect(message).toContain(`${name} `);
    }
  });

  it.each(['UseDevelopmentStorage=true', 'UseDevelopmentStorage=true;'])('takes %s', (text) => {
    expect(readConfiguration({ AzureWebJobsStorage: text }).storage).toEqual({ connectionString: text });
  });

  it('reads a managed identity, with a client id or without', () => {
    const [queueServiceUri, tableServiceUri] = Object.values(identity);
    expect(readConfiguration(identity).storage).toEqual({
      queueServiceUri,
      tableServiceUri,
      clientId: undefined,
    });
    expect(readConfiguration({ ...identity, AzureWebJobsStorage__clientId: 'id' }).storage).toMatchObject({
      clientId: 'id',
    });
  });

  describe('a secret that Azure has not read from Key Vault', () => {
    const reference = '@Microsoft.KeyVault(SecretUri=https://kv-a.vault.azure.net/secrets/b)';

    it('keeps nothing from being received: there is no key then, and that is said', () => {
      const altinn = { ALTINN_ENVIRONMENT: 'tt02', MASKINPORTEN_CLIENT_ID: 'client' };
      const read = readConfiguration({ ...base, ...altinn, MASKINPORTEN_KEY: reference });
      expect(read.altinn).toMatchObject({ clientId: 'client', key: undefined });
      expect(read.warnings).toEqual([
        'MASKINPORTEN_KEY is a Key Vault reference that Azure has not resolved',
      ]);
    });

    it('leaves follow-ups with a channel that takes nothing, and not with the log', () => {
      const read = readConfiguration({ ...webhook, FOLLOW_UP_WEBHOOK_SECRET: reference });
      expect(read.followUp.webhook).toEqual({ url, secret: undefined, includePersons: false });
      expect(read.warnings).toHaveLength(1);
    });

    it('is wrong all the same where something else is', () => {
      expect(() => readConfiguration({ ...base, MASKINPORTEN_KEY: reference })).toThrow(
        /^ALTINN_ENVIRONMENT is missing/,
      );
      expect(() => readConfiguration({ AzureWebJobsStorage: reference })).toThrow(
        /no storage|AzureWebJobsStorage/,
      );
    });
  });

  describe('the storage of the data', () => {
    const data = {
      DATA_STORAGE__queueServiceUri: 'https://data.queue.core.windows.net',
      DATA_STORAGE__tableServiceUri: 'https://data.table.core.windows.net',
      DATA_STORAGE__clientId: 'id',
    };
    const [queueServiceUri, tableServiceUri] = Object.values(data);

    it("is the host's, where none is set apart", () => {
      const { connection, storage } = readConfiguration(base);
      expect([connection, storage]).toEqual(['AzureWebJobsStorage', { connectionString }]);
    });

    it.each<[string, Record<string, string>, object]>([
      ['by identity, beside a connection string', { ...base, ...data }, { queueServiceUri, tableServiceUri }],
      ['by identity, beside another', { ...identity, ...data }, { clientId: 'id', queueServiceUri }],
      ['by connection string', { ...identity, DATA_STORAGE: connectionString }, { connectionString }],
      ['alone, for the command line', data, { queueServiceUri }],
    ])('is an account of its own: %s', (_, settings, storage) => {
      expect(readConfiguration(settings)).toMatchObject({ connection: 'DATA_STORAGE', storage });
    });

    it('is not half of each: one that is begun has to be said whole', () => {
      const { DATA_STORAGE__tableServiceUri: _, ...half } = data;
      for (const settings of [half, { DATA_STORAGE__clientId: 'id' }]) {
        expect(() => readConfiguration({ ...base, ...settings })).toThrow(
          /^DATA_STORAGE is missing\. .*DATA_STORAGE__queueServiceUri .*DATA_STORAGE__tableServiceUri /,
        );
      }
    });

    it("warns of none of the host's own names", () => {
      const names = ['DATA_STORAGE', 'AzureWebJobsStorage'].flatMap((name) => [
        `${name}__credential`,
        `${name}__blobServiceUri`,
      ]);
      const settings = Object.fromEntries(names.map((name) => [name, 'x']));
      expect(readConfiguration({ ...data, ...settings }).warnings).toEqual([]);
      expect(readConfiguration({ ...data, DATA_STORAGE__queueServiceUrl: 'x' }).warnings).toHaveLength(1);
    });
  });

  it('takes an empty setting for an absent one, and leaves spaces around it out', () => {
    const settings = {
      ...webhook,
      FOLLOW_UP_GRACE: '  ',
      FOLLOW_UP_INCLUDE_PERSONS: '',
      FOLLOW_UP_WEBHOOK_URL: ` ${url}\n`,
    };
    expect(readConfiguration(settings).followUp).toEqual({
      ...followUpDefaults,
      webhook: { url, secret, includePersons: false },
    });
  });

  it.each(['http://localhost:9/x', 'http://127.0.0.1:9/x', 'http://[::1]:9/x'])(
    'takes %s: it stays on the machine',
    (at) => {
      expect(readConfiguration({ ...webhook, FOLLOW_UP_WEBHOOK_URL: at }).followUp.webhook?.url).toBe(at);
    },
  );

  it.each<[string, Record<string, string | undefined>]>([
    ['AzureWebJobsStorage', {}],
    ['AzureWebJobsStorage', { AzureWebJobsStorage: 'hunter2' }],
    ['AzureWebJobsStorage', { AzureWebJobsStorage: 'AccountName=hunter2' }],
    [
      'AzureWebJobsStorage__tableServiceUri',
      { ...identity, AzureWebJobsStorage__tableServiceUri: undefined },
    ],
    [
      'AzureWebJobsStorage__queueServiceUri',
      { ...identity, AzureWebJobsStorage__queueServiceUri: undefined },
    ],
    [
      'AzureWebJobsStorage__queueServiceUri',
      { ...identity, AzureWebJobsStorage__queueServiceUri: 'hunter2' },
    ],
    [
      'AzureWebJobsStorage__tableServiceUri',
      { ...identity, AzureWebJobsStorage__tableServiceUri: 'http://hunter2' },
    ],
    ['FOLLOW_UP_GRACE', { ...base, FOLLOW_UP_GRACE: 'hunter2' }],
    ['FOLLOW_UP_GRACE', { ...base, FOLLOW_UP_GRACE: '300' }],
    ['FOLLOW_UP_GRACE', { ...base, FOLLOW_UP_GRACE: 'P1M' }],
    ['FOLLOW_UP_GRACE', { ...base, FOLLOW_UP_GRACE: '-PT5M' }],
    ['FOLLOW_UP_WEBHOOK_URL', { ...webhook, FOLLOW_UP_WEBHOOK_URL: undefined }],
    ['FOLLOW_UP_WEBHOOK_URL', { ...webhook, FOLLOW_UP_WEBHOOK_URL: 'hunter2' }],
    ['FOLLOW_UP_WEBHOOK_URL', { ...webhook, FOLLOW_UP_WEBHOOK_URL: 'http://hunter2.example.no' }],
    ['FOLLOW_UP_WEBHOOK_URL', { ...webhook, FOLLOW_UP_WEBHOOK_URL: 'http://localhost.hunter2.no' }],
    ['FOLLOW_UP_WEBHOOK_SECRET', { ...webhook, FOLLOW_UP_WEBHOOK_SECRET: undefined }],
    ['FOLLOW_UP_WEBHOOK_SECRET', { ...webhook, FOLLOW_UP_WEBHOOK_SECRET: 'hunter2' }],
    ['FOLLOW_UP_WEBHOOK_SECRET', { ...webhook, FOLLOW_UP_WEBHOOK_SECRET: 'whsec_hunter2' }],
    ['FOLLOW_UP_WEBHOOK_SECRET', { ...webhook, FOLLOW_UP_WEBHOOK_SECRET: secret.slice(6) }],
    ['FOLLOW_UP_WEBHOOK_SECRET', { ...webhook, FOLLOW_UP_WEBHOOK_SECRET: `whsec_hunter2${'_'.repeat(40)}` }],
    ['FOLLOW_UP_INCLUDE_PERSONS', { ...webhook, FOLLOW_UP_INCLUDE_PERSONS: 'hunter2' }],
    ['FOLLOW_UP_INCLUDE_PERSONS', { ...webhook, FOLLOW_UP_INCLUDE_PERSONS: '1' }],
    ['RECONCILE_SCHEDULE', { ...base, RECONCILE_SCHEDULE: 'hunter2' }],
    ['RECONCILE_SCHEDULE', { ...base, RECONCILE_SCHEDULE: '99 * * * * *' }],
    ['AUDIT_SCHEDULE', { ...base, AUDIT_SCHEDULE: 'hunter2' }],
    ['ALTINN_SOURCE', { ...base, ALTINN_SOURCE_POLICY: 'enforce' }],
  ])('names %s, gives an example and repeats no value: %j', (name, environment) => {
    const message = messageFor(environment);
    expect(message).toContain(name);
    expect(message).toMatch(/Example: \S|Make one with: \S/);
    expect(message).not.toContain('hunter2');
    for (const given of Object.values(environment))
      if (given && given.length > 20) expect(message).not.toContain(given);
    expect(message.split('\n')).toHaveLength(1);
  });

  it('names all that are wrong at once', () => {
    const message = messageFor({
      AzureWebJobsStorage: 'x',
      FOLLOW_UP_GRACE: 'x',
      FOLLOW_UP_WEBHOOK_URL: 'x',
      FOLLOW_UP_WEBHOOK_SECRET: 'x',
      FOLLOW_UP_INCLUDE_PERSONS: 'x',
    });
    expect(message.split('\n').map((line) => line.split(' ', 1)[0])).toEqual([
      'AzureWebJobsStorage',
      'FOLLOW_UP_GRACE',
      'FOLLOW_UP_WEBHOOK_URL',
      'FOLLOW_UP_WEBHOOK_SECRET',
      'FOLLOW_UP_INCLUDE_PERSONS',
    ]);
  });

  it('says which of the webhook’s two settings is missing, and why it is needed', () => {
    expect(messageFor({ ...webhook, FOLLOW_UP_WEBHOOK_URL: '' })).toBe(
      'FOLLOW_UP_WEBHOOK_URL is missing, and FOLLOW_UP_WEBHOOK_SECRET is set: there is nothing to sign. Example: https://case-system.example.no/follow-ups',
    );
    expect(messageFor({ ...webhook, FOLLOW_UP_WEBHOOK_SECRET: '' })).toMatch(
      /^FOLLOW_UP_WEBHOOK_SECRET is missing, and FOLLOW_UP_WEBHOOK_URL is set: .* Make one with: node -p /,
    );
  });

  it('takes OpenTelemetry with an endpoint alone', () => {
    const otlp = { ...base, OPEN_TELEMETRY: 'otlp' };
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' };
    expect(readConfiguration({ ...otlp, ...endpoint })).toMatchObject({ telemetry: 'otlp', warnings: [] });
    expect(readConfiguration({ ...base, ...endpoint }).telemetry).toBe('off');
    expect(messageFor(otlp)).toMatch(
      /^OTEL_EXPORTER_OTLP_ENDPOINT is missing, and OPEN_TELEMETRY is otlp\. Example: /,
    );
  });

  it('warns of a name that looks like one of ours', () => {
    const { followUp, warnings } = readConfiguration({ ...base, FOLLOWUP_GRACE: 'PT1H' });
    expect(followUp.graceMs).toBe(1_800_000);
    expect(warnings).toEqual(['FOLLOWUP_GRACE is set, and nothing reads it. Did you mean FOLLOW_UP_GRACE?']);
  });

  it('names what is missing together with what is wrong', () => {
    const message = messageFor({ FOLLOW_UP_GRACE: 'x', FOLLOW_UP_WEBHOOK_URL: url });
    for (const name of ['AzureWebJobsStorage', 'FOLLOW_UP_GRACE', 'FOLLOW_UP_WEBHOOK_SECRET'])
      expect(message).toContain(name);
  });

  it.each([
    'AccountName=brev;AccountKey=c2VjcmV0',
    'AccountName=;AccountKey=c2VjcmV0',
    'DefaultEndpointsProtocol=https;AccountName=brev;AccountKey=c2VjcmV0',
    'DefaultEndpointsProtocol=ftp;AccountName=brev;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net',
    'DefaultEndpointsProtocol=https;AccountName=brev;AccountKey=?;EndpointSuffix=core.windows.net',
    'usedevelopmentstorage=true',
  ])('names AzureWebJobsStorage for %s, or the clients take it', (text) => {
    try {
      const { storage } = readConfiguration({ AzureWebJobsStorage: text });
      connectStorage(storage);
    } catch (error) {
      expect((error as Error).message).toContain('AzureWebJobsStorage');
    }
  });

  it.each(['P99999999999W', 'P300000000D'])('does not take a grace of %s', (grace) => {
    expect(messageFor({ ...base, FOLLOW_UP_GRACE: grace })).toContain('FOLLOW_UP_GRACE');
  });

  it.each(['ftp://localhost/x', 'ws://127.0.0.1/x'])('does not take %s for a webhook address', (at) => {
    expect(messageFor({ ...webhook, FOLLOW_UP_WEBHOOK_URL: at })).toContain('FOLLOW_UP_WEBHOOK_URL');
  });

  it('does not take a webhook address with a user and password', () => {
    const message = messageFor({ ...webhook, FOLLOW_UP_WEBHOOK_URL: 'https://user:hunter2@example.no' });
    expect(message).not.toContain('hunter2');
  });
});
