import { expect, it } from 'vitest';
import { defaultKnobs, readKnobs, turnKnobs } from '../../../infra/simulator/knobs.ts';

it('reads knobs as the command line has them', () => {
  expect(readKnobs(['losePush=0.1', 'apis.events.serverError=0.2', 'apis.events.latency=50'])).toEqual({
    losePush: 0.1,
    apis: { events: { serverError: 0.2, latency: 50 } },
  });
  expect(readKnobs(['dialogporten=on'])).toEqual({ dialogporten: 'on' });
  expect(readKnobs([])).toEqual({});
});

it.each(['loose=1', 'losePush', 'losePush=', 'losePush=2', 'losePush=x', 'apis.mail.latency=1', 'apis=1'])(
  'refuses %s',
  (setting) => {
    expect(() => readKnobs([setting])).toThrow();
  },
);

it('turns what is named and leaves the rest', () => {
  const knobs = defaultKnobs();
  turnKnobs(knobs, { delay: 0.5, apis: { token: { latency: 5 } } });
  turnKnobs(knobs, { apis: { token: { serverError: 1 } } });
  expect(knobs).toEqual({
    ...defaultKnobs(),
    delay: 0.5,
    apis: { ...defaultKnobs().apis, token: { ...defaultKnobs().apis.token, latency: 5, serverError: 1 } },
  });
});
