import type { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeProgram } from '../../../infra/cli/program.ts';
import { type Altinn, startAltinn } from '../../../infra/simulator/altinn.ts';
import { typePrefix } from '../../../shared/events/catalogue.ts';
import { cli, endpointKey, newKey, organization, settingsOf } from '../../support/altinn/cli.ts';
import { type FakeReceiver, startReceiver } from '../../support/altinn/receiver.ts';

const recipient = '313154599';
let altinn: Altinn;
let receiver: FakeReceiver;
let settings: Record<string, string>;

beforeEach(async () => {
  altinn = await startAltinn({
    timeScale: 0,
    resources: { 'my-letters': organization, theirs: '974760673' },
  });
  receiver = await startReceiver();
  settings = settingsOf(altinn);
});
afterEach(async () => {
  receiver.stop();
  await altinn.stop();
});

const all = () => altinn.simulator.subscriptions.list();
const sent = () => altinn.simulator.counters.validationsSent;
const ensure = (...more: string[]) => [
  'subscription',
  'ensure',
  '--resource',
  'my-letters',
  '--endpoint',
  receiver.endpoint,
  ...more,
];
const run = (...args: string[]) => cli(args, settings);

describe('subscription ensure', () => {
  it('makes a subscription, waits for its validation, and leaves alone what exists', async () => {
    const first = await run(...ensure());
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('?code=***') });
    expect(first.stderr).toMatch(/is made\.[\s\S]*In the first hour/);
    expect(all()).toMatchObject([
      { endPoint: receiver.endpoint, resourceFilter: 'urn:altinn:resource:my-letters', validated: true },
    ]);
    expect(all()[0]).not.toHaveProperty('typeFilter');
    const again = await run(...ensure('--resource', 'urn:altinn:resource:my-letters'));
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('exists and is validated') });
    expect(all()).toHaveLength(1);
    expect(sent()).toBe(1);
  });

  it('makes one for each type, and tells in JSON', async () => {
    const types = ['correspondencereceiverread', 'correspondencereceiverneverread'].map(
      (name) => typePrefix + name,
    );
    const { code, stdout } = await run(...ensure('--json', ...types.flatMap((type) => ['--type', type])));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      validated: true,
      subscriptions: types.map((typeFilter) => ({ typeFilter, validated: true })),
    });
  });

  it('makes one for a recipient and its subunits', async () => {
    const scopes = ['altinn:events.subscribe', 'altinn:correspondence.read'];
    settings = { ...settingsOf(altinn, { clientId: 'vendor', scopes }), ALTINN_SYSTEM_USER_ORG: recipient };
    expect(await run(...ensure('--recipient', recipient, '--include-subunits'))).toMatchObject({ code: 0 });
    expect(all()).toMatchObject([
      { subjectFilter: `urn:altinn:organization:identifier-no:${recipient}`, includeSubunits: true },
    ]);
    const other = await run(...ensure('--recipient', '313154600'));
    expect(other).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Not authorized to create a subscription'),
    });
  });

  it('refuses, before the call, what Altinn would refuse or never match', async () => {
    const refusals: [string[], string][] = [
      [ensure('--source-filter', 'https://platform.altinn.no/x'), '--source-filter is not supported'],
      [
        ensure('--alternative-subject-filter', '/organisation/1'),
        '--alternative-subject-filter is not supported',
      ],
      [ensure('--resource', ''), '--resource is empty'],
      [ensure('--resource', 'My-Letters'), '--resource has upper-case letters'],
      [ensure('--resource', 'my letters'), '--resource is no URN'],
      [ensure('--endpoint', ''), '--endpoint is empty'],
      [ensure('--endpoint', '/api/events'), '--endpoint is no absolute address'],
      [ensure('--endpoint', `http://app.example.no/?code=${endpointKey}`), '--endpoint is not https'],
      [ensure('--endpoint', `${receiver.endpoint}#x`), '--endpoint has a fragment'],
      [ensure('--type', ''), '--type is empty'],
      [ensure('--type', `${typePrefix}CorrespondenceReceiverRead`), 'has upper-case letters'],
      [ensure('--type', `${typePrefix}correspondenceeaten`), 'is no type of Correspondence'],
      [ensure('--recipient', ''), '--recipient is empty'],
      [ensure('--recipient', '12345678'), '--recipient is not urn:altinn:organization'],
      [ensure('--recipient', recipient, '--type', `${typePrefix}correspondencereceiverread`), 'sender alone'],
      [ensure('--include-subunits'), '--include-subunits needs a subjectFilter'],
    ];
    await inPairs(refusals, async ([args, message]) => {
      const { code, stdout, stderr } = await run(...args);
      expect(stderr).toContain(message);
      expect(stderr).toContain('Not sent to Altinn');
      expect([code, stdout]).toEqual([1, '']);
    });
    expect(all()).toEqual([]);
  });

  it('passes on what Altinn refuses, with what to do', async () => {
    const policy = await run(...ensure('--resource', 'theirs', '--json'));
    expect(policy.code).toBe(1);
    expect(JSON.parse(policy.stdout)).toMatchObject({
      exitCode: 1,
      error: expect.stringContaining('subscribe'),
    });
    settings = settingsOf(altinn, { clientId: 'no-events', scopes: ['altinn:serviceowner'] });
    const scope = await run(...ensure());
    expect(scope).toMatchObject({ code: 1, stderr: expect.stringContaining('altinn:events.subscribe') });
    expect(all()).toEqual([]);
  });

  it('sends the request again when the validation was missed, and gives up after eight minutes', async () => {
    receiver.webhook = () => ({ status: 503 });
    const missed = await run(...ensure());
    expect(missed.code).toBe(3);
    expect(missed.stderr).toMatch(/Waiting for Altinn to validate[\s\S]*sent again[\s\S]*has not validated/);
    expect(sent()).toBe(2);
    receiver.webhook = undefined;
    const again = await run(...ensure());
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('its validation was missed') });
    expect(all()).toMatchObject([{ validated: true }]);
  });

  it('is done when the second request was the good one', async () => {
    let tries = 0;
    receiver.webhook = () => ({ status: tries++ === 0 ? 503 : 200 });
    const { code, stderr } = await cli(ensure(), { ...settings, ALTINN_TIME_SCALE: '100' });
    expect(stderr).toContain('sent again');
    expect(code).toBe(0);
    expect(all()).toHaveLength(1);
  });
});

describe('subscription list, show and delete', () => {
  it('hide the key unless they are asked for it', async () => {
    await run(...ensure());
    const [{ id } = { id: 0 }] = all();
    for (const args of [['list'], ['show', String(id)], ['list', '--json'], ['show', String(id), '--json']]) {
      const hidden = await run('subscription', ...args);
      expect(hidden).toMatchObject({ code: 0, stdout: expect.stringContaining('code=***') });
      const shown = await cli(['subscription', ...args, '--show-secrets'], settings, { secretsAsked: true });
      expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining(endpointKey) });
    }
    expect(await run('subscription', 'delete', String(id))).toMatchObject({ code: 0 });
    expect(all()).toEqual([]);
    expect(await run('subscription', 'list')).toMatchObject({
      stdout: expect.stringContaining('no subscription'),
    });
  });

  it('tell of what is not there, and of what is not ours', async () => {
    await run(...ensure());
    const unknown = await run('subscription', 'show', '999999');
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('no such subscription') });
    const [{ id } = { id: 0 }] = all();
    settings = settingsOf(altinn, { clientId: 'other', organization: '974760673', serviceOwner: 'skd' });
    for (const command of ['show', 'delete']) {
      const foreign = await run('subscription', command, String(id));
      expect(foreign).toMatchObject({ code: 1, stderr: expect.stringContaining('403') });
    }
    expect(all()).toHaveLength(1);
  });
});

describe('subscription rotate', () => {
  const endpoint = () => `${receiver.url}/api/events?code=${newKey}`;
  const rotate = (...more: string[]) => [
    'subscription',
    'rotate',
    '--from',
    String(all()[0]?.id),
    '--endpoint',
    endpoint(),
    ...more,
  ];

  it('makes the new one, keeps the old one, and prints how to delete that', async () => {
    const type = `${typePrefix}correspondencereceiverread`;
    await run(...ensure('--type', type));
    const [old] = all();
    const { code, stdout } = await run(...rotate());
    expect(code).toBe(0);
    expect(all()).toMatchObject([
      { endPoint: receiver.endpoint },
      { endPoint: endpoint(), typeFilter: type, validated: true },
    ]);
    const command = /^npm run altinn -- (subscription delete \d+ --env \S+)$/m.exec(stdout)?.[1];
    expect(await run(...(command ?? '').split(' '))).toMatchObject({ code: 0 });
    expect(all().map(({ id }) => id)).not.toContain(old?.id);
  });

  it('deletes the old one an hour later, and no event is lost', async () => {
    await run(...ensure());
    const { simulator } = altinn;
    simulator.createLetters({}, 5);
    const rotated = cli(rotate('--wait', '--json'), { ...settings, ALTINN_TIME_SCALE: '3600' });
    while (all().length < 2 || !all()[1]?.validated) await new Promise((resolve) => setTimeout(resolve, 20));
    const validatedAt = Date.now();
    simulator.createLetters({}, 5);
    const { code, stdout, stderr } = await rotated;
    // An hour at this scale.
    expect(Date.now() - validatedAt).toBeGreaterThanOrEqual(1_000);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ deleted: true, validated: true });
    expect(stderr).toContain('Waiting until all of Altinn knows');
    expect(all()).toMatchObject([{ endPoint: endpoint() }]);
    receiver.keys.delete(endpointKey);
    simulator.createLetters({}, 5);
    await simulator.sender.settled();
    const received = new Set(receiver.events.map(({ id }) => id));
    expect(
      simulator.log
        .all()
        .map(({ event }) => event.id)
        .filter((id) => !received.has(id)),
    ).toEqual([]);
    expect(new Set(receiver.events.map(({ key }) => key))).toEqual(new Set([endpointKey, newKey]));
  });

  it('keeps the old one when the new one is not validated', async () => {
    await run(...ensure());
    receiver.keys.delete(newKey);
    const { code, stderr } = await run(...rotate('--wait'));
    expect(code).toBe(3);
    expect(stderr).toContain('keep');
    expect(all()).toMatchObject([{ endPoint: receiver.endpoint, validated: true }, { validated: false }]);
  });

  it('refuses the same address, and one that Altinn would refuse', async () => {
    await run(...ensure());
    const from = ['subscription', 'rotate', '--from', String(all()[0]?.id), '--endpoint'];
    expect(await run(...from, receiver.endpoint)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('already'),
    });
    expect(await run(...from, 'http://app.example.no')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('not https'),
    });
    expect(all()).toHaveLength(1);
  });
});

describe('the command line', () => {
  it('tells how it is used, with an example of each command', async () => {
    const root = await cli(['--help']);
    expect(root).toMatchObject({ code: 0, stdout: expect.stringContaining('Exit codes') });
    const commands = namesOf(makeProgram());
    expect(commands).toContain('subscription ensure');
    expect(commands).toContain('dead-letters redrive');
    await inPairs(commands, async (command) => {
      const help = await cli([...command.split(' '), '--help']);
      expect(help).toMatchObject({
        code: 0,
        stdout: expect.stringContaining(`npm run altinn -- ${command}`),
      });
    });
  });

  it('warns of a setting that is misspelt, beside the result', async () => {
    const run = await cli(['subscription', 'list', '--json'], { ...settings, MASKINPORTEN_SCOPE: 'x' });
    expect(run.code).toBe(0);
    expect(run.stderr).toBe(
      'Warning: MASKINPORTEN_SCOPE is set, and nothing reads it. Did you mean MASKINPORTEN_SCOPES?\n',
    );
    JSON.parse(run.stdout);
  });

  it('ends with 2 where its usage or its settings are wrong', async () => {
    const { MASKINPORTEN_KEY: key = '', ...withoutKey } = settings;
    const wrong: [string[], Record<string, string>, string][] = [
      [['subscription', 'ensure'], settings, '--resource'],
      [['subscription', 'show', 'x'], settings, 'whole number'],
      [['subscription', 'eat'], settings, 'unknown command'],
      [['subscription', 'list', '--eat'], settings, 'unknown option'],
      [['subscription', 'list', '--env', 'tt03'], settings, 'ALTINN_ENVIRONMENT'],
      [['subscription', 'list'], {}, 'MASKINPORTEN_CLIENT_ID'],
      [['subscription', 'list'], { ...settings, ALTINN_TIME_SCALE: 'fast' }, 'ALTINN_TIME_SCALE is no'],
      [['subscription', 'list'], withoutKey, 'MASKINPORTEN_KEY is missing'],
      [['subscription', 'list'], { ...settings, MASKINPORTEN_KEY: key.slice(0, 900) }, 'MASKINPORTEN_KEY'],
    ];
    await inPairs(wrong, async ([args, environment, message]) => {
      const { code, stderr } = await cli(args, environment);
      expect(stderr).toContain(message);
      expect(code).toBe(2);
    });
  });

  it('tells of the client, the key or the scope that Maskinporten does not take', async () => {
    const wrong: [Record<string, string>, string][] = [
      [{ MASKINPORTEN_CLIENT_ID: 'nobody' }, 'does not know the client nobody'],
      [{ MASKINPORTEN_KEY_ID: 'other' }, 'The key other is not'],
      [{ MASKINPORTEN_SCOPES: 'altinn:events.subscribe altinn:lottery' }, 'the scope altinn:lottery'],
      [{ MASKINPORTEN_URL: altinn.maskinportenUrl.replace('127.0.0.1', 'localhost') }, 'MASKINPORTEN_URL'],
    ];
    await inPairs(wrong, async ([more, message]) => {
      const { code, stderr } = await cli(['subscription', 'list'], { ...settings, ...more });
      expect(stderr).toContain(message);
      expect(code).toBe(1);
    });
  });
});

/** The names of all commands that do something, with those of the groups that they are in. */
function namesOf({ commands }: Pick<Command, 'commands'>): string[] {
  return commands.flatMap((command) =>
    command.commands.length > 0
      ? namesOf(command).map((name) => `${command.name()} ${name}`)
      : [command.name()],
  );
}

/** Two at a time: each is a process. */
async function inPairs<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += 2) await Promise.all(items.slice(at, at + 2).map(work));
}
