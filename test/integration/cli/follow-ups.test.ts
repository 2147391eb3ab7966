import { randomUUID } from 'node:crypto';
import { describe, expect, inject, it } from 'vitest';
import { cli } from '../../support/altinn/cli.ts';
import { followUpsIn } from '../../support/given-follow-ups.ts';

const connectionString = inject('storage').peoplecli as string;
const { given } = followUpsIn(connectionString);
const run = (...args: string[]) => cli(['follow-ups', ...args], { AzureWebJobsStorage: connectionString });
const by = 'Kari Saksbehandler';

describe('follow-ups', () => {
  it('list shows those of a state, a kind and a resource, the earliest fact first', async () => {
    const resource = `urn:altinn:resource:${randomUUID()}`;
    const second = await given({
      resource,
      factAt: '2026-08-21T06:00:00Z',
      snoozedUntil: '2026-09-01T06:00:00Z',
    });
    const first = await given({ resource, factAt: '2026-08-20T06:00:00Z', state: 'notified' });
    const { code, stdout } = await run('list', '--resource', resource);
    expect([code, stdout.trim().split('\n')]).toEqual([
      0,
      [
        `${first}  notified  2026-08-20T06:00:00Z  ${resource}`,
        `${second}  open  2026-08-21T06:00:00Z  ${resource}  snoozed until 2026-09-01T06:00:00Z`,
      ],
    ]);
    const one = await run('list', '--resource', resource, '--max', '1', '--json');
    expect(JSON.parse(one.stdout)).toMatchObject({ followUps: [{ followUpId: first }], more: true });
    expect(one.stderr).toContain('There are more');
    expect((await run('list', '--resource', resource, '--state', 'disputed')).stdout).toBe(
      'No follow-up needs attention.\n',
    );
  });

  it('close, reopen and snooze do so, and show prints the history', async () => {
    const id = await given({ state: 'notified' });
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const closed = await run('close', id, '--reason', 'told on the phone', '--by', by, '--json');
    expect([closed.code, JSON.parse(closed.stdout)]).toEqual([
      0,
      expect.objectContaining({ followUpId: id, state: 'closed', reason: 'byPerson' }),
    ]);
    expect(closed.stderr).toContain('follow-up.closed-by-person');
    expect(closed.stderr).not.toContain(by);
    const again = await run('close', id, '--reason', 'told on the phone', '--by', by);
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('It was so already')]);
    const early = await run('snooze', id, '--until', until, '--by', by);
    expect([early.code, early.stderr]).toEqual([1, expect.stringContaining('reopen it first')]);
    expect((await run('reopen', id, '--by', by)).code).toBe(0);
    expect((await run('snooze', id, '--until', until, '--by', by)).code).toBe(0);
    const { stdout } = await run('show', id);
    expect(stdout).toMatch(/^state +open$/m);
    expect(stdout).toMatch(/Z {2}closed {8}by Kari Saksbehandler {2}told on the phone$/m);
    expect(stdout).toMatch(new RegExp(`Z  snoozed {7}until ${until}  by ${by}$`, 'm'));
  });

  it.each<[number, RegExp, string[]]>([
    [2, /It is a kind, a dash and a GUID/, ['show', 'never-read']],
    [1, /There is no follow-up/, ['show', `never-read-${randomUUID()}`]],
    [1, /There is no follow-up/, ['close', `never-read-${randomUUID()}`, '--reason', 'r', '--by', 'b']],
    [2, /--by/, ['close', `never-read-${randomUUID()}`, '--reason', 'r']],
    [2, /--reason must not be empty/, ['close', `never-read-${randomUUID()}`, '--reason', ' ', '--by', 'b']],
    [
      2,
      /--until must be in the future/,
      ['snooze', `never-read-${randomUUID()}`, '--until', '2020-01-01', '--by', 'b'],
    ],
    [2, /--state must be one of/, ['list', '--state', 'closed']],
    [2, /--max must be/, ['list', '--max', 'all']],
  ])('ends with %i and says %s', async (wanted, error, args) => {
    const { code, stderr } = await run(...args);
    expect([code, stderr]).toEqual([wanted, expect.stringMatching(error)]);
  });
});
