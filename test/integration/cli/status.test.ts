import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compare } from '../../../infra/cli/status/compare.ts';
import { type Altinn, startAltinn } from '../../../infra/simulator/altinn.ts';
import type { Details } from '../../../shared/altinn/api/correspondence.ts';
import { cli, endpointKey, organization, settingsOf } from '../../support/altinn/cli.ts';
import { withTokens } from '../../support/altinn/client.ts';
import { type FakeReceiver, startReceiver } from '../../support/altinn/receiver.ts';
import { serve } from '../../support/altinn/server.ts';

const person = '12345678901';
let altinn: Altinn;
let receiver: FakeReceiver;
let settings: Record<string, string>;
let id: string;

beforeEach(async () => {
  altinn = await startAltinn({ timeScale: 0, resources: { 'my-letters': organization } });
  receiver = await startReceiver();
  settings = { ...settingsOf(altinn), RECEIVER_URL: `${receiver.url}/?code=${endpointKey}` };
  [id = ''] = altinn.simulator.createLetters({ recipient: person, dueInDays: 7 });
});
afterEach(async () => {
  receiver.stop();
  await altinn.stop();
});

const time = '2026-08-01T10:00:00Z';
const track = (...facts: string[]) =>
  receiver.tracked.set(id, { facts: Object.fromEntries(facts.map((fact) => [fact, time])), timeline: [] });
const status = (...more: string[]) => cli(['status', id, ...more], settings);

describe('status', () => {
  it('finds both of one mind', async () => {
    altinn.simulator.read(id);
    altinn.simulator.confirm(id);
    track('initialized', 'published', 'read', 'confirmed');
    const { code, stdout } = await status();
    expect(code).toBe(0);
    expect(stdout).toMatch(/read +2026-08-01T10:00:00Z +2\d{3}-/);
    expect(stdout).not.toContain('differs');
  });

  it('marks what differs', async () => {
    altinn.simulator.read(id);
    track('published', 'purged');
    const { code, stdout } = await status();
    expect(code).toBe(4);
    expect(stdout.split('\n').filter((line) => line.endsWith('<- differs'))).toHaveLength(2);
    const json = JSON.parse((await status('--json')).stdout);
    expect(json).toMatchObject({ correspondenceId: id, differences: ['read', 'purged'] });
    expect(JSON.stringify(json)).not.toContain(person);
  });

  it('tells that nothing is tracked', async () => {
    const { code, stdout } = await status();
    expect(code).toBe(4);
    expect(stdout).toContain('nothing tracked');
  });

  it('says nothing of a letter that Altinn does not know', async () => {
    id = '9f0c4a52-6d1b-4c1e-8a53-2f6f3c1d7e10';
    track('published', 'read', 'purged');
    expect(await status()).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('purged, or never there'),
    });
  });

  it('finds no difference in a purged letter', async () => {
    altinn.simulator.read(id);
    altinn.simulator.purge(id);
    track('published', 'read', 'purged');
    const { code, stdout } = await status();
    expect(stdout).not.toContain('differs');
    expect(code).toBe(0);
  });

  it("takes the overview's word for a purge that a plain sender is not shown", async () => {
    const asked: string[] = [];
    const { url } = await serve(
      withTokens(({ path }) => {
        asked.push(path.split('/correspondence/').at(-1) ?? '');
        if (!path.endsWith('/details')) return { status: 404, body: { status: 404, errorCode: 1001 } };
        const status = 'AttachmentsDownloaded';
        return { body: { correspondenceId: id, status, published: time, statusHistory: [{ status }] } };
      }),
    );
    settings = { ...settings, ALTINN_ENVIRONMENT: url, MASKINPORTEN_URL: `${url}/maskinporten/` };
    track('published', 'purged');
    expect(await status()).toMatchObject({ code: 0, stdout: expect.not.stringContaining('differs') });
    expect(asked).toEqual([`${id}/details`, id]);
    track('published');
    expect(await status()).toMatchObject({ code: 0 });
    expect(asked).toHaveLength(3);
  });

  it('never uses a token that would mark the letter as fetched', async () => {
    const scopes = ['altinn:events.subscribe', 'altinn:serviceowner', 'altinn:correspondence.read'];
    settings = { ...settings, ...settingsOf(altinn, { clientId: 'reader', scopes }) };
    const { code, stderr } = await status();
    expect(code).toBe(1);
    expect(stderr).toContain('lacks the scope altinn:correspondence.write');
    expect(altinn.simulator.letters.get(id)?.changes.map(({ status }) => status)).not.toContain('Fetched');
  });

  it('leaves the letter as it is', async () => {
    track('published');
    await status();
    const changes = altinn.simulator.letters.get(id)?.changes.map(({ status }) => status);
    expect(changes).toEqual(['Initialized', 'ReadyForPublish', 'Published']);
  });

  it('tells what is wrong with the receiver', async () => {
    const at = (url: string) => status('--receiver', url);
    expect(await at(`${receiver.url}?code=wrong`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('refused the key'),
    });
    expect(await at(`http://127.0.0.1:1/?code=${endpointKey}`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('could not be reached'),
    });
    expect(await at(altinn.url)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Is that the receiver?'),
    });
    expect(await at('my-app')).toMatchObject({ code: 2, stderr: expect.stringContaining('no address') });
    settings.RECEIVER_URL = '';
    expect(await status()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--receiver is missing'),
    });
    expect(await cli(['status', 'x'], settings)).toMatchObject({ code: 2 });
  });
});

describe('a comparison', () => {
  const details = (more: Partial<Details>): Details =>
    ({ purged: false, published: time, ...more }) as Details;
  const ours = (...facts: string[]) => ({
    status: 'x',
    facts: Object.fromEntries(facts.map((fact) => [fact, time])),
    timeline: [],
    followUps: [],
  });
  const differing = (...args: Parameters<typeof compare>) =>
    compare(...args).flatMap(({ fact, differs }) => (differs ? [fact] : []));

  it('reads confirmed, failed and purged off the history', () => {
    const statusHistory = ['Published', 'Confirmed', 'PurgedByRecipient'].map((status) => ({
      status,
      statusChanged: time,
    }));
    expect(differing(ours('published', 'confirmed', 'purged'), details({ statusHistory }))).toEqual([]);
    expect(differing(ours('published'), details({ statusHistory: [{ status: 'Failed' }] }))).toEqual([
      'publishFailed',
    ]);
  });

  it('reads confirmed, failed, purged and read off the status, too', () => {
    for (const [status, fact] of [
      ['Confirmed', 'confirmed'],
      ['Failed', 'publishFailed'],
      ['PurgedByRecipient', 'purged'],
      ['PurgedByAltinn', 'purged'],
      ['Read', 'read'],
    ] as const) {
      expect(differing(ours('published', fact), details({ status }))).toEqual([]);
      expect(differing(ours('published'), details({ status }))).toEqual([fact]);
    }
  });

  it('finds no difference in a letter that both know as purged', () => {
    const statusHistory = ['Published', 'Read', 'AttachmentsDownloaded', 'PurgedByAltinn'].map((status) => ({
      status,
      statusChanged: time,
    }));
    for (const purged of [
      details({ status: 'PurgedByRecipient', read: time }),
      details({ status: 'AttachmentsDownloaded', statusHistory }),
    ]) {
      expect(differing(ours('published', 'read', 'purged'), purged)).toEqual([]);
      expect(differing(ours('published', 'read'), purged)).toEqual(['purged']);
      expect(differing(ours('published', 'purged'), purged)).toEqual(['read']);
    }
  });

  it('does not hold against us what Altinn does not tell of a purged letter', () => {
    for (const purged of [{ purged: true }, details({ status: 'PurgedByRecipient' })]) {
      expect(differing(ours('published', 'read', 'confirmed', 'purged'), purged)).toEqual([]);
      expect(differing(ours('published', 'read'), purged)).toEqual(['purged']);
    }
    expect(differing(undefined, { purged: true })).toEqual(['purged']);
  });
});
