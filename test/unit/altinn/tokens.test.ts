import { jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { TokenError } from '../../../shared/altinn/auth/token-error.ts';
import { makeTokens } from '../../../shared/altinn/auth/tokens.ts';
import {
  altinnToken,
  clientKey,
  keyPieces,
  printed,
  settingsFor,
  writeScopes,
} from '../../support/altinn/client.ts';
import { type Reply, type Seen, serve } from '../../support/altinn/server.ts';

const sleep = async () => {};
const mostSecret = 'opaque-maskinporten-token';
const granted = { access_token: mostSecret, expires_in: 119, scope: writeScopes };

interface Answers {
  readonly token?: (request: Seen) => Reply | undefined;
  readonly exchange?: (request: Seen) => Reply | undefined | Promise<Reply | undefined>;
}

async function tokensAt({ token, exchange }: Answers, more: Record<string, string> = {}, now = Date.now) {
  const server = await serve((request) => {
    if (request.path === '/maskinporten/token') return token ? token(request) : { body: granted };
    return exchange ? exchange(request) : altinnToken(writeScopes, 1_800, now()).then((body) => ({ body }));
  });
  const requests = (path: string) => server.seen.filter((request) => request.path.includes(path)).length;
  return { tokens: makeTokens(settingsFor(server.url, more), { sleep, now }), server, requests };
}

async function errorOf(answers: Answers, more: Record<string, string> = {}): Promise<TokenError> {
  const { tokens } = await tokensAt(answers, more);
  const error = await tokens.current().catch((error: unknown) => error);
  expect(error).toBeInstanceOf(TokenError);
  for (const secret of [...keyPieces, mostSecret]) expect(printed(error)).not.toContain(secret);
  return error as TokenError;
}

describe('the grant', () => {
  it('is signed by the key, for the issuer, for 120 s at most, and never the same twice', async () => {
    let first = true;
    const { tokens, server } = await tokensAt({
      token: () => {
        if (!first) return { body: granted };
        first = false;
        return { status: 503 };
      },
    });
    await tokens.current();
    const grants = server.seen
      .filter(({ path }) => path === '/maskinporten/token')
      .map(({ body }) => new URLSearchParams(body));
    expect(grants[0]?.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const [a, b] = await Promise.all(
      grants.map((grant) =>
        jwtVerify(grant.get('assertion') ?? '', clientKey.publicKey, {
          issuer: 'test-client',
          audience: `${server.url}/maskinporten/`,
          algorithms: ['RS256'],
        }),
      ),
    );
    expect(a?.protectedHeader).toEqual({ alg: 'RS256', kid: 'test-key' });
    expect(a?.payload.scope).toBe(writeScopes);
    expect((a?.payload.exp ?? 0) - (a?.payload.iat ?? 0)).toBeLessThanOrEqual(120);
    expect(a?.payload).not.toHaveProperty('authorization_details');
    expect(a?.payload.jti).not.toBe(b?.payload.jti);
  });

  it('asks for a system user', async () => {
    const { tokens, server } = await tokensAt(
      { token: () => ({ body: { ...granted, scope: undefined } }) },
      { ALTINN_SYSTEM_USER_ORG: '313154599' },
    );
    await tokens.current();
    const assertion = new URLSearchParams(server.seen[0]?.body).get('assertion') ?? '';
    const { payload } = await jwtVerify(assertion, clientKey.publicKey);
    expect(payload.scope).toBe('altinn:events.subscribe altinn:correspondence.read');
    expect(payload.authorization_details).toEqual([
      {
        type: 'urn:altinn:systemuser',
        systemuser_org: { authority: 'iso6523-actorid-upis', ID: '0192:313154599' },
      },
    ]);
  });
});

describe('the token', () => {
  it('is the exchanged one, bare or quoted, with its scopes', async () => {
    const token = await altinnToken('altinn:one altinn:two');
    for (const body of [token, `"${token}"`]) {
      const { tokens, server } = await tokensAt({ exchange: () => ({ body }) });
      const current = await tokens.current();
      expect(current.authorization()).toBe(`Bearer ${token}`);
      expect(current.scopes).toEqual(['altinn:one', 'altinn:two']);
      expect(server.seen.at(-1)?.headers.authorization).toBe(`Bearer ${mostSecret}`);
    }
  });

  it('has the granted scopes when it is opaque, and none when nobody names any', async () => {
    const opaque = { exchange: () => ({ body: 'opaque' }) };
    const one = await tokensAt(opaque);
    expect((await one.tokens.current()).scopes).toEqual(writeScopes.split(' '));
    const none = await tokensAt({ ...opaque, token: () => ({ body: { ...granted, scope: undefined } }) });
    expect((await none.tokens.current()).scopes).toEqual([]);
  });

  it('shows in no output', async () => {
    const { tokens } = await tokensAt({});
    const token = await tokens.current();
    const secret = token.authorization().slice('Bearer '.length);
    for (const value of [token, tokens, { tokens, token }]) {
      expect(printed(value)).not.toContain(secret);
      expect(printed(value)).not.toContain(mostSecret);
    }
  });

  it('is fetched once by many at a time, and kept until a minute before it expires', async () => {
    let now = Date.now();
    const { tokens, requests } = await tokensAt({}, {}, () => now);
    const all = await Promise.all(Array.from({ length: 20 }, () => tokens.current()));
    expect(new Set(all).size).toBe(1);
    expect(requests('/token')).toBe(1);
    now += 28 * 60_000;
    await tokens.current();
    expect(requests('/exchange')).toBe(1);
    now += 90_000;
    expect(await tokens.current()).not.toBe(all[0]);
    expect(requests('/exchange')).toBe(2);
    expect(requests('/token')).toBe(2);
  });

  it('is kept for half an hour when it does not say how long', async () => {
    let now = Date.now();
    const { tokens, requests } = await tokensAt({ exchange: () => ({ body: 'opaque' }) }, {}, () => now);
    await tokens.current();
    now += 28 * 60_000;
    await tokens.current();
    expect(requests('/exchange')).toBe(1);
    now += 2 * 60_000;
    await tokens.current();
    expect(requests('/exchange')).toBe(2);
  });

  it('is renewed once for all whom the platform refused it', async () => {
    const { tokens, requests } = await tokensAt({});
    const refused = await tokens.current();
    const renewed = await Promise.all([tokens.renew(refused), tokens.renew(refused), tokens.renew(refused)]);
    expect(new Set(renewed).size).toBe(1);
    expect(renewed[0]).not.toBe(refused);
    expect(await tokens.renew(refused)).toBe(renewed[0]);
    expect(requests('/exchange')).toBe(2);
    expect(requests('/token')).toBe(2);
  });

  it('is fetched anew after a failure', async () => {
    let broken = true;
    const { tokens } = await tokensAt({
      token: () => (broken ? { status: 400, body: {} } : { body: granted }),
    });
    await expect(tokens.current()).rejects.toThrow(TokenError);
    broken = false;
    await expect(tokens.current()).resolves.toBeDefined();
  });
});

describe('an error', () => {
  it('of a key that Azure has not read from Key Vault says so, and asks nobody', async () => {
    const error = await errorOf(
      {},
      { MASKINPORTEN_KEY: '@Microsoft.KeyVault(SecretUri=https://kv-a.vault.azure.net/secrets/b)' },
    );
    expect([error.fault, error.transient]).toEqual(['key', false]);
    expect(error.message).toMatch(
      /^MASKINPORTEN_KEY is a Key Vault reference that Azure has not resolved.*Key Vault Secrets User/,
    );
  });

  const refusal = (error: string, error_description: string, more: Reply = {}) => ({
    token: () => ({ status: 400, body: { error, error_description }, ...more }),
  });
  const prefix = 'Invalid assertion. Client authentication failed.';

  it.each([
    ['unknown-client', 'invalid_grant', prefix, 'MASKINPORTEN_CLIENT_ID'],
    [
      'unknown-client',
      'invalid_client',
      'Client authentication failed. Unknown client in iss.',
      'test-client',
    ],
    ['key', 'invalid_grant', `${prefix} Unknown key identifier (kid) for client`, 'test-key'],
    ['key', 'invalid_grant', `${prefix} Invalid JWT signature. (trace_id: 0)`, 'MASKINPORTEN_KEY'],
    ['key', 'invalid_grant', `${prefix} Expired key`, 'expired'],
    ['audience', 'invalid_grant', `${prefix} Invalid JWT claim aud`, 'MASKINPORTEN_URL'],
    ['clock', 'invalid_grant', 'Issue time is after now', "Set this machine's clock"],
    ['clock', 'invalid_grant', 'JWT is expired', "Set this machine's clock"],
    ['system-user', 'invalid_request', 'Invalid authorization details values', 'ALTINN_SYSTEM_USER_ORG'],
    ['refused', 'invalid_grant', 'Grant is used before', 'Grant is used before'],
  ])('says %s of %s: %s', async (fault, error, description, message) => {
    const notified = await errorOf(refusal(error, description));
    expect(notified.fault).toBe(fault);
    expect(notified.message).toContain(message);
  });

  it.each([
    'Consumer has not been granted access to the scope altinn:serviceowner',
    'The client does not have the scope altinn:serviceowner.',
  ])('names the scope that was denied: %s', async (description) => {
    const notified = await errorOf(refusal('invalid_scope', description.replace(/\.$/, '')));
    expect(notified.fault).toBe('scope');
    expect(notified.message).toMatch(/may not have the scope altinn:serviceowner\./);
  });

  it('names the scope that is missing from what was granted', async () => {
    const notified = await errorOf({ token: () => ({ body: { ...granted, scope: 'altinn:serviceowner' } }) });
    expect(notified).toMatchObject({ fault: 'scope' });
    expect(notified.message).toContain('altinn:events.subscribe altinn:correspondence.write');
  });

  it('says how far the clock is off', async () => {
    const date = new Date(Date.now() - 95_000).toUTCString();
    const notified = await errorOf(
      refusal('invalid_grant', 'The iat is in the future', { headers: { date } }),
    );
    expect(notified.message).toMatch(/9[4-7] s ahead of its/);
  });

  it('does not repeat a grant, a key or a person that Maskinporten repeats', async () => {
    const echo = ({ body }: Seen) => ({
      status: 400,
      body: { error: 'invalid_grant', error_description: `${body} 12345678901 ${clientKey.pkcs8}` },
    });
    const notified = await errorOf({ token: echo });
    expect(notified.message).not.toMatch(/eyJ|12345678901|BEGIN/);
  });

  it.each([
    ['breaks the connection', () => undefined],
    ['answers 503', () => ({ status: 503, body: 'down' })],
  ])('is unreachable when Maskinporten %s, after four tries', async (_, token) => {
    const { tokens, requests } = await tokensAt({ token });
    await expect(tokens.current()).rejects.toMatchObject({ fault: 'unreachable' });
    expect(requests('/token')).toBe(4);
  });

  it('tells of an exchange that refuses', async () => {
    const notified = await errorOf({ exchange: () => ({ status: 401 }) });
    expect(notified.fault).toBe('refused');
    expect(notified.message).toContain('the exchange answered 401');
  });

  it('tells of answers that are no tokens', async () => {
    expect((await errorOf({ token: () => ({ body: '<html>' }) })).fault).toBe('refused');
    expect((await errorOf({ exchange: () => ({ body: '<html>' }) })).fault).toBe('refused');
  });
});
