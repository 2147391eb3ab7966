import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Cli } from '../../../infra/cli/cli.ts';
import { azureChecks } from '../../../infra/cli/doctor/azure/checks.ts';
import { alwaysThere } from '../../../infra/cli/doctor/azure/functions.ts';
import { findInstallation } from '../../../infra/cli/doctor/azure/installation.ts';
import type { Context, Outcome } from '../../../infra/cli/doctor/check.ts';
import { simulateAzure } from '../../support/azure/azure.ts';
import { signedIn } from '../../support/azure/signed-in.ts';
import {
  app,
  clientId,
  type Deployed,
  groupId,
  idOf,
  metricsPublisher,
  queueContributor,
  resourceGroup,
  storage,
  subscription,
  tableContributor,
  vault,
} from '../../support/azure/state.ts';

afterEach(() => vi.unstubAllGlobals());

/** What the checks say of a deployed environment after something was done to it. */
async function examine(change: (state: Deployed) => void = () => {}): Promise<Record<string, Outcome>> {
  const { state, fetch } = await simulateAzure();
  vi.stubGlobal('fetch', fetch);
  change(state);
  const cli = { environment: {}, azure: { subscription }, user: signedIn } as unknown as Cli;
  const value = await findInstallation({ azure: resourceGroup }, cli);
  const context = { installation: { ok: true, value } } as unknown as Context;
  const outcomes: Record<string, Outcome> = {};
  for (const { name, run } of azureChecks) outcomes[name] = await run(context);
  const said = JSON.stringify(outcomes);
  for (const secret of [...Object.values(state.settings), ...keysOf(state)])
    expect(said).not.toContain(secret);
  return outcomes;
}

const keysOf = ({ functions }: Deployed) => [...functions.values()].flatMap((keys) => Object.values(keys));
const reference = `@Microsoft.KeyVault(SecretUri=https://${vault}.vault.azure.net/secrets/webhook)`;
const giveKey = (state: Deployed) => void state.functions.set('receive-events', { altinn: 'the-key' });

describe('doctor --azure', () => {
  it('finds all well', async () => {
    const outcomes = await examine((state) => {
      giveKey(state);
      Object.assign(state.settings, {
        FOLLOW_UP_WEBHOOK_URL: 'https://case-system.example.no/follow-ups',
        FOLLOW_UP_WEBHOOK_SECRET: reference,
        MY_OWN_REACTIONS_SETTING: 'something-else',
      });
      state.references = { FOLLOW_UP_WEBHOOK_SECRET: { status: 'Resolved' } };
    });
    expect(Object.values(outcomes).map(({ result }) => result)).toEqual(azureChecks.map(() => 'ok'));
    expect(outcomes['Azure settings']?.detail).toContain('none of ours: MY_OWN_REACTIONS_SETTING');
  });

  it.each<[string, string, (state: Deployed) => void, object]>([
    [
      'a setting that Flex Consumption does not take',
      'settings',
      ({ settings }) => void Object.assign(settings, { FUNCTIONS_WORKER_RUNTIME: 'node' }),
      { result: 'warn', detail: expect.stringContaining('FUNCTIONS_WORKER_RUNTIME') },
    ],
    [
      'a setting that is missing',
      'settings',
      ({ settings }) => void Object.assign(settings, { FOLLOW_UP_WEBHOOK_SECRET: reference }),
      { result: 'fail', detail: expect.stringContaining('FOLLOW_UP_WEBHOOK_URL is missing') },
    ],
    [
      'a setting that is misspelt',
      'settings',
      ({ settings }) => void Object.assign(settings, { FOLLOWUP_GRACE: 'PT1234M' }),
      { result: 'warn', detail: expect.stringContaining('Did you mean FOLLOW_UP_GRACE?') },
    ],
    [
      'a reference that is not resolved',
      'Key Vault references',
      ({ references }) => void Object.assign(references, { MASKINPORTEN_KEY: { status: 'SecretNotFound' } }),
      {
        result: 'fail',
        detail: 'MASKINPORTEN_KEY: SecretNotFound',
        fix: expect.stringContaining('Put the secret'),
      },
    ],
    [
      'a role that is lacking',
      'roles',
      (state) => {
        state.roles = state.roles.filter(([role]) => role !== tableContributor);
      },
      {
        result: 'fail',
        detail: expect.stringContaining('lacks Storage Table Data Contributor on sthost'),
        // Without the option azd skips what has not changed.
        fix: expect.stringContaining('`azd provision --no-state`'),
      },
    ],
    [
      'a log that nobody may write',
      'roles',
      (state) => {
        state.roles = state.roles.filter(([role]) => role !== metricsPublisher);
      },
      { result: 'fail', detail: expect.stringContaining('Monitoring Metrics Publisher on appi-letters') },
    ],
    [
      'a role on another account, or below the account',
      'roles',
      (state) => {
        state.roles = state.roles.filter(([role]) => role !== queueContributor);
        state.roles.push(
          [queueContributor, idOf(storage, 'stdata')],
          [queueContributor, `${idOf(storage, 'sthost')}/queueServices/default/queues/reactions`],
        );
      },
      { result: 'fail', detail: expect.stringContaining('Storage Queue Data Contributor on sthost') },
    ],
    [
      'a storage account that is elsewhere',
      'roles',
      ({ settings }) =>
        void Object.assign(settings, {
          AzureWebJobsStorage__queueServiceUri: 'https://stother.queue.core.windows.net',
        }),
      { result: 'ok', detail: expect.stringContaining('not looked at, being elsewhere: stother') },
    ],
    [
      'the account of the data',
      'roles',
      ({ settings }) =>
        void Object.assign(settings, {
          DATA_STORAGE__queueServiceUri: 'https://stdata.queue.core.windows.net',
          DATA_STORAGE__tableServiceUri: 'https://stdata.table.core.windows.net',
          DATA_STORAGE__clientId: clientId,
        }),
      { result: 'fail', detail: expect.stringContaining('Storage Table Data Contributor on stdata') },
    ],
    [
      'data that is reached by connection string, and a host by the name of its account',
      'roles',
      (state) => {
        state.settings = {
          AzureWebJobsStorage__accountName: 'sthost',
          AzureWebJobsStorage__clientId: clientId,
          DATA_STORAGE: 'the-connection-string',
        };
      },
      { result: 'ok', detail: expect.stringContaining('all 1 that it needs') },
    ],
    [
      'an identity that the app does not have',
      'roles',
      ({ settings }) => void Object.assign(settings, { AzureWebJobsStorage__clientId: 'of-another' }),
      { result: 'fail', detail: expect.stringContaining('its client id names no identity of the app') },
    ],
    [
      'an app that stops at its settings',
      'functions',
      (state) => {
        state.functions = new Map([['health', {}]]);
      },
      { result: 'fail', fix: expect.stringContaining('stops at its settings') },
    ],
    [
      'a key that is missing',
      'key',
      () => {},
      { result: 'fail', fix: expect.stringContaining('azd hooks run') },
    ],
    [
      'a heart that has stopped',
      'heartbeat',
      (state) => {
        state.lastMeasured = new Date(Date.now() - 40 * 60_000).toISOString();
      },
      { result: 'fail', detail: expect.stringContaining('last measured at') },
    ],
    [
      'a heart that never beat',
      'heartbeat',
      (state) => {
        state.lastMeasured = null;
      },
      { result: 'fail', detail: expect.stringContaining('not measured for a day') },
    ],
    [
      'a log that the user may not read',
      'heartbeat',
      (state) => {
        state.lastMeasured = 'denied';
      },
      { result: 'skipped', detail: expect.stringContaining('not asked') },
    ],
  ])('tells of %s', async (_, check, change, outcome) => {
    expect((await examine(change))[`Azure ${check}`]).toMatchObject(outcome);
  });

  it('takes a role that is assigned above the account', async () => {
    const outcomes = await examine((state) => {
      state.roles = state.roles.map(([role]) => [role, groupId]);
    });
    expect(outcomes['Azure roles']).toMatchObject({ result: 'ok' });
  });

  it('leaves the settings of other plans alone', async () => {
    const outcomes = await examine((state) => {
      state.flex = false;
      state.settings.FUNCTIONS_WORKER_RUNTIME = 'node';
    });
    expect(outcomes['Azure settings']).toMatchObject({ result: 'ok' });
  });

  it.each([
    ['Microsoft.Web/sites/config/list/action', ['settings', 'roles'], 'Website Contributor'],
    ['Microsoft.Web/sites/functions/listkeys/action', ['key'], 'Website Contributor'],
    ['Microsoft.Authorization/roleAssignments/read', ['roles'], 'Reader on the resource group'],
  ])(
    'skips what needs %s where the user may not, and makes the other checks',
    async (action, without, role) => {
      const outcomes = await examine((state) => {
        giveKey(state);
        state.denied.add(action);
        state.references = { MASKINPORTEN_KEY: { status: 'Resolved' } };
      });
      for (const [name, { result, detail, fix }] of Object.entries(outcomes)) {
        const isWithout = without.some((check) => name === `Azure ${check}`);
        expect([name, result]).toEqual([name, isWithout ? 'skipped' : 'ok']);
        if (isWithout)
          expect([detail, fix]).toMatchObject([
            expect.stringContaining(action),
            expect.stringContaining(role),
          ]);
      }
    },
  );
});

it('finds one app among several by AZURE_FUNCTION_APP_NAME, and says so without it', async () => {
  const { state, fetch } = await simulateAzure();
  vi.stubGlobal('fetch', fetch);
  state.resources.push(['microsoft.web/sites', 'func-other']);
  const find = (azure: object) =>
    findInstallation({ azure: resourceGroup, subscription }, { azure, user: signedIn } as unknown as Cli);
  expect(await find({ functionApp: app })).toMatchObject({ name: app });
  await expect(find({})).rejects.toThrow('several apps in the resource group (func-letters, func-other)');
  await expect(find({ functionApp: 'func-none' })).rejects.toThrow('no function app func-none');
});

it('expects functions that the app registers', () => {
  const sources = ['index', 'compose', 'compose-people']
    .map((name) => readFileSync(`functions/${name}.ts`, 'utf8'))
    .join();
  for (const name of alwaysThere) expect(sources).toMatch(new RegExp(`['\\s]${name}\\b`));
});
