import { createRemoteJWKSet, decodeJwt, generateKeyPair, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AssertionChanges,
  altinnToken,
  apiOf,
  assertion,
  makeClient,
  ownerScopes,
  requestToken,
  startTestAltinn,
  systemUser,
  type TestClient,
} from '../../support/simulator.ts';

let altinn: Awaited<ReturnType<typeof startTestAltinn>>;
let client: TestClient;

beforeAll(async () => {
  altinn = await startTestAltinn();
  client = altinn.client;
});
afterAll(() => altinn.stop());

async function ask(changes: AssertionChanges = {}, scope = ownerScopes) {
  const answer = await requestToken(altinn, await assertion(altinn, client, scope, changes));
  return { status: answer.status, body: (await answer.json()) as Record<string, string> };
}

const now = () => Math.floor(Date.now() / 1000);

describe('the token endpoint', () => {
  it('gives an access token that its own keys verify', async () => {
    const { status, body } = await ask();
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 119, scope: ownerScopes });
    const metadata = await fetch(`${altinn.maskinportenUrl}.well-known/oauth-authorization-server`);
    const { issuer, jwks_uri, token_endpoint } = (await metadata.json()) as Record<string, string>;
    expect(token_endpoint).toBe(`${altinn.maskinportenUrl}token`);
    const { payload } = await jwtVerify(
      body.access_token as string,
      createRemoteJWKSet(new URL(jwks_uri as string)),
      { issuer: issuer as string },
    );
    expect(payload).toMatchObject({ consumer: { ID: '0192:991825827' }, scope: ownerScopes });
  });

  it('carries a system user', async () => {
    const { body } = await ask({ claims: systemUser('310000001') });
    expect(decodeJwt(body.access_token as string).authorization_details).toMatchObject([
      { type: 'urn:altinn:systemuser', systemuser_org: { ID: '0192:310000001' } },
    ]);
  });

  it.each<[string, AssertionChanges, number, string, RegExp]>([
    ['an unknown client', { claims: { iss: 'nobody' } }, 401, 'invalid_client', /Unknown client/],
    ['an unknown key id', { header: { kid: 'other' } }, 400, 'invalid_grant', /kid/],
    [
      'an audience without the slash',
      { claims: { aud: 'http://127.0.0.1/maskinporten' } },
      400,
      'invalid_grant',
      /aud/,
    ],
    ['a life over 120 s', { claims: { exp: now() + 200 } }, 400, 'invalid_grant', /120 seconds/],
    ['an expired one', { claims: { iat: now() - 200, exp: now() - 90 } }, 400, 'invalid_grant', /expired/],
    [
      'one from the future',
      { claims: { iat: now() + 100, exp: now() + 200 } },
      400,
      'invalid_grant',
      /in the future/,
    ],
    ['no jti', { claims: { jti: undefined } }, 400, 'invalid_grant', /jti/],
    ['no iat', { claims: { iat: undefined } }, 400, 'invalid_grant', /iat/],
    ['a strange system user', { claims: systemUser('1') }, 400, 'invalid_grant', /authorization_details/],
  ])('refuses %s', async (_, changes, status, error, description) => {
    const answer = await ask(changes);
    expect(answer).toMatchObject({ status, body: { error } });
    expect(answer.body.error_description).toMatch(description);
  });

  it('refuses another key', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    expect(await ask({ key: privateKey })).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant', error_description: expect.stringMatching(/signature/) },
    });
  });

  it('refuses another algorithm', async () => {
    const answer = await ask({ header: { alg: 'HS256' }, key: new Uint8Array(32) });
    expect(answer).toMatchObject({
      status: 400,
      body: { error_description: expect.stringMatching(/RS256/) },
    });
  });

  it('refuses an assertion that was used before', async () => {
    const jwt = await assertion(altinn, client, ownerScopes);
    expect((await requestToken(altinn, jwt)).status).toBe(200);
    const again = await requestToken(altinn, jwt);
    expect(again.status).toBe(400);
    expect(await again.json()).toMatchObject({ error: 'invalid_grant' });
  });

  it.each([['altinn:events.subscribe altinn:admin'], ['']])('refuses the scope "%s"', async (scope) => {
    expect(await ask({}, scope)).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
  });

  it('refuses what is no JWT grant', async () => {
    expect(await (await requestToken(altinn, 'x.y.z')).json()).toMatchObject({ error: 'invalid_grant' });
    const other = await fetch(`${altinn.maskinportenUrl}token`, { method: 'POST', body: 'grant_type=x' });
    expect(other.status).toBe(400);
    expect(await other.json()).toEqual({ error: 'unsupported_grant_type' });
  });

  it('refuses to register a private key', async () => {
    const { privateKey: _, ...registration } = await makeClient();
    const withSecret = { ...registration, publicJwk: { ...registration.publicJwk, d: 'secret' } };
    expect(() => altinn.simulator.clients.register(withSecret)).toThrow(/public key alone/);
  });
});

describe('the exchange', () => {
  async function exchange(headers: Record<string, string>) {
    const url = `${altinn.url}/authentication/api/v1/exchange/maskinporten`;
    const { body } = await ask();
    return fetch(url, { headers: { authorization: `Bearer ${body.access_token}`, ...headers } });
  }

  it('gives a bare string, good for 30 minutes', async () => {
    const token = await (await exchange({})).text();
    const { iat = 0, exp = 0, ...claims } = decodeJwt(token);
    expect(exp - iat).toBe(1800);
    expect(claims).toMatchObject({ 'urn:altinn:org': 'ttd', scope: ownerScopes });
  });

  it('gives a JSON string to who accepts JSON', async () => {
    const answer = await exchange({ accept: 'application/json' });
    expect(answer.headers.get('content-type')).toMatch('application/json');
    expect(typeof (await answer.json())).toBe('string');
  });

  it('refuses what is no access token, an Altinn token too', async () => {
    expect((await exchange({ authorization: 'Bearer nonsense' })).status).toBe(401);
    const token = await altinnToken(altinn, client);
    expect((await exchange({ authorization: `Bearer ${token}` })).status).toBe(401);
  });

  it('is needed: the platform takes no access token', async () => {
    const { body } = await ask();
    const answer = await apiOf(altinn, body.access_token)('GET', '/events/api/v1/subscriptions');
    expect(answer.status).toBe(401);
  });
});

it('troubles an API as its knobs say', async () => {
  altinn.simulator.turn({ apis: { token: { tooManyRequests: 1 } } });
  const busy = await requestToken(altinn, 'x');
  expect([busy.status, busy.headers.get('retry-after')]).toEqual([429, '1']);
  altinn.simulator.turn({ apis: { token: { tooManyRequests: 0, serverError: 1, latency: 100 } } });
  const begun = performance.now();
  expect((await requestToken(altinn, 'x')).status).toBe(503);
  expect(performance.now() - begun).toBeGreaterThan(95);
  altinn.simulator.turn({ apis: { token: { serverError: 0, latency: 0 } } });
});
