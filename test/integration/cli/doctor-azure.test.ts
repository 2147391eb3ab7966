import { expect, it } from 'vitest';
import { cli } from '../../support/altinn/cli.ts';
import { simulateAzure } from '../../support/azure/azure.ts';
import { signedInBy } from '../../support/azure/signed-in.ts';
import { resourceGroup, subscription } from '../../support/azure/state.ts';

type Line = { name: string; result: string; detail: string; fix?: string };

/** The lines about Azure, of a doctor that knows nothing of Altinn. */
async function doctor(...args: string[]): Promise<Line[]> {
  const azure = await simulateAzure();
  const { stdout } = await cli(['doctor', '--json', ...args], signedInBy(azure));
  const { checks } = JSON.parse(stdout) as { checks: Line[] };
  return checks.filter(({ name }) => name.startsWith('Azure'));
}

it('doctor asks Azure as the signed-in user, besides all else', async () => {
  const lines = await doctor('--azure', resourceGroup, '--subscription', subscription);
  expect(lines.map(({ name, result }) => [name, result])).toEqual([
    ['Azure', 'ok'],
    ['Azure settings', 'ok'],
    ['Azure Key Vault references', 'skipped'],
    ['Azure roles', 'ok'],
    ['Azure functions', 'ok'],
    ['Azure key', 'fail'],
    ['Azure heartbeat', 'ok'],
  ]);
});

it.each<[string, string[], string]>([
  [
    'the subscription is another',
    ['--azure', resourceGroup, '--subscription', crypto.randomUUID()],
    'SubscriptionNotFound',
  ],
  [
    'the resource group is not there',
    ['--azure', 'rg-other', '--subscription', subscription],
    'ResourceGroupNotFound',
  ],
  ['no subscription is given', ['--azure', resourceGroup], '--subscription is missing'],
])('doctor fails one line and skips what rests on it where %s', async (_, args, detail) => {
  const [first, ...others] = await doctor(...args);
  expect(first).toMatchObject({
    result: 'fail',
    detail: expect.stringContaining(detail),
    fix: expect.any(String),
  });
  for (const { result, detail } of others) expect([result, detail]).toEqual(['skipped', 'because of: Azure']);
});

it('doctor says nothing of Azure unless it is asked to', async () => {
  expect(await doctor()).toEqual([]);
});
