import { afterEach, describe, expect, inject, it } from 'vitest';
import { sampleEvent } from '../../../infra/dev/sample-event.ts';
import { callerOf } from '../../../shared/altinn/callers.ts';
import { readCallers } from '../../../shared/settings/callers.ts';
import { type App, post, startApp, statusOf } from '../../support/app.ts';
import { deadLetterRows } from '../../support/dead-letter-rows.ts';
import { until } from '../../support/until.ts';

const storage = inject('storage').callers as string;
let app: App | undefined;
afterEach(() => app?.stop());
const event = () => sampleEvent('correspondencepublished');
const forged = { headers: { 'x-forwarded-for': '20.100.46.139', 'x-client-ip': '20.100.46.139' } };

describe('who may call', () => {
  it('enforced: nobody but Altinn, whatever a caller says of itself', async () => {
    app = await startApp({
      AzureWebJobsStorage: storage,
      ALTINN_SOURCE: 'production',
      ALTINN_SOURCE_POLICY: 'enforce',
    });
    expect((await post(app, event())).status).toBe(403);
    expect((await post(app, event(), forged)).status).toBe(403);
    expect((await post(app, event(), { key: 'wrong' })).status).toBe(401);
  });

  it('enforced: Altinn is let in by the address that the front end saw', async () => {
    app = await startApp({
      AzureWebJobsStorage: storage,
      ALTINN_SOURCE: 'tt02, 127.0.0.0/8',
      ALTINN_SOURCE_POLICY: 'enforce',
    });
    expect((await post(app, event())).status).toBe(200);
  });

  it('reported, which is the default: taken, and warned of', async () => {
    app = await startApp({ AzureWebJobsStorage: storage, ALTINN_SOURCE: 'tt02' });
    expect((await post(app, event())).status).toBe(200);
    await until(() => /event\.unlisted-caller caller=127\.0\.0\.1 policy=report/.test(app?.output() ?? ''));
  });

  it('an event of a resource that is not ours is dead-lettered', async () => {
    app = await startApp({
      AzureWebJobsStorage: storage,
      ALTINN_RESOURCES: 'ours,altinn-correspondence-test-resource-1',
    });
    const [ours, other] = [event(), { ...event(), resource: 'urn:altinn:resource:theirs' }];
    expect((await post(app, other)).status).toBe(200);
    await post(app, ours);
    await statusOf(app, ours.resourceinstance as string);
    const row = await until(async () =>
      (await deadLetterRows(storage)).find(({ raw }) => raw.includes(other.id)),
    );
    expect(row.reason).toMatch(/ALTINN_RESOURCES/);
  });
});

describe('callerOf', () => {
  it.each([
    ['20.100.46.139:51234', '20.100.46.139'],
    ['20.100.46.139', '20.100.46.139'],
    ['1.2.3.4, 5.6.7.8:80', '5.6.7.8'],
    ['1.2.3.4, [2001:db8::1]:443', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['::ffff:127.0.0.1', '127.0.0.1'],
    ['[::ffff:20.100.24.41]:1', '20.100.24.41'],
    ['', undefined],
    [null, undefined],
  ])('%s', (header, address) => {
    expect(callerOf(header)).toBe(address);
  });
});

describe('readCallers', () => {
  const includes = (source: string, address: string) =>
    readCallers({ ALTINN_SOURCE: source })?.includes(address);

  it('knows old and new addresses of both environments', () => {
    for (const address of ['20.100.24.41', '20.100.48.118', '20.100.48.121'])
      expect(includes('tt02', address)).toBe(true);
    for (const address of ['20.100.46.139', '51.13.20.208', '51.13.20.211'])
      expect(includes('Production', address)).toBe(true);
    for (const address of ['20.100.24.40', '20.100.48.122', '51.13.20.212', 'x', '::1']) {
      expect(includes('tt02,production', address)).toBe(false);
    }
    expect(includes('2001:db8::/32', '2001:db8::5')).toBe(true);
  });

  it('checks nobody when it is off or not set', () => {
    expect(readCallers({})).toBeUndefined();
    expect(readCallers({ ALTINN_SOURCE: 'tt02', ALTINN_SOURCE_POLICY: 'off' })).toBeUndefined();
  });

  it.each([
    [{ ALTINN_SOURCE_POLICY: 'enforce' }, 'ALTINN_SOURCE is missing'],
    [{ ALTINN_SOURCE: 'tt02', ALTINN_SOURCE_POLICY: 'maybe' }, 'ALTINN_SOURCE_POLICY is none of'],
    [{ ALTINN_SOURCE: 'tt03' }, 'ALTINN_SOURCE holds'],
    [{ ALTINN_SOURCE: ',', ALTINN_SOURCE_POLICY: 'enforce' }, 'ALTINN_SOURCE holds'],
    [{ ALTINN_SOURCE: '10.0.0.0/33' }, 'ALTINN_SOURCE holds'],
    [{ ALTINN_SOURCE: '10.0.0.0/8/8' }, 'ALTINN_SOURCE holds'],
    [{ ALTINN_SOURCE: '10.0.0/8' }, 'ALTINN_SOURCE holds'],
  ])('%j is a wrong setting', (settings, message) => {
    expect(() => readCallers(settings)).toThrow(message);
  });
});
