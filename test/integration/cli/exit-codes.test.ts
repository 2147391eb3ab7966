import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exit } from '../../../infra/cli/exit.ts';
import { type Altinn, startAltinn } from '../../../infra/simulator/altinn.ts';
import { cli, endpointKey, newKey, organization, settingsOf } from '../../support/altinn/cli.ts';
import { type FakeReceiver, startReceiver } from '../../support/altinn/receiver.ts';

let altinn: Altinn;
let receiver: FakeReceiver;
let settings: Record<string, string>;

beforeEach(async () => {
  altinn = await startAltinn({
    timeScale: 0,
    resources: { 'my-letters': organization, theirs: '974760673' },
  });
  receiver = await startReceiver();
  settings = { ...settingsOf(altinn), RECEIVER_URL: `${receiver.url}/?code=${endpointKey}` };
});
afterEach(async () => {
  receiver.stop();
  await altinn.stop();
});

const ensure = (resource = 'my-letters') => [
  ...['subscription', 'ensure', '--resource', resource],
  ...['--endpoint', receiver.endpoint],
];
const list = () => ['subscription', 'list'];
const doctor = () => ['doctor', '--endpoint', receiver.endpoint, '--resource', 'my-letters'];
const rotate = (from: number, key: string) => [
  ...['subscription', 'rotate', '--from', String(from)],
  ...['--endpoint', `${receiver.url}/api/events?code=${key}`],
];
/** The number of a subscription that is made and validated. */
const subscribed = async () => {
  await cli(ensure(), settings);
  return altinn.simulator.subscriptions.list()[0]?.id ?? 0;
};
const statusOf = (facts: Record<string, string>) => {
  const [id = ''] = altinn.simulator.createLetters({});
  receiver.tracked.set(id, { facts, timeline: [] });
  return ['status', id];
};

type Case = [what: string, command: () => string[] | Promise<string[]>, setting?: string, value?: string];

/** By code: what ends so. */
const cases: Record<number, Case[]> = {
  [exit.ok]: [
    ['help', () => ['status', '--help']],
    ['an empty list', list],
    ['a subscription that is made and validated', () => ensure()],
    ['a doctor who finds nothing that fails, and skips some', () => subscribed().then(doctor)],
    ['a letter of which both say the same', () => statusOf({ published: 'then' })],
  ],
  [exit.failed]: [
    ['what Altinn refuses', () => ensure('theirs')],
    ['what is refused here because Altinn would', () => ensure('My-Letters')],
    ['a subscription that is not there', () => ['subscription', 'show', '999999']],
    ['a rotation to the same address', async () => rotate(await subscribed(), endpointKey)],
    ['a doctor who finds that something fails', () => doctor()],
    ['a receiver that does not answer', () => [...statusOf({}), '--receiver', 'http://127.0.0.1:1/?code=x']],
    ['a client that Maskinporten does not know', list, 'MASKINPORTEN_CLIENT_ID', 'nobody'],
  ],
  [exit.usage]: [
    ['no command', () => []],
    ['an unknown command', () => ['subscription', 'eat']],
    ['an unknown option', () => ['subscription', 'list', '--eat']],
    ['an option that is missing', () => ['subscription', 'ensure']],
    ['what is no GUID', () => ['status', 'x']],
    ['what is no number', () => ['subscription', 'show', 'x']],
    ['what is no time', () => ['reconcile', '--since', 'yesterday']],
    ['no resource', () => ['reconcile']],
    ['no receiver', () => statusOf({}), 'RECEIVER_URL'],
    ['a receiver that is no address', () => [...statusOf({}), '--receiver', 'nowhere']],
    ['an unknown environment', () => ['subscription', 'list', '--env', 'tt03']],
    ['a setting that is missing', list, 'MASKINPORTEN_KEY'],
    ['a setting that is wrong', list, 'ALTINN_TIME_SCALE', 'fast'],
  ],
  [exit.notValidated]: [
    ['a subscription that was not validated', () => unanswered() && ensure()],
    [
      'a rotation whose new subscription was not validated',
      async () => {
        const old = await subscribed();
        return unanswered() && rotate(old, newKey);
      },
    ],
  ],
  [exit.differs]: [
    ['a letter of which we know less than Altinn', () => statusOf({})],
    ['a letter of which we know more than Altinn', () => statusOf({ published: 'then', read: 'later' })],
    ['a letter that is not tracked', () => ['status', altinn.simulator.createLetters({})[0] ?? '']],
  ],
};

function unanswered(): true {
  receiver.webhook = () => ({ status: 503 });
  return true;
}

describe('exit codes', () => {
  it('are documented in the help and in docs/altinn.md, each of them and no other', async () => {
    const codes = Object.values(exit).map(String);
    const { stdout } = await cli(['--help']);
    const help = stdout.slice(stdout.indexOf('Exit codes:'), stdout.indexOf('Settings,'));
    expect([...help.matchAll(/^ {2}(\d) {2}\S/gm)].map(([, code]) => code)).toEqual(codes);
    const page = readFileSync('docs/altinn.md', 'utf8');
    const table = page.slice(page.indexOf('| exit code |')).split('\n\n', 1)[0] ?? '';
    expect([...table.matchAll(/^\| (\d) \|/gm)].map(([, code]) => code)).toEqual(codes);
    expect(Object.keys(cases)).toEqual(codes);
  });

  for (const [code, ending] of Object.entries(cases)) {
    it.each(ending)(`${code}: %s`, async (_, command, setting, value = '') => {
      const args = await command();
      expect(await cli(args, { ...settings, ...(setting && { [setting]: value }) })).toMatchObject({
        code: Number(code),
      });
    });
  }
});
