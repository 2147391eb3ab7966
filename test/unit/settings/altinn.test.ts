import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findEnvironment } from '../../../shared/altinn/environment.ts';
import { ConfigurationError } from '../../../shared/runtime/configuration-error.ts';
import { type AltinnSettings, readAltinnSettings, readResources } from '../../../shared/settings/altinn.ts';
import { clientKey, keyPieces, printed } from '../../support/altinn/client.ts';

const jwk = JSON.stringify(clientKey.privateJwk);
const complete = { ALTINN_ENVIRONMENT: 'tt02', MASKINPORTEN_CLIENT_ID: 'a-client', MASKINPORTEN_KEY: jwk };

function problem(environment: Record<string, string | undefined>): string {
  try {
    readAltinnSettings(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    for (const piece of keyPieces) expect(printed(error)).not.toContain(piece);
    return (error as Error).message;
  }
  throw new Error('nothing was wrong');
}

describe('environments', () => {
  it.each([
    ['production', 'https://platform.altinn.no', 'https://maskinporten.no/'],
    ['Production', 'https://platform.altinn.no', 'https://maskinporten.no/'],
    ['tt02', 'https://platform.tt02.altinn.no', 'https://test.maskinporten.no/'],
    ['at22', 'https://platform.at22.altinn.cloud', 'https://test.maskinporten.no/'],
    ['yt01', 'https://platform.yt01.altinn.cloud', 'https://test.maskinporten.no/'],
    ['http://localhost:5101/', 'http://localhost:5101', 'https://test.maskinporten.no/'],
    ['https://altinn.example.no', 'https://altinn.example.no', 'https://test.maskinporten.no/'],
  ])('%s', (name, platform, maskinporten) => {
    expect(findEnvironment(name)).toMatchObject({ platform, maskinporten });
  });

  it('takes the issuer of a base URL from MASKINPORTEN_URL, with a trailing slash', () => {
    const settings = readAltinnSettings({
      ...complete,
      ALTINN_ENVIRONMENT: 'http://localhost:1',
      MASKINPORTEN_URL: 'http://localhost:1/maskinporten',
    });
    expect(settings?.environment.maskinporten).toBe('http://localhost:1/maskinporten/');
  });

  it('takes the issuer that a named one has anyway', () => {
    const settings = { ...complete, MASKINPORTEN_URL: 'https://test.maskinporten.no' };
    expect(readAltinnSettings(settings)?.environment.name).toBe('tt02');
  });

  it.each([
    ['tt03', undefined, 'ALTINN_ENVIRONMENT'],
    ['http://altinn.example.no', undefined, 'ALTINN_ENVIRONMENT'],
    ['https://user:pass@altinn.example.no', undefined, 'ALTINN_ENVIRONMENT'],
    ['http://localhost:1', 'http://maskinporten.example.no', 'MASKINPORTEN_URL'],
    ['production', 'https://test.maskinporten.no', 'MASKINPORTEN_URL'],
  ])('refuses %s with %s', (name, maskinporten, setting) => {
    const message = problem({ ...complete, ALTINN_ENVIRONMENT: name, MASKINPORTEN_URL: maskinporten });
    expect(message).toMatch(new RegExp(`^${setting} is .*(Example: \\S|Remove it)`));
    expect(message.split('\n')).toHaveLength(1);
  });
});

describe('settings', () => {
  it('are absent when none is set: receiving needs none', () => {
    expect(readAltinnSettings({})).toBeUndefined();
    expect(readAltinnSettings({ MASKINPORTEN_KEY: ' ', ALTINN_RESOURCES: 'my-letters' })).toBeUndefined();
  });

  it('have the scopes of a service owner', () => {
    const settings = readAltinnSettings({
      ...complete,
      ALTINN_RESOURCES: 'one, urn:altinn:resource:two,one',
    });
    expect(settings).toMatchObject({
      clientId: 'a-client',
      key: { id: 'test-key' },
      scopes: ['altinn:events.subscribe', 'altinn:serviceowner', 'altinn:correspondence.write'],
      resources: ['urn:altinn:resource:one', 'urn:altinn:resource:two'],
    });
  });

  it('have the scopes of a recipient with a system user, unless others are set', () => {
    const recipient = { ...complete, ALTINN_SYSTEM_USER_ORG: '313154599' };
    expect(readAltinnSettings(recipient)?.scopes).toEqual([
      'altinn:events.subscribe',
      'altinn:correspondence.read',
    ]);
    expect(readAltinnSettings({ ...recipient, MASKINPORTEN_SCOPES: 'altinn:a, altinn:b' })?.scopes).toEqual([
      'altinn:a',
      'altinn:b',
    ]);
  });

  it("have a recipient's subunits, each once, and none that is the recipient itself", () => {
    const recipient = { ...complete, ALTINN_SYSTEM_USER_ORG: '313154599' };
    expect(readAltinnSettings(recipient)?.subunits).toEqual([]);
    const subunits = ' 310000002,310000003, 310000002,313154599,';
    expect(readAltinnSettings({ ...recipient, ALTINN_SUBUNITS: subunits })?.subunits).toEqual([
      '310000002',
      '310000003',
    ]);
  });

  it.each([
    [
      { ALTINN_SUBUNITS: '310000002' },
      'ALTINN_SUBUNITS is for a recipient: ALTINN_SYSTEM_USER_ORG is missing',
    ],
    [
      { ALTINN_SYSTEM_USER_ORG: '313154599', ALTINN_SUBUNITS: '310000002,12345678901' },
      'ALTINN_SUBUNITS holds what is no organization number of nine digits',
    ],
  ])('refuse %j', (settings, message) => {
    const said = problem({ ...complete, ...settings });
    expect(said).toContain(message);
    expect(said).toContain('Example: ');
    expect(said).not.toContain('12345678901');
  });

  it.each([
    ['a JWK', jwk],
    ['PKCS #8', clientKey.pkcs8],
    ['PKCS #1', clientKey.pkcs1],
    ['PEM with literal \\n', clientKey.pkcs8.replaceAll('\n', '\\n')],
  ])('take the key as %s', (_, key) => {
    const settings = readAltinnSettings({ ...complete, MASKINPORTEN_KEY: key, MASKINPORTEN_KEY_ID: 'other' });
    expect(settings?.key?.id).toBe('other');
    for (const piece of keyPieces) expect(printed(settings)).not.toContain(piece);
  });

  it('take the key from a file', () => {
    const directory = mkdtempSync(join(tmpdir(), 'key-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const file = join(directory, 'key.jwk');
    writeFileSync(file, `${jwk}\n`);
    const { MASKINPORTEN_KEY: _, ...rest } = complete;
    expect((readAltinnSettings({ ...rest, MASKINPORTEN_KEY_FILE: file }) as AltinnSettings).key?.id).toBe(
      'test-key',
    );
    expect(problem({ ...rest, MASKINPORTEN_KEY_FILE: `${file}x` })).toContain(
      'MASKINPORTEN_KEY_FILE cannot be read (ENOENT)',
    );
    expect(problem({ ...complete, MASKINPORTEN_KEY_FILE: file })).toContain('both set');
  });

  const { d: _, ...publicJwk } = clientKey.privateJwk;
  const { kid: __, ...withoutKid } = clientKey.privateJwk;
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  it.each([
    ['without an environment', { ALTINN_ENVIRONMENT: '' }, 'ALTINN_ENVIRONMENT is missing'],
    ['without a client', { MASKINPORTEN_CLIENT_ID: '' }, 'MASKINPORTEN_CLIENT_ID is missing'],
    ['without a key', { MASKINPORTEN_KEY: '' }, 'MASKINPORTEN_KEY is missing'],
    ['with PEM and no key id', { MASKINPORTEN_KEY: clientKey.pkcs8 }, 'Set MASKINPORTEN_KEY_ID'],
    ['with a JWK and no kid', { MASKINPORTEN_KEY: JSON.stringify(withoutKid) }, 'Set MASKINPORTEN_KEY_ID'],
    ['with the public key', { MASKINPORTEN_KEY: JSON.stringify(publicJwk) }, 'public half'],
    ['with a key set', { MASKINPORTEN_KEY: `{"keys":[${jwk}]}` }, 'set of keys'],
    ['with half a JWK', { MASKINPORTEN_KEY: jwk.slice(0, 500) }, 'no valid JSON'],
    ['with a damaged JWK', { MASKINPORTEN_KEY: jwk.replace(/"n":"...../, '"n":"') }, 'MASKINPORTEN_KEY'],
    [
      'with damaged PEM',
      { MASKINPORTEN_KEY: clientKey.pkcs8.slice(0, 600), MASKINPORTEN_KEY_ID: 'x' },
      'damaged',
    ],
    ['with nonsense', { MASKINPORTEN_KEY: 'hunter2' }, 'neither a JWK nor PEM'],
    [
      'with an EC key',
      { MASKINPORTEN_KEY: JSON.stringify({ ...ec.export({ format: 'jwk' }), kid: 'x' }) },
      'no RSA key',
    ],
    [
      'with a short key',
      { MASKINPORTEN_KEY: JSON.stringify({ ...short.export({ format: 'jwk' }), kid: 'x' }) },
      '2048',
    ],
    ['with a wrong system user', { ALTINN_SYSTEM_USER_ORG: '12345678901' }, 'ALTINN_SYSTEM_USER_ORG'],
    ['with a wrong scope', { MASKINPORTEN_SCOPES: 'hunter2' }, 'MASKINPORTEN_SCOPES'],
    ['with a wrong resource', { ALTINN_RESOURCES: 'My-Letters' }, 'ALTINN_RESOURCES'],
  ])('are refused %s', (_, wrong, message) => {
    const text = problem({ ...complete, ...wrong });
    expect(text).toContain(message);
    expect(text).not.toContain('hunter2');
  });

  it('name every problem at once', () => {
    expect(problem({ MASKINPORTEN_KEY_ID: 'x' }).split('\n')).toHaveLength(3);
  });

  it('have resources without credentials', () => {
    expect(readResources({ ALTINN_RESOURCES: 'one' })).toEqual(['urn:altinn:resource:one']);
    expect(readResources({})).toEqual([]);
    expect(() => readResources({ ALTINN_RESOURCES: 'https://one' })).toThrow(ConfigurationError);
  });
});
