import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { simulateAzure } from '../../support/azure/azure.ts';
import { signedInBy } from '../../support/azure/signed-in.ts';
import { app, endpoint, resourceGroup, subscription, vault } from '../../support/azure/state.ts';

/** Runs the hook as azd does: by tsx, in its own folder, with azd's values in the environment. */
async function runHook(environment: Record<string, string>) {
  const script = resolve('infra/azure/hooks/postdeploy.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script], {
    cwd: 'infra/azure/hooks',
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, stdout, stderr };
}

const azd = {
  AZURE_SUBSCRIPTION_ID: subscription,
  AZURE_RESOURCE_GROUP: resourceGroup,
  AZURE_FUNCTION_APP_NAME: app,
  AZURE_KEY_VAULT_NAME: vault,
  RECEIVER_ENDPOINT: endpoint,
};

it('the hook, as azd runs it, stores the keys and prints the next command without them', async () => {
  const azure = await simulateAzure();
  const { code, stdout, stderr } = await runHook({ ...signedInBy(azure), ...azd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(`--key-vault ${vault}`);
  const stored = [...azure.state.secrets.values()].flat();
  expect(stored).toHaveLength(2);
  for (const { value } of stored) expect(stdout).not.toContain(value);
});

it('the hook says how to sign in where nobody is', async () => {
  const azure = await simulateAzure();
  const { code, stderr } = await runHook({
    ...signedInBy(azure),
    ...azd,
    PATH: '/nowhere',
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/The keys were not stored\.[\s\S]*azd auth login/);
});
