import { makeEvents } from '../../../shared/altinn/api/events.ts';
import { explain } from '../cli.ts';
import { type Check, ok, ownSubscriptions, skipped, warn } from './check.ts';
import { newestEvents, whoseOf } from './newest.ts';

export const subunitsArePulled: Check = {
  name: 'subunits',
  needs: ['tokens'],
  async run(context) {
    const { connection, resources } = context;
    if (!connection.ok) return skipped(connection.reason);
    const { systemUserOrg } = connection.value.settings;
    if (!systemUserOrg) return skipped("subunits are a recipient's, and this is a service owner");
    const included = ownSubscriptions(context).some(({ includeSubunits }) => includeSubunits);
    const subunits = whoseOf(context).filter(({ subunit }) => subunit);
    if (subunits.length === 0) {
      return included
        ? warn(
            'the subscription includes subunits, and ALTINN_SUBUNITS names none: of their events, what the push misses is not pulled',
            'Set ALTINN_SUBUNITS to their organization numbers',
          )
        : skipped('ALTINN_SUBUNITS names none');
    }
    try {
      const events = makeEvents(connection.value.platform);
      const unseen: string[] = [];
      for (const one of subunits) {
        const found = await Promise.all(resources.map((resource) => newestEvents(resource, one, events, 1)));
        if (found.every((newest) => newest?.length === 0)) unseen.push(one.subunit as string);
      }
      const advice = 'Add --include-subunits to `subscription ensure`, or their events are pulled alone';
      if (!included) return warn('no subscription includes the subunits of ALTINN_SUBUNITS', advice);
      if (unseen.length === 0) return ok('each has had events that can be pulled');
      return warn(
        `for 90 days no event could be pulled of ${unseen.join(', ')}`,
        `Are they subunits of ${systemUserOrg}, and may it act for them?`,
      );
    } catch (error) {
      return skipped(explain(error));
    }
  },
};
