import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exit } from '../../../infra/cli/exit.ts';
import { cli } from '../../support/altinn/cli.ts';
import { temporaryDirectory } from '../../support/host.ts';

const policy = {
  quietHours: { from: '20:00', to: '07:00', onlyWorkingDays: true },
  kinds: {
    'never-read': {
      steps: [
        { after: 'PT0S', channel: 'log' },
        { after: '1 working day', channel: 'webhook' },
      ],
      resources: { 'my-letters': { steps: [] } },
    },
    unread: { watch: { resources: ['my-letters'] }, steps: [{ after: 'P1D', channel: 'log' }] },
  },
};
const FOLLOW_UP_POLICY = JSON.stringify(policy);
const at = ['--at', '2026-04-01T10:00:00Z'];

function file(content: unknown): string {
  const path = join(temporaryDirectory(), 'policy.json');
  writeFileSync(path, JSON.stringify(content));
  return path;
}

describe('policy check', () => {
  it('says what a policy is about, from the setting or from a file', async () => {
    const { code, stdout } = await cli(['policy', 'check', '--json'], { FOLLOW_UP_POLICY });
    const said = { kinds: ['never-read', 'unread'], channels: ['webhook', 'log'] };
    expect([code, JSON.parse(stdout)]).toMatchObject([exit.ok, { ...said, from: 'FOLLOW_UP_POLICY' }]);
    const path = file(policy);
    const ofFile = await cli(['policy', 'check', path, '--json']);
    expect(JSON.parse(ofFile.stdout)).toEqual({ ...JSON.parse(stdout), from: path });
  });

  it('names all that is wrong, and fails', async () => {
    const path = file({ kinds: { unread: {}, 'never-red': {} } });
    const { code, stderr } = await cli(['policy', 'check', path]);
    expect(code).toBe(exit.usage);
    expect(stderr.trim().split('\n')).toEqual([
      `${path}: kinds.unread.watch is missing: it is an object, in { }`,
      `${path}: kinds.never-red is unknown. Did you mean never-read?`,
    ]);
  });

  it('holds it against ALTINN_RESOURCES', async () => {
    const { code, stderr } = await cli(['policy', 'check', file(policy)], { ALTINN_RESOURCES: 'others' });
    expect([code, stderr]).toEqual([exit.usage, expect.stringContaining('names none of ALTINN_RESOURCES')]);
  });

  it('fails where there is none', async () => {
    expect((await cli(['policy', 'check', 'nowhere.json'])).code).toBe(exit.usage);
    expect((await cli(['policy', 'check'], { FOLLOW_UP_POLICY: 'none' })).code).toBe(exit.usage);
  });
});

describe('policy explain', () => {
  it('says when each step is taken in Norway, and why then', async () => {
    const { code, stdout } = await cli(['policy', 'explain', 'never-read', ...at], { FOLLOW_UP_POLICY });
    expect(code).toBe(exit.ok);
    expect(stdout.split('\n')).toEqual([
      'Wed 2026-04-01 12:00  neverRead',
      'Wed 2026-04-01 12:00  log: at once',
      expect.stringMatching(
        /^Tue 2026-04-07 12:00 {2}webhook: after 1 working day; over .*2026-04-03 is Good Friday/,
      ),
      '',
    ]);
  });

  it('says so where a resource is not followed up, and when a watch ends', async () => {
    const explain = (...args: string[]) => cli(['policy', 'explain', ...args, ...at], { FOLLOW_UP_POLICY });
    const { stdout } = await explain('never-read', '--resource', 'My-Letters');
    expect(stdout).toContain('never-read of letters of My-Letters is not followed up');
    const watched = await explain('unread', '--resource', 'my-letters', '--json');
    expect(JSON.parse(watched.stdout)).toMatchObject({
      fact: 'published',
      opensAt: '2026-04-15T10:00:00.000Z',
      steps: [{ step: 'log', at: '2026-04-16T10:00:00.000Z', oslo: 'Thu 2026-04-16 12:00' }],
    });
  });
});
