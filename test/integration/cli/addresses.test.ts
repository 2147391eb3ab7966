import { describe, expect, it } from 'vitest';
import { cli, endpointKey, newKey } from '../../support/altinn/cli.ts';
import { clientKey, withTokens } from '../../support/altinn/client.ts';
import { type Seen, serve } from '../../support/altinn/server.ts';

const sent = `https://APP.invalid:443/api/./events?code=${endpointKey.replaceAll('-', '%2D')}`;
const stored = `https://app.invalid/api/events?code=${endpointKey}`;
const rotated = `https://app.invalid/api/events?code=${newKey}`;

/** The subscriptions of an Altinn that stores of the address `sent` what .NET makes of it, and validates at once. */
async function altinn({ alwaysOld = false } = {}) {
  const subscriptions: { id: number; endPoint: string; resourceFilter: string; validated: boolean }[] = [];
  const api = ({ method, path, body }: Seen) => {
    const id = Number(path.split('/').at(-1));
    if (method === 'POST') {
      const { endPoint: asSent, resourceFilter } = JSON.parse(body);
      const endPoint = asSent === sent ? stored : asSent;
      const old = subscriptions.find((one) => alwaysOld || one.endPoint === endPoint);
      const made = old ?? { id: 1000 + subscriptions.length, endPoint, resourceFilter, validated: true };
      if (!old) subscriptions.push(made);
      return { status: 201, body: made };
    }
    if (method === 'DELETE') subscriptions.splice(0);
    const one = subscriptions.find((subscription) => subscription.id === id);
    return { body: one ?? { count: subscriptions.length, subscriptions } };
  };
  const { url, seen } = await serve(withTokens(api));
  const settings = {
    ALTINN_ENVIRONMENT: url,
    MASKINPORTEN_URL: `${url}/maskinporten/`,
    MASKINPORTEN_CLIENT_ID: 'owner',
    MASKINPORTEN_KEY: JSON.stringify(clientKey.privateJwk),
  };
  const count = (wanted: string) =>
    seen.filter(({ method, path }) => method === wanted && path.includes('/subscriptions')).length;
  const run = (...args: string[]) => cli(args, settings);
  const ensure = (endpoint: string) =>
    run('subscription', 'ensure', '--resource', 'my-letters', '--endpoint', endpoint);
  const rotate = (endpoint: string) =>
    run('subscription', 'rotate', '--from', '1000', '--endpoint', endpoint, '--wait');
  return { subscriptions, count, run, ensure, rotate };
}

describe('an address that Altinn stores in another spelling', () => {
  it('is subscribed to once, however it is spelt and however often', async () => {
    const { subscriptions, count, ensure } = await altinn();
    for (const endpoint of [sent, sent, stored, ` ${sent} `]) {
      expect(await ensure(endpoint)).toMatchObject({ code: 0 });
    }
    expect(subscriptions).toMatchObject([{ endPoint: stored }]);
    expect(count('POST')).toBe(1);
  });

  it('is found by doctor', async () => {
    const { ensure, run } = await altinn();
    await ensure(sent);
    const { stdout } = await run('doctor', '--json', '--endpoint', sent, '--resource', 'my-letters');
    const { checks } = JSON.parse(stdout) as { checks: { name: string }[] };
    expect(checks.find(({ name }) => name === 'subscription')).toMatchObject({
      result: 'ok',
      detail: '1000 exists and is validated',
    });
  });

  it('is known by doctor with another key', async () => {
    const { ensure, run } = await altinn();
    await ensure(rotated);
    const { stdout } = await run('doctor', '--endpoint', sent, '--resource', 'my-letters');
    expect(stdout).toContain('1000 has this address with another key');
  });

  it('is no address to rotate to: that is refused before the call', async () => {
    const { subscriptions, count, ensure, rotate } = await altinn();
    await ensure(sent);
    for (const endpoint of [sent, stored]) {
      expect(await rotate(endpoint)).toMatchObject({ code: 1, stderr: expect.stringContaining('already') });
    }
    expect(subscriptions).toHaveLength(1);
    expect([count('POST'), count('DELETE')]).toEqual([1, 0]);
  });

  it('is not deleted when Altinn answers a rotation with the old subscription', async () => {
    const { subscriptions, count, ensure, rotate } = await altinn({ alwaysOld: true });
    await ensure(sent);
    expect(await rotate(rotated)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('nothing is deleted'),
    });
    expect(subscriptions).toHaveLength(1);
    expect([count('POST'), count('DELETE')]).toEqual([2, 0]);
  });
});
