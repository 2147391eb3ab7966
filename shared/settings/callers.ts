import type { Callers } from '../altinn/callers.ts';
import { declared } from './declared.ts';
import { type Environment, Reading } from './reading.ts';

const { source, policy } = declared.callers.settings;

/** Reads who may call the webhook; `undefined` when nobody is checked. @throws ConfigurationError */
export function readCallers(environment: Environment): Callers | undefined {
  const reading = new Reading(environment, ['callers']);
  const callers = callersOf(reading);
  reading.done();
  return callers;
}

/** Who may call the webhook; `undefined` when nobody is checked. Notes a policy that has nobody to enforce. */
export function callersOf(reading: Reading<'callers'>): Callers | undefined {
  const { callers } = reading.values;
  if (callers.policy === 'enforce' && !reading.has(source)) {
    reading.wrong(source, `is missing, and ${policy.name} is enforce`);
  }
  const { source: addresses, policy: how } = callers;
  if (!addresses || how === 'off') return undefined;
  return { policy: how, includes: (address) => addresses.has(address) };
}
