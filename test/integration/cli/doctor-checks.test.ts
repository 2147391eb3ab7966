import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { allowListIsPresent, missingFrom } from '../../../infra/cli/doctor/allow-list.ts';
import type { Context } from '../../../infra/cli/doctor/check.ts';
import { addressResolves, checkTls } from '../../../infra/cli/doctor/network.ts';
import { addresses } from '../../../shared/altinn/addresses.ts';

const { tt02 } = addresses;
const present = [...tt02.old, ...tt02.new];

/** As much of a context as these checks look at. */
function context(environment: Record<string, string>, endpoint?: string): Context {
  return {
    cli: { environment },
    connection: { ok: false, reason: 'no settings' },
    endpoint,
  } as unknown as Context;
}

describe('the allow-list', () => {
  it.each([
    ['tt02', []],
    ['TT02', []],
    ['production, tt02', []],
    ['0.0.0.0/0', []],
    [present.join(','), []],
    ['20.100.24.41,20.100.48.118/31,20.100.48.120,20.100.48.121', []],
    [tt02.old.join(','), tt02.new],
    ['20.100.24.41/32,20.100.48.118/32,20.100.48.120/31', ['20.100.48.118/31']],
    ['production', present],
    ['nonsense, ::1', present],
  ])('%s lacks %j', (allowed, missing) => {
    expect(missingFrom(allowed, present)).toEqual(missing);
  });

  it('is a line of the doctor', async () => {
    const check = (environment: Record<string, string>) => allowListIsPresent.run(context(environment));
    expect(await check({ ALTINN_ENVIRONMENT: 'tt02', ALTINN_SOURCE: 'tt02' })).toMatchObject({
      result: 'ok',
    });
    expect(await check({ ALTINN_ENVIRONMENT: 'tt02', ALTINN_SOURCE: '20.100.24.41/32' })).toMatchObject({
      result: 'fail',
      detail: expect.stringContaining('20.100.48.118/31, 20.100.48.120/31'),
    });
    expect(await check({ ALTINN_ENVIRONMENT: 'tt02' })).toMatchObject({
      result: 'skipped',
      fix: expect.stringContaining('20.100.24.41/32'),
    });
    expect(await check({ ALTINN_ENVIRONMENT: 'at22', ALTINN_SOURCE: 'tt02' })).toMatchObject({
      result: 'skipped',
    });
  });
});

describe('the address', () => {
  it.each([
    ['https://no-such-app.invalid/api/events', 'fail', 'does not resolve'],
    ['https://10.1.2.3/api/events', 'fail', 'cannot reach'],
    ['https://127.0.0.2/api/events', 'fail', 'cannot reach'],
    ['https://20.100.24.41/api/events', 'ok', '20.100.24.41'],
    ['http://localhost:1/api/events', 'ok', 'this machine'],
    ['http://app.example.no/api/events', 'fail', 'not https'],
  ])('%s: %s, %s', async (endpoint, result, detail) => {
    const outcome = await addressResolves.run(context({}, endpoint));
    expect(outcome).toMatchObject({ result, detail: expect.stringContaining(detail) });
  });

  it('must be there', async () => {
    expect(await addressResolves.run(context({}))).toMatchObject({ result: 'fail' });
  });
});

const openssl = (() => {
  try {
    return execFileSync('openssl', ['version']).length > 0;
  } catch {
    return false;
  }
})();

describe('TLS', () => {
  it.skipIf(!openssl)('that nobody else trusts fails', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tls-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '30'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject],
      {
        stdio: 'ignore',
      },
    );
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) });
    server.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const outcome = await checkTls('localhost', (server.address() as AddressInfo).port);
    expect(outcome).toMatchObject({ result: 'fail', detail: expect.stringContaining('SELF_SIGNED') });
  });

  it('that is none fails', async () => {
    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    expect(await checkTls('127.0.0.1', (server.address() as AddressInfo).port)).toMatchObject({
      result: 'fail',
    });
  });
});
