import { whyNotAsked } from '../../../shared/altinn/role.ts';
import { type Check, ok, skipped, warn } from './check.ts';

export const followUpsAreChecked: Check = {
  name: 'follow-ups',
  needs: ['tokens'],
  async run({ scopes, connection, resources }) {
    if (!scopes.ok) return skipped(scopes.reason);
    if (!connection.ok) return skipped(connection.reason);
    const { systemUserOrg } = connection.value.settings;
    const whyNot = whyNotAsked({ systemUserOrg, scopes: scopes.value, resources });
    if (!whyNot) return ok('with these credentials Altinn is asked before one acts');
    return warn(
      'with these credentials they rest on what is pushed, which anybody with the address and the key can post',
      `${whyNot[0]?.toUpperCase()}${whyNot.slice(1)}`,
    );
  },
};
