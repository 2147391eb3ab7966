import { describe, expect, it } from 'vitest';
import { makeAsk } from '../../../infra/azure/client/ask.ts';
import { AzureError } from '../../../infra/azure/client/azure-error.ts';
import { explained } from '../../../infra/azure/client/remedy.ts';
import { readAzdEnvironment } from '../../../infra/azure/hooks/azd-environment.ts';
import { nextStep } from '../../../infra/azure/hooks/next-step.ts';
import { storeKeys } from '../../../infra/azure/hooks/store-keys.ts';
import { simulateAzure } from '../../support/azure/azure.ts';
import { signedIn } from '../../support/azure/signed-in.ts';
import { app, endpoint, resourceGroup, subscription, vault } from '../../support/azure/state.ts';

const readers = ['read-status', 'read-status-of-attachment', 'read-status-of-notification-order'];

/** An azd environment, and runs of the hook for which time passes at once. */
async function arrange(more: Record<string, string> = {}) {
  const azure = await simulateAzure();
  const environment = {
    AZURE_SUBSCRIPTION_ID: subscription,
    AZURE_RESOURCE_GROUP: resourceGroup,
    AZURE_FUNCTION_APP_NAME: app,
    AZURE_KEY_VAULT_NAME: vault,
    RECEIVER_ENDPOINT: endpoint,
    ...more,
  };
  const lines: string[] = [];
  let time = 0;
  const runtime = {
    fetch: azure.fetch,
    now: () => time,
    sleep: async (ms: number) => {
      time += ms;
    },
    tell: (line: string) => void lines.push(line),
  };
  const run = () => storeKeys(readAzdEnvironment(environment), makeAsk(signedIn, runtime), runtime);
  /** The error that the hook ends with, as it is shown. */
  const failure = async () => {
    const error = await run().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    const text = error instanceof AzureError ? explained(error) : String(error);
    for (const key of secretsOf(azure.state)) expect(text + lines.join()).not.toContain(key);
    return text;
  };
  return { ...azure, run, failure, lines, waited: () => time };
}

function secretsOf({ functions, secrets }: Awaited<ReturnType<typeof simulateAzure>>['state']): string[] {
  const keys = [...functions.values()].flatMap((each) => Object.values(each));
  return [...keys, ...[...secrets.values()].flat().map(({ value }) => value)];
}

describe('the hook after a deployment', () => {
  it('makes the two keys and puts them into Key Vault, and prints neither', async () => {
    const { run, state, lines } = await arrange();
    await run();
    const key = state.functions.get('receive-events')?.altinn as string;
    expect(key).toBeTruthy();
    expect(state.secrets.get('receive-events-key')).toMatchObject([{ value: key, tags: { endpoint } }]);
    const [status] = new Set(readers.map((name) => state.functions.get(name)?.status));
    expect(status).toBeTruthy();
    expect(status).not.toBe(key);
    expect(state.secrets.get('read-status-key')).toMatchObject([
      { value: status, tags: { endpoint: `https://${app}.azurewebsites.net` } },
    ]);
    expect(lines).toMatchObject([expect.stringContaining('made'), expect.stringContaining('made')]);
    for (const secret of secretsOf(state)) expect(lines.join('\n')).not.toContain(secret);
  });

  it('gives the status a key that opens the three functions of the status and no other', async () => {
    const { run, state } = await arrange();
    await run();
    const holders = [...state.functions].filter(([, keys]) => keys.status).map(([name]) => name);
    expect(holders).toEqual(readers);
  });

  it('keeps keys and secrets when it runs again', async () => {
    const { run, state, lines, seen } = await arrange();
    await run();
    const before = secretsOf(state);
    seen.length = 0;
    await run();
    expect(secretsOf(state)).toEqual(before);
    expect(seen.filter(({ method }) => method === 'PUT')).toEqual([]);
    expect(lines.slice(2)).toMatchObject([expect.stringContaining('kept'), expect.stringContaining('kept')]);
  });

  it('puts a key that is there into a vault that lacks it', async () => {
    const { run, state } = await arrange();
    state.functions.set('receive-events', { altinn: 'made-by-hand' });
    await run();
    expect(state.secrets.get('receive-events-key')).toMatchObject([{ value: 'made-by-hand' }]);
  });

  it('says so where the vault had another key, and keeps that one as an older version', async () => {
    const { run, state, lines } = await arrange();
    state.secrets.set('receive-events-key', [{ value: 'the-one-before' }]);
    await run();
    expect(state.secrets.get('receive-events-key')).toHaveLength(2);
    expect(lines.join('\n')).toContain('another key there before');
    expect(lines.join('\n')).not.toContain('the-one-before');
  });

  it('makes a key of another name beside the old one, to change it with overlap', async () => {
    const { run, state } = await arrange({ RECEIVE_EVENTS_KEY_NAME: 'altinn-2027' });
    state.functions.set('receive-events', { altinn: 'the-old-one' });
    await run();
    expect(Object.keys(state.functions.get('receive-events') ?? {})).toEqual(['altinn', 'altinn-2027']);
    expect(state.secrets.get('receive-events-key')?.at(-1)?.value).not.toBe('the-old-one');
  });

  it('keeps the key that it was changed to, for somebody who has not heard of the change', async () => {
    const { run, state, lines, seen } = await arrange();
    state.functions.set('receive-events', { altinn: 'the-old-one', 'altinn-2027': 'the-new-one' });
    state.secrets.set('receive-events-key', [{ value: 'the-new-one', tags: { endpoint } }]);
    await run();
    expect(state.secrets.get('receive-events-key')).toHaveLength(1);
    expect(seen.filter(({ method, path }) => method === 'PUT' && path.includes('receive-events'))).toEqual(
      [],
    );
    expect(lines[0]).toContain('Key altinn-2027 of receive-events: kept');
  });

  it('makes a key where the vault holds one that opens receive-events and is not named for Altinn', async () => {
    const { run, state } = await arrange();
    state.secrets.set('receive-events-key', [{ value: 'default-key-of-receive-events' }]);
    await run();
    const { altinn } = state.functions.get('receive-events') ?? {};
    expect(state.secrets.get('receive-events-key')?.at(-1)?.value).toBe(altinn);
  });
});

describe('the hook waits, and says so,', () => {
  it('until Azure knows the functions', async () => {
    const { run, state, lines, waited } = await arrange();
    state.notIndexed = 3;
    await run();
    expect(lines.filter((line) => /^Waiting .*does not know receive-events/.test(line))).toHaveLength(3);
    expect(waited()).toBe(45_000);
  });

  it('until the Functions host answers', async () => {
    const { run, state, lines } = await arrange();
    state.hostAway = 2;
    await run();
    expect(lines[0]).toContain('Waiting');
    expect(state.secrets.size).toBe(2);
  });

  it('until a new role at the vault is effective', async () => {
    const { run, state, lines } = await arrange();
    state.vaultRefuses = { why: 'ForbiddenByRbac', times: 4 };
    await run();
    expect(lines.filter((line) => line.includes('ForbiddenByRbac'))).toHaveLength(4);
  });

  it('for as long as Azure asks when it throttles', async () => {
    const { run, state, waited } = await arrange();
    state.throttled = 2;
    await run();
    expect(waited()).toBe(2_000);
  });

  it('ten minutes and no longer', async () => {
    const { failure, state, waited } = await arrange();
    state.notIndexed = Number.POSITIVE_INFINITY;
    expect(await failure()).toContain('does not know receive-events');
    expect(waited()).toBe(600_000);
  });
});

describe('the hook ends at once, with what was wrong and what to do, where', () => {
  it('the subscription is another', async () => {
    const { failure, waited } = await arrange({ AZURE_SUBSCRIPTION_ID: crypto.randomUUID() });
    expect(await failure()).toMatch(
      /404 SubscriptionNotFound[\s\S]*AZURE_SUBSCRIPTION_ID is no subscription/,
    );
    expect(waited()).toBe(0);
  });

  it.each(['Microsoft.Web/sites/functions/keys/write', 'Microsoft.Web/sites/functions/listkeys/action'])(
    'the user may not %s',
    async (action) => {
      const { failure, state, waited } = await arrange();
      state.denied.add(action);
      const text = await failure();
      expect(text).toContain(`403 AuthorizationFailed: the signed-in user may not ${action}`);
      expect(text).toContain('Website Contributor');
      expect(text).not.toContain('somebody@example.no');
      expect(waited()).toBe(0);
    },
  );

  it.each([
    ['ForbiddenByConnection', 'inside its virtual network'],
    ['ForbiddenByFirewall', 'inside its virtual network'],
  ])('the vault refuses by %s', async (why, remedy) => {
    const { failure, state, waited } = await arrange();
    state.vaultRefuses = { why, times: 100 };
    const text = await failure();
    expect(text).toContain(why);
    expect(text).toContain(remedy);
    expect(waited()).toBe(0);
  });

  it('the secret was deleted and is still kept', async () => {
    const { failure, state, waited } = await arrange();
    state.deletedSecrets.add('receive-events-key');
    expect(await failure()).toMatch(/409 ObjectIsDeletedButRecoverable[\s\S]*recover it/);
    expect(waited()).toBe(0);
  });

  it('the app is not there', async () => {
    const { failure } = await arrange({ AZURE_FUNCTION_APP_NAME: 'func-other' });
    expect(await failure()).toMatch(/404 ResourceNotFound[\s\S]*azd up/);
  });

  it('the vault is not there', async () => {
    const { failure, lines } = await arrange({ AZURE_KEY_VAULT_NAME: 'kv-other' });
    expect(await failure()).toMatch(
      /Key Vault kv-other could not be asked \(ENOTFOUND\)[\s\S]*typing errors/,
    );
    expect(lines.join()).not.toContain('Waiting');
  });

  it('azd gave no environment', () => {
    expect(() => readAzdEnvironment({ AZURE_KEY_VAULT_NAME: vault })).toThrow(
      /AZURE_SUBSCRIPTION_ID, AZURE_RESOURCE_GROUP, AZURE_FUNCTION_APP_NAME, RECEIVER_ENDPOINT are missing/,
    );
  });
});

describe('the next step', () => {
  it('is a line for each resource, with the recipient where it is one, and has no key', async () => {
    const { run, state } = await arrange();
    await run();
    const environment = {
      AZURE_SUBSCRIPTION_ID: subscription,
      AZURE_RESOURCE_GROUP: resourceGroup,
      AZURE_FUNCTION_APP_NAME: app,
      AZURE_KEY_VAULT_NAME: vault,
      RECEIVER_ENDPOINT: endpoint,
      ALTINN_ENVIRONMENT: 'tt02',
      ALTINN_RESOURCES: 'my-letters,my-decisions',
    };
    const text = nextStep(readAzdEnvironment(environment), environment);
    for (const id of ['my-letters', 'my-decisions']) {
      expect(text).toContain(`subscription ensure --env tt02 --resource ${id} --key-vault ${vault}\n`);
    }
    expect(text).toContain(endpoint);
    for (const secret of secretsOf(state)) expect(text).not.toContain(secret);
    expect(text).not.toContain('--recipient');
    expect(text).not.toContain('OWN_SETTINGS');
    const leftOut = { ...environment, OWN_SETTINGS_LEFT_OUT: 'FOLLOW_UP_GRACE, TZ' };
    expect(nextStep(readAzdEnvironment(leftOut), leftOut)).toMatch(
      /^\nWarning: of OWN_SETTINGS .*: FOLLOW_UP_GRACE, TZ\n/,
    );
    expect(
      nextStep(readAzdEnvironment(environment), { ...environment, ALTINN_SYSTEM_USER_ORG: '991825827' }),
    ).toContain(`--resource my-decisions --recipient 991825827 --key-vault ${vault}\n`);
  });
});
