import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Altinn, startAltinn } from '../../../infra/simulator/altinn.ts';
import { cli, endpointKey, newKey, organization, settingsOf } from '../../support/altinn/cli.ts';
import { type FakeReceiver, startReceiver } from '../../support/altinn/receiver.ts';
import { type SimulatedAzure, simulateAzure } from '../../support/azure/azure.ts';
import { signedInBy } from '../../support/azure/signed-in.ts';
import { vault } from '../../support/azure/state.ts';

let altinn: Altinn;
let receiver: FakeReceiver;
let settings: Record<string, string>;

beforeEach(async () => {
  altinn = await startAltinn({ timeScale: 0, resources: { 'my-letters': organization } });
  receiver = await startReceiver();
  settings = settingsOf(altinn);
});
afterEach(async () => {
  receiver.stop();
  await altinn.stop();
});

const all = () => altinn.simulator.subscriptions.list();
const webhook = () => `${receiver.url}/api/events`;

/** A vault that holds the key of the webhook, and who may read it. */
async function arrange(value = endpointKey): Promise<SimulatedAzure> {
  const azure = await simulateAzure();
  azure.state.secrets.set('receive-events-key', [{ value, tags: { endpoint: webhook() } }]);
  azure.state.secrets.set('read-status-key', [{ value, tags: { endpoint: receiver.url } }]);
  settings = { ...settings, ...signedInBy(azure) };
  return azure;
}

const ensure = (...more: string[]) =>
  cli(['subscription', 'ensure', '--resource', 'my-letters', '--key-vault', vault, ...more], settings);

describe('subscription ensure --key-vault', () => {
  it('takes the key and the address from the vault, and shows no key', async () => {
    await arrange();
    expect(await ensure()).toMatchObject({ code: 0, stdout: expect.stringContaining('?code=***') });
    expect(all()).toMatchObject([{ endPoint: receiver.endpoint, validated: true }]);
  });

  it('puts the key into the address that is given', async () => {
    const { state } = await arrange();
    state.secrets.set('receive-events-key', [{ value: endpointKey }]);
    expect(await ensure('--endpoint', webhook())).toMatchObject({ code: 0 });
    expect(all()).toMatchObject([{ endPoint: receiver.endpoint }]);
    expect(await ensure()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('No address is stored'),
    });
  });

  it('writes a key as the portal does, so that it is no other subscription', async () => {
    await arrange('a+key==');
    receiver.keys.add('a+key==');
    await ensure();
    expect(all()).toMatchObject([{ endPoint: `${webhook()}?code=a%2Bkey==` }]);
  });

  it('refuses two keys, and a name that no vault has', async () => {
    await arrange();
    const twice = await ensure('--endpoint', `${webhook()}?code=another`);
    expect(twice).toMatchObject({ code: 2, stderr: expect.stringContaining('has a key already') });
    const other = await cli(
      ['subscription', 'ensure', '--resource', 'my-letters', '--key-vault', 'evil.example/x'],
      settings,
    );
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('no name of a Key Vault') });
  });

  it('says what is wanted where neither an address nor a vault is given', async () => {
    const { code, stderr } = await cli(['subscription', 'ensure', '--resource', 'my-letters'], settings);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('--endpoint is missing, and --key-vault too'),
    ]);
  });

  it('says which role is lacking', async () => {
    const { state } = await arrange();
    state.vaultRefuses = { why: 'ForbiddenByRbac', times: 9 };
    expect(await ensure()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/403 ForbiddenByRbac[\s\S]*Key Vault Secrets User/),
    });
  });

  it('says what to do before the first deployment, and where nobody is signed in', async () => {
    const { state } = await arrange();
    state.secrets.clear();
    expect(await ensure()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('azd hooks run postdeploy'),
    });
    settings.PATH = '/nowhere';
    expect(await ensure()).toMatchObject({ code: 1, stderr: expect.stringContaining('azd auth login') });
  });
});

it('subscription rotate --key-vault takes the new key from there', async () => {
  const { state } = await arrange();
  await ensure();
  state.secrets.get('receive-events-key')?.push({ value: newKey, tags: { endpoint: webhook() } });
  const from = String(all()[0]?.id);
  const rotated = await cli(['subscription', 'rotate', '--from', from, '--key-vault', vault], settings);
  expect(rotated.code).toBe(0);
  expect(all().map(({ endPoint }) => endPoint)).toEqual([receiver.endpoint, `${webhook()}?code=${newKey}`]);
});

it('status --key-vault reads the receiver with the key of the status', async () => {
  await arrange();
  altinn.simulator.createLetters({}, 1);
  const [{ event } = { event: { resourceinstance: '' } }] = altinn.simulator.log.all();
  const { stdout } = await cli(['status', event.resourceinstance, '--key-vault', vault], settings);
  expect(stdout).toContain('nothing tracked');
});
