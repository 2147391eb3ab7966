import { writeScope } from '../../../shared/altinn/auth/scopes.ts';
import { type Check, ok, skipped, warn } from './check.ts';

export const followUpsAreChecked: Check = {
  name: 'follow-ups',
  needs: ['tokens'],
  async run({ scopes }) {
    if (!scopes.ok) return skipped(scopes.reason);
    if (scopes.value.includes(writeScope))
      return ok('with these credentials Altinn is asked before one acts');
    return warn(
      'with these credentials they rest on what is pushed, which anybody with the address and the key can post',
      `A service owner: add the scope ${writeScope}. A recipient: a look at a letter would record it as fetched`,
    );
  },
};
