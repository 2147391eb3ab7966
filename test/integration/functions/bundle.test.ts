import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { temporaryDirectory } from '../../support/host.ts';

// The bundle as the worker loads it: only `@azure/functions-core` is answered, and what is registered is written down.
const worker = `
const Module = require('node:module');
const registered = [];
const core = {
  registerFunction: ({ name, bindings }) => registered.push([name, Object.values(bindings)[0]]),
  registerHook() {},
  log() {},
  setProgrammingModel() {},
};
const require_ = Module.prototype.require;
Module.prototype.require = function (id) {
  return id === '@azure/functions-core' ? core : Reflect.apply(require_, this, [id]);
};
let error;
try { require(require('node:path').resolve(process.argv[1], 'index.js')); } catch ({ message }) { error = message; }
const files = Object.keys(require.cache).map((file) => require('node:path').basename(file));
console.log(JSON.stringify({ registered, error, files }));
`;

type Binding = {
  type: string;
  route?: string;
  authLevel?: string;
  methods?: string[];
  queueName?: string;
  connection?: string;
  schedule?: string;
};

/** Why Altinn is not asked about letters, by these settings; `undefined` where it is. */
function whyNotAsked(settings: Record<string, string>): string | undefined {
  if (!settings.MASKINPORTEN_KEY) return 'set the credentials';
  if (settings.MASKINPORTEN_SCOPES) return 'add the scope altinn:correspondence.write';
  return settings.ALTINN_SYSTEM_USER_ORG && !settings.ALTINN_RESOURCES ? 'set ALTINN_RESOURCES' : undefined;
}

function load(settings: Record<string, string>, warning = '', folder = 'dist') {
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', worker, folder], {
    env: { PATH: process.env.PATH, ...settings },
    encoding: 'utf8',
  });
  const loaded = JSON.parse(stdout) as {
    registered: [string, Binding][];
    files: string[];
    error?: string;
  };
  const why = loaded.error ? undefined : whyNotAsked(settings);
  const unchecked = why && `Warning: follow-ups rest on what is pushed: ${why} to have Altinn asked first\n`;
  expect(stderr).toBe(warning + (unchecked ?? ''));
  return loaded;
}

const storage = inject('storage').spare as string;

describe('the deployed bundle', () => {
  it('registers every function that needs no credentials, with its trigger', () => {
    const { registered, error } = load({ AzureWebJobsStorage: storage });
    expect(error).toBeUndefined();
    const triggers = registered.map(([name, { type, methods, authLevel, route, queueName }]) => {
      return [name, type, queueName ?? `${methods} ${authLevel} ${route}`];
    });
    expect(triggers).toEqual([
      ['health', 'httpTrigger', 'GET anonymous health'],
      ['receive-events', 'httpTrigger', 'POST function events'],
      ['track-events', 'queueTrigger', 'correspondence-events'],
      ['redrive-correspondence-events', 'queueTrigger', 'correspondence-events-poison'],
      ['follow-up', 'queueTrigger', 'follow-ups'],
      ['redrive-follow-ups', 'queueTrigger', 'follow-ups-poison'],
      ['send-digest', 'queueTrigger', 'digests'],
      ['redrive-digests', 'queueTrigger', 'digests-poison'],
      ['react', 'queueTrigger', 'reactions'],
      ['redrive-reactions', 'queueTrigger', 'reactions-poison'],
      ['due-follow-ups', 'timerTrigger', 'undefined undefined undefined'],
      ['measure-queues', 'timerTrigger', 'undefined undefined undefined'],
      ['read-status', 'httpTrigger', 'GET function correspondences/{id}'],
      ['read-status-of-attachment', 'httpTrigger', 'GET function attachments/{id}'],
      ['read-status-of-notification-order', 'httpTrigger', 'GET function notification-orders/{id}'],
      ['send-condition', 'httpTrigger', 'GET anonymous correspondences/{id}/send-condition/{kind}'],
      ['list-follow-ups', 'httpTrigger', 'GET function follow-ups'],
      ['read-follow-up', 'httpTrigger', 'GET function follow-ups/{id}'],
      ['close-follow-up', 'httpTrigger', 'POST function follow-ups/{id}/close'],
      ['snooze-follow-up', 'httpTrigger', 'POST function follow-ups/{id}/snooze'],
      ['reopen-follow-up', 'httpTrigger', 'POST function follow-ups/{id}/reopen'],
    ]);
  });

  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const altinn = {
    AzureWebJobsStorage: storage,
    ALTINN_ENVIRONMENT: 'tt02',
    MASKINPORTEN_CLIENT_ID: 'a-client',
    MASKINPORTEN_KEY: JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'test' }),
    ALTINN_RESOURCES: 'my-letters',
  };

  // The host's own lines of each function are left out, and cost more than ours; ours must not be.
  it('has the signals of each of its functions logged, by name in host.json', () => {
    const { logLevel } = JSON.parse(readFileSync('host.json', 'utf8')).logging;
    const heard = Object.keys(logLevel).flatMap(
      (category) => /^Function\.(.+)\.User$/.exec(category)?.[1] ?? [],
    );
    const names = load(altinn).registered.map(([name]) => name);
    expect(names.length).toBeGreaterThan(15);
    expect(heard.sort()).toEqual(names.sort());
    for (const name of names) expect(logLevel[`Function.${name}.User`]).toBe('Information');
  });

  it('registers with credentials what repairs', () => {
    const repairs = (settings: Record<string, string>) =>
      load({ ...altinn, ...settings })
        .registered.map(([name, { schedule, queueName }]) => [name, schedule ?? queueName])
        .filter(([name]) => /audit|reconcile/.test(name as string));
    const audits = [
      ['audit-window', 'audits'],
      ['redrive-audits', 'audits-poison'],
    ];
    expect(repairs({ AUDIT_SCHEDULE: '0 0 4 * * *' })).toEqual([
      ...audits,
      ['reconcile-events', '0 7 * * * *'],
      ['audit-letters', '0 0 4 * * *'],
    ]);
    expect(repairs({ ALTINN_SYSTEM_USER_ORG: '313154599' })).toHaveLength(4);
    expect(repairs({ MASKINPORTEN_SCOPES: 'altinn:events.subscribe' })).toEqual([
      ['reconcile-events', '0 7 * * * *'],
    ]);
  });

  it('does so with a managed identity in place of a connection string', () => {
    const { registered, error } = load({
      AzureWebJobsStorage__queueServiceUri: 'https://myaccount.queue.core.windows.net',
      AzureWebJobsStorage__tableServiceUri: 'https://myaccount.table.core.windows.net',
      AzureWebJobsStorage__clientId: '5b0a9c11-8e1c-4bd0-9f51-3f8d2a7a0f3e',
    });
    expect([registered.length, error]).toEqual([21, undefined]);
  });

  it.each([
    [{ DATA_STORAGE: storage }, 'DATA_STORAGE'],
    [{}, 'AzureWebJobsStorage'],
  ])('reads its queues where the data is: %j', (settings, connection) => {
    const { registered } = load({ AzureWebJobsStorage: storage, ...settings });
    const connections = registered.flatMap(([, binding]) => (binding as Binding).connection ?? []);
    expect(connections.length).toBeGreaterThan(3);
    expect(new Set(connections)).toEqual(new Set([connection]));
  });

  // The host logs a line of stderr that holds "warn" as a warning: see functions/index.ts.
  it('warns of a setting that is misspelt, in a line of stderr that says Warning', () => {
    const { error } = load(
      { AzureWebJobsStorage: storage, FOLLOWUP_GRACE: 'PT1H' },
      'Warning: FOLLOWUP_GRACE is set, and nothing reads it. Did you mean FOLLOW_UP_GRACE?\n',
    );
    expect(error).toBeUndefined();
  });

  it('registers reconcile-events where there are credentials and resources', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const credentials = {
      ALTINN_ENVIRONMENT: 'tt02',
      MASKINPORTEN_CLIENT_ID: 'us',
      MASKINPORTEN_KEY: JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'x' }),
    };
    const bindingOf = (more: Record<string, string>) => {
      const { registered, error } = load({ AzureWebJobsStorage: storage, ...more });
      expect(error).toBeUndefined();
      return registered.find(([name]) => name === 'reconcile-events')?.[1];
    };
    expect(bindingOf({ ...credentials, ALTINN_RESOURCES: 'my-letters' })).toMatchObject({
      type: 'timerTrigger',
      schedule: '0 7 * * * *',
    });
    expect(bindingOf(credentials)).toBeUndefined();
    expect(bindingOf({ ALTINN_RESOURCES: 'my-letters' })).toBeUndefined();
  });

  it('loads OpenTelemetry where it is asked for, and only there', () => {
    const endpoint = { AzureWebJobsStorage: storage, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' };
    expect(load(endpoint).files).toEqual(['index.js']);
    expect(load({ ...endpoint, OPEN_TELEMETRY: 'otlp' }).files).toEqual(['index.js', 'telemetry.js']);
  });

  it('receives where Azure has not read a secret from Key Vault, and says so', () => {
    const reference = '@Microsoft.KeyVault(SecretUri=https://kv-a.vault.azure.net/secrets/maskinporten-key)';
    const warning = 'Warning: MASKINPORTEN_KEY is a Key Vault reference that Azure has not resolved\n';
    const { registered, error } = load({ ...altinn, MASKINPORTEN_KEY: reference }, warning);
    expect(error).toBeUndefined();
    const names = registered.map(([name]) => name);
    for (const name of ['receive-events', 'track-events', 'reconcile-events']) expect(names).toContain(name);
  });

  it('does not start with a schedule that no timer takes', () => {
    const { registered, error } = load({ AzureWebJobsStorage: storage, RECONCILE_SCHEDULE: '99 * * * * *' });
    expect(registered.map(([name]) => name)).toEqual(['health']);
    expect(error).toMatch(/^RECONCILE_SCHEDULE is no NCRONTAB: its seconds .*Example: /);
  });

  it('takes the policy of the file beside it, and the one of the setting in its place', () => {
    const folder = temporaryDirectory();
    cpSync('dist', folder, { recursive: true });
    const errorBy = (settings: Record<string, string>) =>
      load({ AzureWebJobsStorage: storage, ...settings }, '', folder).error;
    writeFileSync(join(folder, 'follow-up.policy.json'), '{ "kinds": { "never-red": {} }, "quietHour": 1 }');
    expect(errorBy({})).toBe(
      'follow-up.policy.json: kinds.never-red is unknown. Did you mean never-read?\nfollow-up.policy.json: quietHour is unknown. Did you mean quietHours?',
    );
    expect(errorBy({ FOLLOW_UP_POLICY: '{' })).toMatch(/^FOLLOW_UP_POLICY is no JSON: /);
    const policy = { kinds: { 'never-read': { steps: [{ after: '5 working days', channel: 'log' }] } } };
    expect(errorBy({ FOLLOW_UP_POLICY: JSON.stringify(policy) })).toBeUndefined();
    expect(errorBy({ FOLLOW_UP_POLICY: 'none' })).toBeUndefined();
  });

  it.each([
    [{}, 'AzureWebJobsStorage is missing'],
    [{ AzureWebJobsStorage: storage, FOLLOW_UP_GRACE: 'soon' }, 'FOLLOW_UP_GRACE is no ISO 8601 duration'],
  ])(
    'with wrong settings says so after it has registered a function: else Azure shows an empty app',
    (settings, message) => {
      const { registered, error } = load(settings as Record<string, string>);
      expect(registered.map(([name]) => name)).toEqual(['health']);
      expect(error).toContain(message);
      expect(error).toContain('Example');
    },
  );

  it('is one minified file of CommonJS with a source map', () => {
    const code = readFileSync('dist/index.js', 'utf8');
    expect(code).toContain('sourceMappingURL=index.js.map');
    expect(code).toMatch(/^const __bundleUrl=require\('node:url'\).*\n"use strict";/);
    // A minified line is long.
    expect(code.length / code.split('\n').length).toBeGreaterThan(1_000);
  });
});
