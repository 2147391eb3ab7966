import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Altinn, startAltinn } from '../../../infra/simulator/altinn.ts';
import { cli, organization, settingsOf } from '../../support/altinn/cli.ts';
import { type FakeReceiver, startReceiver } from '../../support/altinn/receiver.ts';

let altinn: Altinn;
let receiver: FakeReceiver;
let settings: Record<string, string>;

beforeEach(async () => {
  altinn = await startAltinn({ timeScale: 0, resources: { 'my-letters': organization } });
  receiver = await startReceiver();
  settings = settingsOf(altinn);
  await cli(ensure(), settings);
});
afterEach(async () => {
  receiver.stop();
  await altinn.stop();
});

const ensure = () => [
  ...['subscription', 'ensure', '--resource', 'my-letters'],
  ...['--endpoint', receiver.endpoint],
];

/** Runs a command of which nobody reads one of the two outputs, as behind `| head -1` when it has its line. */
async function unread(stream: 'stdout' | 'stderr', args: readonly string[]) {
  const child = spawn(process.execPath, ['infra/dev/altinn.mjs', ...args], {
    env: { PATH: process.env.PATH, ALTINN_TIME_SCALE: '1000', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child[stream].destroy();
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const output = await text(child[stream === 'stdout' ? 'stderr' : 'stdout']);
  return { code: await ended, output };
}

describe('an output that nobody reads any more', () => {
  it.each([
    ['list', ['subscription', 'list']],
    ['list --json', ['subscription', 'list', '--json']],
    ['help', ['--help']],
    ['a doctor, who writes line after line', ['doctor']],
  ])('is no error of %s', async (_, args) => {
    const { code, output } = await unread('stdout', args);
    expect(output).not.toMatch(/EPIPE|Error|\bat /);
    expect(code).toBe(0);
  });

  it('leaves the work to go on, and the exit code to tell how it ended', async () => {
    receiver.webhook = () => ({ status: 503 });
    const [{ id } = { id: 0 }] = altinn.simulator.subscriptions.list();
    const endpoint = `${receiver.url}/api/events?code=other`;
    const run = await unread('stderr', [
      ...['subscription', 'rotate', '--from', String(id)],
      ...['--endpoint', endpoint, '--json'],
    ]);
    expect(run.code).toBe(3);
    expect(JSON.parse(run.output)).toMatchObject({ validated: false, old: id });
  });
});
