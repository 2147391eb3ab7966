import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeVerifyConditionToken } from '../../../shared/altinn/auth/condition-token.ts';
import { serve } from '../../support/altinn/server.ts';

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
let first: Pair;
let second: Pair;
beforeAll(async () => {
  const make = () => generateKeyPair('RS256', { extractable: true });
  [first, second] = await Promise.all([make(), make()]);
});

const scope = 'altinn:system/notifications.condition.check';
const consumer = { authority: 'iso6523-actorid-upis', ID: '0192:991825827' };

/** An issuer with keys that can be changed, and a clock. */
async function start() {
  const state = {
    keys: [['one', first]] as [string, Pair][],
    isDown: false,
    issuer: undefined as string | undefined,
    now: Date.parse('2026-08-20T06:00:00Z'),
  };
  const server = await serve(async ({ path }) => {
    if (state.isDown) return { status: 503 };
    if (path === '/.well-known/oauth-authorization-server') {
      return { body: { issuer: state.issuer ?? `${server.url}/`, jwks_uri: `${server.url}/jwk` } };
    }
    const keys = state.keys.map(async ([kid, { publicKey }]) => ({
      ...(await exportJWK(publicKey)),
      kid,
      alg: 'RS256',
    }));
    return { body: { keys: await Promise.all(keys) } };
  });
  const issuer = `${server.url}/`;
  const verify = makeVerifyConditionToken(issuer, { now: () => state.now });
  const token = async (
    claims: Record<string, unknown> = {},
    header: Record<string, unknown> = {},
    key: Pair['privateKey'] | Uint8Array = first.privateKey,
  ) => {
    const at = Math.floor(state.now / 1_000);
    const all = { iss: issuer, scope, consumer, iat: at, exp: at + 120, ...claims };
    return new SignJWT(JSON.parse(JSON.stringify(all)))
      .setProtectedHeader({ alg: 'RS256', kid: 'one', ...header })
      .sign(key);
  };
  const fetches = () => server.seen.filter(({ path }) => path === '/jwk').length;
  const tries = () => server.seen.filter(({ path }) => path.includes('well-known')).length;
  return { state, verify: (jwt: string) => verify(`Bearer ${jwt}`), raw: verify, token, fetches, tries };
}
const inSeconds = (now: number, seconds: number) => Math.floor(now / 1_000) + seconds;

describe('a token of Altinn Notifications', () => {
  it('is genuine, and the keys are fetched once for many', async () => {
    const { verify, token, fetches } = await start();
    for (let i = 0; i < 5; i++) expect(await verify(await token())).toEqual({ is: 'genuine' });
    expect(fetches()).toBe(1);
  });

  it('may have further scopes, and no authority beside the id', async () => {
    const { verify, token } = await start();
    expect(await verify(await token({ scope: `other:scope ${scope}` }))).toEqual({ is: 'genuine' });
    expect(await verify(await token({ consumer: { ID: consumer.ID } }))).toEqual({ is: 'genuine' });
  });

  it('is taken where clocks differ by some seconds, and no more', async () => {
    const { state, verify, token } = await start();
    const at = (seconds: number) => inSeconds(state.now, seconds);
    expect((await verify(await token({ exp: at(-5) }))).is).toBe('genuine');
    expect((await verify(await token({ nbf: at(5) }))).is).toBe('genuine');
    expect((await verify(await token({ exp: at(-15) }))).is).toBe('refused');
    expect((await verify(await token({ nbf: at(15) }))).is).toBe('refused');
  });

  it.each<[string, Record<string, unknown>]>([
    ['of another issuer', { iss: 'https://maskinporten.no/' }],
    ['of an issuer without the slash', { iss: 'https://test.maskinporten.no' }],
    ['that never expires', { exp: undefined }],
    ['without a scope', { scope: undefined }],
    ['of another scope', { scope: 'altinn:serviceowner' }],
    ['of a scope that only begins so', { scope: `${scope}.more` }],
    ['of a list of scopes', { scope: [scope] }],
    ['of another consumer', { consumer: { ...consumer, ID: '0192:310000001' } }],
    ['of a consumer with more digits', { consumer: { ...consumer, ID: '0192:9918258271' } }],
    ['of another register of consumers', { consumer: { ...consumer, authority: 'other' } }],
    ['without a consumer', { consumer: undefined }],
    ['of a consumer that is a text', { consumer: consumer.ID }],
  ])('%s is refused', async (_, claims) => {
    const { verify, token } = await start();
    expect((await verify(await token(claims))).is).toBe('refused');
  });

  it('by another key is refused', async () => {
    const { verify, token } = await start();
    expect((await verify(await token({}, {}, second.privateKey))).is).toBe('refused');
  });

  it('without a signature is refused', async () => {
    const { verify, token } = await start();
    const [, payload] = (await token()).split('.');
    const header = Buffer.from('{"alg":"none","kid":"one"}').toString('base64url');
    expect((await verify(`${header}.${payload}.`)).is).toBe('refused');
    expect((await verify(`${header}.${payload}.e30`)).is).toBe('refused');
  });

  it('signed with the public key as a secret is refused', async () => {
    const { verify, token } = await start();
    const secret = new TextEncoder().encode(await exportSPKI(first.publicKey));
    expect((await verify(await token({}, { alg: 'HS256' }, secret))).is).toBe('refused');
  });

  it('that was changed is refused', async () => {
    const { verify, token } = await start();
    const [header, , signature] = (await token()).split('.');
    const [, payload] = (await token({ jti: 'another' })).split('.');
    expect((await verify(`${header}.${payload}.${signature}`)).is).toBe('refused');
  });

  it.each([null, '', 'Bearer', 'Bearer x', 'Basic YTpi', 'Bearer a.b.c d'])(
    'is not %o',
    async (authorization) => {
      const { raw, fetches } = await start();
      expect((await raw(authorization)).is).toBe('refused');
      expect(fetches()).toBe(0);
    },
  );

  it('leaves nothing of itself in the reason', async () => {
    const { verify, token } = await start();
    const jwt = await token({ iss: 'https://secret.example.no/', consumer: { ID: '0192:01017012345' } });
    expect(JSON.stringify(await verify(jwt))).not.toMatch(/secret|01017012345|eyJ/);
  });
});

describe('the keys of the issuer', () => {
  it('are fetched anew at once for a key that is not known, and the old one is gone', async () => {
    const { state, verify, token } = await start();
    const old = await token();
    expect((await verify(old)).is).toBe('genuine');
    state.keys = [['two', second]];
    expect((await verify(await token({}, { kid: 'two' }, second.privateKey))).is).toBe('genuine');
    expect((await verify(old)).is).toBe('refused');
  });

  it('that are gone are not trusted for longer than ten minutes', async () => {
    const { state, verify, token } = await start();
    expect((await verify(await token())).is).toBe('genuine');
    state.keys = [['two', second]];
    state.now += 10 * 60_000 + 1;
    expect((await verify(await token())).is).toBe('refused');
  });

  it('are fetched once a minute at the most, whatever keys are named', async () => {
    const { state, verify, token, fetches } = await start();
    await verify(await token());
    for (let i = 0; i < 20; i++) {
      expect((await verify(await token({}, { kid: `key-${i}` }, second.privateKey))).is).toBe('refused');
      state.now += 1_000;
    }
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) =>
        verify(await token({}, { kid: `more-${i}` }, second.privateKey)),
      ),
    );
    expect(fetches()).toBe(2);
    state.now += 60_000;
    await verify(await token({}, { kid: 'once-more' }, second.privateKey));
    expect(fetches()).toBe(3);
  });

  it('that cannot be had say nothing of a token', async () => {
    const { state, verify, token, tries } = await start();
    state.isDown = true;
    expect(await verify(await token())).toMatchObject({ is: 'unknown', why: expect.stringContaining('503') });
    for (let i = 0; i < 10; i++) expect((await verify(await token())).is).toBe('unknown');
    expect(tries()).toBeLessThanOrEqual(2);
    state.isDown = false;
    state.now += 11_000;
    expect((await verify(await token())).is).toBe('genuine');
  });

  it('are used for a day where the issuer does not answer, and a token by a new one is left open', async () => {
    const { state, verify, token } = await start();
    await verify(await token());
    state.isDown = true;
    state.now += 60 * 60_000;
    expect((await verify(await token())).is).toBe('genuine');
    expect((await verify(await token({}, { kid: 'two' }, second.privateKey))).is).toBe('unknown');
    state.now += 24 * 60 * 60_000;
    expect((await verify(await token())).is).toBe('unknown');
  });

  it('are not taken from who says that it is another issuer', async () => {
    const { state, verify, token } = await start();
    state.issuer = 'https://maskinporten.no/';
    expect((await verify(await token())).is).toBe('unknown');
  });
});
