import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Altinn, startAltinn } from '../../../infra/simulator/altinn.ts';
import { makePlatform } from '../../../shared/altinn/api/platform.ts';
import { makeSubscriptions } from '../../../shared/altinn/api/subscriptions.ts';
import { makeTokens } from '../../../shared/altinn/auth/tokens.ts';
import { type AltinnSettings, readAltinnSettings } from '../../../shared/settings/altinn.ts';
import { cli, organization, settingsOf } from '../../support/altinn/cli.ts';
import { type FakeReceiver, startReceiver } from '../../support/altinn/receiver.ts';
import type { Reply } from '../../support/altinn/server.ts';

let altinn: Altinn;
let receiver: FakeReceiver;
let settings: Record<string, string>;

beforeEach(async () => {
  const startTime = new Date(Date.now() - 3_600_000);
  altinn = await startAltinn({ timeScale: 0, startTime, resources: { 'my-letters': organization } });
  receiver = await startReceiver();
  settings = { ...settingsOf(altinn), ALTINN_RESOURCES: 'my-letters' };
});
afterEach(async () => {
  receiver.stop();
  await altinn.stop();
});

interface Line {
  readonly name: string;
  readonly result: string;
  readonly detail: string;
  readonly fix?: string;
}

async function doctor(
  ...args: string[]
): Promise<{ code: number | null; line: (name: string) => Line | undefined }> {
  const { code, stdout } = await cli(['doctor', '--json', ...args], settings);
  const { checks, ok } = JSON.parse(stdout) as { checks: Line[]; ok: boolean };
  expect(ok).toBe(code === 0);
  for (const { result, fix } of checks) if (result === 'fail') expect(fix).toBeTruthy();
  return { code, line: (name) => checks.find((check) => check.name === name) };
}

/** Subscribes past the checks of the command line. */
async function subscribe(more: object = {}): Promise<void> {
  const client = readAltinnSettings(settings) as AltinnSettings;
  const api = makeSubscriptions(
    makePlatform({ environment: client.environment, tokens: makeTokens(client) }),
  );
  await api.create({
    endPoint: receiver.endpoint,
    resourceFilter: 'urn:altinn:resource:my-letters',
    ...more,
  });
  await altinn.simulator.sender.settled();
}

/** Some letters whose events can be pulled; the receiver has those that are kept. */
async function letters(keep: (index: number) => boolean): Promise<void> {
  altinn.simulator.createLetters({}, 4);
  await altinn.simulator.advance({ minutes: 1 });
  for (const [index, { event }] of altinn.simulator.log.all().entries()) {
    if (!keep(index)) continue;
    const before = receiver.tracked.get(event.resourceinstance)?.timeline ?? [];
    receiver.tracked.set(event.resourceinstance, { facts: {}, timeline: [...before, event] });
  }
}

describe('doctor', () => {
  it('finds all well', async () => {
    await subscribe();
    await letters(() => true);
    const { code, line } = await doctor('--endpoint', receiver.endpoint);
    expect(code).toBe(0);
    for (const name of [
      'address',
      'validation event',
      'wrong key',
      'tokens',
      'subscription',
      'filters',
      'resource',
      'events',
      'follow-ups',
    ]) {
      expect(line(name)).toMatchObject({ name, result: 'ok' });
    }
    expect(line('TLS')?.result).toBe('skipped');
    expect(altinn.simulator.subscriptions.list()).toHaveLength(1);
  });

  it('takes the endpoint from the subscription, and shows a line for each check', async () => {
    await subscribe();
    const { code, stdout } = await cli(['doctor'], settings);
    expect(code).toBe(0);
    expect(stdout.match(/^(ok|skipped)/gm)).toHaveLength(12);
  });

  it.each<[string, (() => Reply | undefined) | undefined, string]>([
    ['a redirect', () => ({ status: 302, headers: { location: '/login' } }), 'redirects (302)'],
    ['a login page', () => ({ headers: { 'content-type': 'text/html' }, body: '<html>' }), 'web page'],
    ['an untyped page', () => ({ body: '<!DOCTYPE html>' }), 'web page'],
    ['a refusal of its own key', () => ({ status: 401 }), 'refuses its own key'],
    ['a refusal of this machine', () => ({ status: 403 }), 'refuses this machine'],
    ['no such route', () => ({ status: 404 }), 'no such route'],
    ['storage that is down', () => ({ status: 503 }), 'answers 503'],
    ['another 2xx', () => ({ status: 204 }), 'answers 204'],
    ['a broken connection', () => undefined, 'does not answer'],
  ])('finds %s', async (_, webhook, detail) => {
    receiver.webhook = webhook;
    const { code, line } = await doctor('--endpoint', receiver.endpoint);
    expect(code).toBe(1);
    expect(line('validation event')).toMatchObject({
      result: 'fail',
      detail: expect.stringContaining(detail),
    });
  });

  it('finds that any key is good, or that there is none', async () => {
    receiver.webhook = () => ({ status: 200 });
    const any = await doctor('--endpoint', receiver.endpoint);
    expect(any.line('wrong key')).toMatchObject({
      result: 'fail',
      detail: expect.stringContaining('401 is due'),
    });
    const none = await doctor('--endpoint', `${receiver.url}/api/events`);
    expect(none.line('wrong key')).toMatchObject({ result: 'warn' });
  });

  it('finds an address that does not resolve, and skips what needs it', async () => {
    const { code, line } = await doctor('--endpoint', 'https://no-such-app.invalid/api/events?code=x');
    expect(code).toBe(1);
    expect(line('address')).toMatchObject({
      result: 'fail',
      detail: expect.stringContaining('does not resolve'),
    });
    for (const name of ['TLS', 'validation event', 'wrong key']) {
      expect(line(name)).toMatchObject({ result: 'skipped', detail: 'because of: address' });
    }
  });

  it('finds that no token can be had', async () => {
    settings = { ...settings, MASKINPORTEN_CLIENT_ID: 'nobody' };
    const { code, line } = await doctor('--endpoint', receiver.endpoint);
    expect(code).toBe(1);
    expect(line('tokens')).toMatchObject({
      result: 'fail',
      detail: expect.stringContaining('client nobody'),
    });
    expect(line('subscription')).toMatchObject({ result: 'skipped' });
    settings = {};
    expect((await doctor('--endpoint', receiver.endpoint)).line('tokens')).toMatchObject({
      result: 'fail',
      detail: expect.stringContaining('MASKINPORTEN_CLIENT_ID'),
    });
  });

  it('finds that there is no subscription, or one with another key', async () => {
    const none = await doctor('--endpoint', receiver.endpoint);
    expect(none.line('subscription')).toMatchObject({
      result: 'fail',
      detail: expect.stringContaining('none for this endpoint'),
    });
    expect(none.line('resource')?.result).toBe('skipped');
    await subscribe({ endPoint: `${receiver.endpoint}-old` });
    const other = await doctor('--endpoint', receiver.endpoint);
    expect(other.line('subscription')?.detail).toContain('this address with another key');
  });

  it('finds that the subscription is not validated', async () => {
    receiver.webhook = () => ({ status: 503 });
    await subscribe();
    const { line } = await doctor('--endpoint', receiver.endpoint);
    expect(line('subscription')).toMatchObject({
      result: 'fail',
      detail: expect.stringContaining('not validated'),
    });
  });

  it('finds filters that match nothing', async () => {
    await subscribe({ typeFilter: '' });
    const { code, line } = await doctor('--endpoint', receiver.endpoint);
    expect(code).toBe(1);
    expect(line('filters')).toMatchObject({
      result: 'fail',
      detail: expect.stringContaining('typeFilter of'),
    });
  });

  it('finds that the resource no longer lets us subscribe', async () => {
    await subscribe();
    (altinn.simulator.resources as Map<string, string>).set('my-letters', '974760673');
    const { line } = await doctor('--endpoint', receiver.endpoint);
    expect(line('resource')).toMatchObject({
      result: 'fail',
      detail: expect.stringContaining('Not authorized'),
    });
  });

  it('finds events that never arrived', async () => {
    await subscribe();
    await letters((index) => index < 6);
    const { code, line } = await doctor('--endpoint', receiver.endpoint);
    expect(code).toBe(1);
    expect(line('events')).toMatchObject({
      result: 'fail',
      detail: '2 of the newest 5 have not been tracked',
    });
  });

  it('is patient with young events, and cannot look where the receiver refuses the key', async () => {
    await subscribe();
    await altinn.simulator.advance({ minutes: 58 });
    await letters(() => false);
    const { line } = await doctor('--endpoint', receiver.endpoint);
    expect(line('events')).toMatchObject({ result: 'fail' });
    settings = { ...settings, ALTINN_TIME_SCALE: '1' };
    expect((await doctor('--endpoint', receiver.endpoint)).line('events')).toMatchObject({ result: 'warn' });
    const without = await doctor('--endpoint', receiver.endpoint, '--receiver', `${receiver.url}?code=wrong`);
    expect(without.line('events')).toMatchObject({
      result: 'skipped',
      detail: expect.stringContaining('refused the key'),
    });
  });
});

describe('the doctor of a recipient', () => {
  const recipient = '313154599';
  const subjectFilter = `urn:altinn:organization:identifier-no:${recipient}`;

  beforeEach(() => {
    const scopes = ['altinn:events.subscribe', 'altinn:correspondence.read'];
    settings = {
      ...settingsOf(altinn, { clientId: 'vendor', scopes }),
      ALTINN_SYSTEM_USER_ORG: recipient,
      ALTINN_RESOURCES: 'my-letters',
    };
  });

  it('pulls with its subject: without one, there would be no events', async () => {
    await subscribe({ subjectFilter });
    altinn.simulator.createLetters({ recipient }, 2);
    await altinn.simulator.advance({ minutes: 20 });
    const missing = await doctor('--endpoint', receiver.endpoint);
    expect(missing.line('events')).toMatchObject({
      result: 'fail',
      detail: '2 of the newest 2 have not been tracked',
    });
    for (const { event } of altinn.simulator.log.all())
      receiver.tracked.set(event.resourceinstance, { facts: {}, timeline: [event] });
    // The letter's published event alone is the recipient's.
    const { line } = await doctor('--endpoint', receiver.endpoint);
    expect(line('events')).toMatchObject({ result: 'ok' });
    expect(line('subunits')).toMatchObject({ result: 'skipped', detail: 'ALTINN_SUBUNITS names none' });
  });

  it('says whether its follow-ups are checked: by lists, where there is a pull', async () => {
    expect((await doctor()).line('follow-ups')).toMatchObject({ result: 'ok' });
    const { ALTINN_RESOURCES: _, ...withoutPull } = settings;
    settings = withoutPull;
    expect((await doctor()).line('follow-ups')).toMatchObject({
      result: 'warn',
      fix: 'Set ALTINN_RESOURCES',
    });
  });

  it('checks that its subunits are pushed, and can be pulled', async () => {
    await subscribe({ subjectFilter });
    settings = { ...settings, ALTINN_SUBUNITS: '310000002' };
    const notPushed = await doctor('--endpoint', receiver.endpoint);
    expect(notPushed.line('subunits')).toMatchObject({
      result: 'warn',
      detail: expect.stringContaining('no subscription includes'),
    });
    await subscribe({ subjectFilter, includeSubunits: true });
    const unseen = await doctor('--endpoint', receiver.endpoint);
    expect(unseen.line('subunits')).toMatchObject({
      result: 'warn',
      detail: 'for 90 days no event could be pulled of 310000002',
    });
    settings = { ...settings, ALTINN_SUBUNITS: '' };
    const unnamed = await doctor('--endpoint', receiver.endpoint);
    expect(unnamed.line('subunits')).toMatchObject({
      result: 'warn',
      detail: expect.stringContaining('ALTINN_SUBUNITS names none'),
    });
  });
});
