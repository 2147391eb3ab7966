import { describe, expect, it } from 'vitest';
import { readPolicy } from '../../../../shared/follow-ups/policy/read-policy.ts';
import { ConfigurationError } from '../../../../shared/runtime/configuration-error.ts';
import { standIns as types } from '../../../support/policy-types.ts';

const urn = (id: string) => `urn:altinn:resource:${id}`;
const step = (after: string, channel = 'team', more = {}) => ({ after, channel, ...more });
const channels = {
  team: { type: 'chat', language: 'nn' },
  person: { type: 'nudge', texts: { subject: 'x' } },
  print: { type: 'box' },
};
const steps = [step('PT0S')];
const read = (content: unknown, resources: readonly string[] = []) =>
  readPolicy({ text: JSON.stringify(content), from: 'the file' }, { types, resources });
const ofSteps = (...given: unknown[]) => read({ channels, kinds: { 'never-read': { steps: given } } });

function problems(content: unknown, resources?: readonly string[]): string[] {
  try {
    read(content, resources);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message.split('\n').map((line) => {
      expect(line.startsWith('the file: ')).toBe(true);
      return line.slice('the file: '.length);
    });
  }
  return [];
}
const ofKind = (kind: unknown, name = 'never-read') => problems({ channels, kinds: { [name]: kind } });

describe('a policy', () => {
  it('has the steps of a kind, in their order', () => {
    const policy = ofSteps(
      step('PT0S', 'person'),
      step('5 working days', 'team', { atAnyTime: true }),
      step('P14D', 'print', { nextAtOnceIfFailed: true }),
      step('P3W', 'team'),
      step('P3W', 'webhook'),
    );
    const common = { atAnyTime: false, nextAtOnceIfFailed: false };
    expect(policy.rule('never-read', undefined)?.steps).toEqual([
      { ...common, key: 'person', channel: 'person', after: { iso: 'PT0S' } },
      { ...common, key: 'team', channel: 'team', after: { workingDays: 5 }, atAnyTime: true },
      // Of a system, which nobody's evening is disturbed by.
      {
        ...common,
        key: 'print',
        channel: 'print',
        after: { iso: 'P14D' },
        atAnyTime: true,
        nextAtOnceIfFailed: true,
      },
      { ...common, key: 'team-2', channel: 'team', after: { iso: 'P3W' } },
      { ...common, key: 'webhook', channel: 'webhook', after: { iso: 'P3W' }, atAnyTime: true },
    ]);
  });

  it('has the channels with what their types take, and of its own those that are used', () => {
    expect([...ofSteps(step('PT0S', 'log')).channels.values()]).toEqual([
      { name: 'log', type: 'log', options: {} },
      { name: 'team', type: 'chat', options: { language: 'nn' }, perHour: 20 },
      { name: 'person', type: 'nudge', options: { texts: { subject: 'x' } } },
      { name: 'print', type: 'box', options: {} },
    ]);
    const few = read({ channels: { team: { type: 'chat', perHour: 3 } }, kinds: {} });
    expect(few.channels.get('team')).toMatchObject({ perHour: 3, options: {} });
  });

  it('holds for a resource what is said of it, and else what is said of all', () => {
    const policy = read({
      channels,
      kinds: {
        'never-read': {
          steps,
          resources: { 'My-Own': { steps: [step('P1D')] }, [urn('none')]: { steps: [] } },
        },
        'never-confirmed': { resources: { one: { steps } } },
        'publish-failed': { steps: [] },
      },
    });
    const afterOf = (resource: string | undefined) =>
      policy.rule('never-read', resource)?.steps.map(({ after }) => after);
    expect(afterOf(undefined)).toEqual([{ iso: 'PT0S' }]);
    expect(afterOf(urn('other'))).toEqual([{ iso: 'PT0S' }]);
    expect(afterOf(urn('my-own'))).toEqual([{ iso: 'P1D' }]);
    expect(afterOf(urn('none'))).toBeUndefined();
    expect(policy.rule('never-confirmed', undefined)).toBeUndefined();
    expect(policy.rule('never-confirmed', urn('one'))?.steps).toHaveLength(1);
    expect(policy.rule('publish-failed', urn('one'))).toBeUndefined();
    expect(policy.rule('unread', urn('one'))).toBeUndefined();
    expect([...policy.kinds]).toEqual(['never-read', 'never-confirmed']);
  });

  it('watches where it says so alone, after the usual time or its own', () => {
    const policy = read({
      channels,
      kinds: {
        unread: { watch: { resources: ['a', 'B'] }, steps, resources: { b: { steps: [] } } },
        'not-published': { watch: { after: 'PT6H', resources: ['a'] }, steps },
        'no-notification-outcome': { watch: { resources: ['a'] }, resources: { a: { steps } } },
      },
    });
    expect(policy.rule('unread', urn('a'))?.watchAfter).toEqual({ iso: 'P14D' });
    expect(policy.rule('unread', urn('b'))).toBeUndefined();
    expect(policy.rule('unread', urn('c'))).toBeUndefined();
    expect(policy.rule('unread', undefined)).toBeUndefined();
    expect(policy.rule('not-published', urn('a'))?.watchAfter).toEqual({ iso: 'PT6H' });
    expect(policy.rule('no-notification-outcome', urn('a'))).toMatchObject({ watchAfter: { iso: 'P9D' } });
  });

  it('moves steps to people out of quiet hours', () => {
    const quietHours = { from: '20:00', to: '07:00', onlyWorkingDays: true };
    const given = [step('PT0S', 'team'), step('PT0S', 'person'), step('PT0S', 'print')];
    const policy = read({ quietHours, channels, kinds: { 'never-read': { steps: given } } });
    const times = policy
      .rule('never-read', undefined)
      ?.steps.map((each) => policy.timeOf(each, '2026-11-21T12:00:00Z').toISOString());
    const monday = '2026-11-23T06:00:00.000Z';
    expect(times).toEqual([monday, monday, '2026-11-21T12:00:00.000Z']);
  });

  it('has a hash that changes with what it says, and not with how it is written', () => {
    const kinds = { 'never-read': { steps }, 'never-confirmed': { steps } };
    const { hash } = read({ channels, kinds });
    const turned = Object.fromEntries(Object.entries(kinds).reverse());
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    expect(read({ kinds: turned, $schema: './x.json', channels, giveUpAfter: 'PT240M' }).hash).toBe(hash);
    const others = [
      read({ channels, kinds: { 'never-read': { steps } } }),
      read({ channels, kinds, giveUpAfter: 'PT5H' }),
      read({ channels, kinds, linkTemplate: 'https://sak.example.no/{correspondenceId}' }),
      read({ channels: { ...channels, team: { type: 'chat', perHour: 3 } }, kinds }),
      read({ channels, kinds, quietHours: { from: '20:00', to: '07:00' } }),
    ].map((policy) => policy.hash);
    expect(new Set([hash, ...others]).size).toBe(6);
  });
});

describe('what is wrong with a policy', () => {
  it.each<[string, unknown, string]>([
    ['PT0S twice', [step('PT0S'), step('PT0S')], ''],
    ['one working day', [step('1 working day')], ''],
    ['five working days before two weeks', [step('5 working days'), step('P14D')], ''],
    ['two weeks before five working days, which may be as long', [step('P14D'), step('5 working days')], ''],
    ['a month before five working days', [step('P30D'), step('5 working days')], '[1].after is before'],
    ['five working days before three days', [step('5 working days'), step('P3D')], '[1].after is before'],
    ['days before hours', [step('P1D'), step('PT23H')], '[1].after is before the step before it'],
    [
      'three steps, the last before the first',
      [step('P2D'), step('P3D'), step('P1D')],
      '[2].after is before',
    ],
    ['months', [step('P1M')], '[0].after is neither a duration'],
    ['no working days', [step('0 working days')], '[0].after is neither'],
    ['a year and a day', [step('P366D')], '[0].after is longer than P365D'],
    [
      'too many working days',
      [step('251 working days')],
      '[0].after is longer than P365D, or 250 working days',
    ],
    ['no time', [{ channel: 'team' }], '[0].after is missing: it is a text in quotes'],
    ['a number', [step(3 as never)], '[0].after is not a text in quotes'],
    [
      'a channel that there is not',
      [step('PT0S', 'teem')],
      '[0].channel is no channel of `channels`, nor webhook or log. Did you mean team?',
    ],
    ['a slip', [{ ...step('PT0S'), atAnytime: true }], '[0].atAnytime is unknown. Did you mean atAnyTime?'],
    [
      'what nobody means',
      [{ ...step('PT0S'), what: 1 }],
      '[0].what is unknown. There are after, channel, atAnyTime, nextAtOnceIfFailed',
    ],
    ['no step', ['team'], '[0] is not an object, in { }'],
  ])('steps: %s', (_what, given, expected) => {
    const found = ofKind({ steps: given });
    if (!expected) expect(found).toEqual([]);
    else expect(found).toEqual([expect.stringContaining(`kinds.never-read.steps${expected}`)]);
  });

  it('two steps that would have one name', () => {
    const more = { ...channels, 'team-2': { type: 'chat' } };
    const given = [step('PT0S'), step('P1D'), step('P2D', 'team-2')];
    expect(problems({ channels: more, kinds: { 'never-read': { steps: given } } })).toEqual([
      expect.stringMatching(/^kinds.never-read.steps\[2\].channel cannot be told from another step, team-2/),
    ]);
  });

  it.each<[string, unknown, string, string?]>([
    ['nothing', {}, 'kinds.never-read has no steps'],
    ['a resource with nothing', { resources: { a: {} } }, 'kinds.never-read.resources.a.steps is missing'],
    ['no resource', { resources: { 'a b': { steps } } }, 'kinds.never-read.resources.a b names no resource'],
    [
      'one twice',
      { resources: { a: { steps }, [urn('A')]: { steps } } },
      `resources.${urn('A')} is there twice`,
    ],
    [
      'a watch',
      { steps, watch: { resources: ['a'] } },
      'kinds.never-read.watch is unknown. There are steps, resources',
    ],
    ['no watch', { steps }, 'kinds.unread.watch is missing', 'unread'],
    [
      'nothing watched',
      { steps, watch: { resources: [] } },
      'kinds.unread.watch.resources is empty',
      'unread',
    ],
    [
      'not watched',
      { watch: { resources: ['a'] }, resources: { b: { steps } } },
      'kinds.unread.resources.b is not watched',
      'unread',
    ],
    ['a slip in its name', { steps }, 'kinds.never-red is unknown. Did you mean never-read?', 'never-red'],
  ])('a kind: %s', (_what, kind, expected, name) => {
    expect(ofKind(kind, name)).toEqual([expect.stringContaining(expected)]);
  });

  it.each<[string, unknown, string]>([
    ['a name in capitals', { Team: { type: 'box' } }, 'channels.Team has a name that is none'],
    ['a name of its own', { log: { type: 'box' } }, 'channels.log is there without being declared'],
    ['an unknown type', { a: { type: 'chatt' } }, 'channels.a.type is none of chat, nudge, box'],
    ['no type', { a: {} }, 'channels.a.type is missing: it is one of chat, nudge, box'],
    ['a ceiling for a system', { a: { type: 'box', perHour: 3 } }, 'channels.a.perHour is unknown'],
    ['a ceiling of none', { a: { type: 'chat', perHour: 0 } }, 'channels.a.perHour is less than 1'],
    ['too high a ceiling', { a: { type: 'chat', perHour: 1_001 } }, 'channels.a.perHour is more than 1000'],
    ['half a message', { a: { type: 'chat', perHour: 1.5 } }, 'channels.a.perHour is not a whole number'],
    ['another option', { a: { type: 'chat', language: 'sv' } }, 'channels.a.language is none of nb, nn, en'],
    [
      'an unknown option',
      { a: { type: 'nudge', texts: { subject: '' }, x: 1 } },
      'channels.a.x is unknown. There are texts, type',
    ],
  ])('a channel: %s', (_what, given, expected) => {
    expect(problems({ channels: given, kinds: {} })).toEqual([expect.stringContaining(expected)]);
  });

  it.each<[string, unknown, string]>([
    [
      'hours without end',
      { quietHours: { from: '20:00', to: '20:00' } },
      'quietHours.to is the same as `from`',
    ],
    ['no hours', { quietHours: { from: '8', to: '24:00' } }, 'quietHours.from is no time of day'],
    ['working days', { giveUpAfter: '1 working day' }, 'giveUpAfter takes a duration alone, PT4H say'],
    ['no address', { linkTemplate: 'javascript:alert(1)' }, 'linkTemplate is no https address'],
    ['an unknown field', { linkTemplate: 'https://x.no/{recipient}' }, 'linkTemplate is no https address'],
    ['a slip', { linkTemplat: 'https://x.no' }, 'linkTemplat is unknown. Did you mean linkTemplate?'],
  ])('at the top: %s', (_what, given, expected) => {
    expect(problems({ ...(given as object), kinds: {} })[0]).toContain(expected);
  });

  it('a resource that is not the owner’s', () => {
    const kinds = {
      'never-read': { steps, resources: { mine: { steps }, theirs: { steps } } },
      unread: { steps, watch: { resources: [urn('Mine'), 'theirs'] } },
    };
    expect(problems({ channels, kinds }, [urn('mine')])).toEqual([
      'kinds.never-read.resources.theirs names none of ALTINN_RESOURCES',
      'kinds.unread.watch.resources[1] names none of ALTINN_RESOURCES',
    ]);
  });

  it('is said all at once', () => {
    const found = problems({
      giveUpAfter: 'x',
      channels: { A: { type: 'box' }, b: { type: 'boks' } },
      kinds: { 'never-read': { steps: [{ after: 'x', channel: 'y' }] }, unread: {} },
    });
    expect(found.length).toBeGreaterThanOrEqual(6);
  });

  it.each(['', '{', '{"a":1,}', '{"a": hunter2}', '[1 2]'])('is no JSON: %s', (text) => {
    const readIt = () => readPolicy({ text, from: 'the file' }, { types, resources: [] });
    expect(readIt).toThrow(ConfigurationError);
    expect(readIt).toThrow(/^the file is no JSON: \w/);
    expect(readIt).not.toThrow(/hunter2/);
  });

  it.each(['[]', '3', 'null', '"x"'])('is no object: %s', (text) => {
    const readIt = () => readPolicy({ text, from: 'the file' }, { types, resources: [] });
    expect(readIt).toThrow('the file: the policy is not an object');
  });
});
