import { describe, expect, it } from 'vitest';
import { withoutAlert } from '../../../infra/dev/generated/alerts.ts';
import { queriesOf } from '../../../infra/dev/generated/queries.ts';
import type { Declaration } from '../../../shared/signals/declaration.ts';
import { signals } from '../../../shared/signals/declared.ts';
import { readingsOf } from '../../support/kql.ts';

const declared = Object.entries<Declaration>(signals);
const inAlerts = new Set(
  queriesOf('alerts').flatMap(({ text }) => readingsOf(text).flatMap((reading) => reading.signals)),
);

describe('every promise', () => {
  const untold = (signalled: ReadonlySet<string>) =>
    [1, 2, 3, 4, 5, 6, 7].filter(
      (promise) =>
        !declared.some(([name, { promises }]) => promises.includes(promise) && signalled.has(name)),
    );

  it('has a signal, and an alert on one', () => {
    expect(untold(new Set(Object.keys(signals)))).toEqual([]);
    expect(untold(inAlerts)).toEqual([]);
  });

  it('is missed where no alert tells of it', () => {
    expect(untold(new Set([...inAlerts].filter((name) => name !== 'event.duplicate')))).toEqual([3]);
  });
});

describe('every signal that warns', () => {
  const untold = (given: readonly (readonly [string, Declaration])[]) =>
    given
      .filter(([, { level, warnsWhen }]) => level !== 'info' || warnsWhen)
      .filter(([name, { level }]) => !inAlerts.has(name) && (level === 'error' || !(name in withoutAlert())))
      .map(([name]) => name);

  it('is in an alert; or, where it is no error, on the list of those that have none', () => {
    expect(untold(declared)).toEqual([]);
  });

  it('is missed where it is in neither', () => {
    const common = { promises: [1], means: '', fields: {} };
    expect(
      untold([
        ['new.error', { ...common, level: 'error' }],
        ['new.warning', { ...common, level: 'warn' }],
        ['new.now-and-then', { ...common, level: 'info', warnsWhen: ['missing'] }],
        ['new.news', { ...common, level: 'info' }],
        ['channel.logged', { ...common, level: 'error' }],
      ]),
    ).toEqual(['new.error', 'new.warning', 'new.now-and-then', 'channel.logged']);
  });

  it('has no reason left on that list that nothing needs', () => {
    expect(Object.keys(withoutAlert()).filter((name) => inAlerts.has(name) || !(name in signals))).toEqual(
      [],
    );
  });
});
