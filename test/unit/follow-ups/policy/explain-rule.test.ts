import { expect, it } from 'vitest';
import { explainRule } from '../../../../shared/follow-ups/policy/explain-rule.ts';
import { readPolicy } from '../../../../shared/follow-ups/policy/read-policy.ts';
import { standIns as types } from '../../../support/policy-types.ts';

it('tells why a step is moved, and over which holidays', () => {
  const content = {
    quietHours: { from: '20:00', to: '07:00', onlyWorkingDays: true },
    channels: { team: { type: 'chat' }, print: { type: 'box' } },
    kinds: {
      'never-read': {
        steps: [
          { after: 'PT0S', channel: 'team' },
          { after: 'PT1H', channel: 'print' },
          { after: 'P1D', channel: 'team' },
        ],
      },
    },
  };
  const policy = readPolicy({ text: JSON.stringify(content), from: 'x' }, { types, resources: [] });
  const rule = policy.rule('never-read', undefined);
  const steps = rule && explainRule(rule, policy, '2026-04-01T18:30:00Z').steps;
  expect(steps?.map(({ at, why }) => [at, ...why])).toEqual([
    [
      '2026-04-07T05:00:00.000Z',
      'at once',
      'moved from 2026-04-01 20:30, for quiet hours from 20:00 to 07:00',
      'over 2026-04-02 is Maundy Thursday, 2026-04-03 is Good Friday, 2026-04-05 is Easter Sunday, 2026-04-06 is Easter Monday',
    ],
    ['2026-04-01T19:30:00.000Z', 'after PT1H', 'in spite of quiet hours from 20:00 to 07:00'],
    [
      '2026-04-07T05:00:00.000Z',
      'after P1D',
      'moved from 2026-04-02 20:30, for Maundy Thursday',
      'over 2026-04-03 is Good Friday, 2026-04-05 is Easter Sunday, 2026-04-06 is Easter Monday',
    ],
  ]);
});
