import { absoluteUri } from '../../../shared/altinn/api/absolute-uri.ts';
import {
  checkSubscription,
  makeSubscriptions,
  requestOf,
  type Subscription,
  type Subscriptions,
} from '../../../shared/altinn/api/subscriptions.ts';
import { redactPersons } from '../../../shared/runtime/redact.ts';
import { redactAddress } from '../../../shared/runtime/sanitize.ts';
import { explain } from '../cli.ts';
import { type Check, fail, type Outcome, ok, ownSubscriptions, skipped, warn } from './check.ts';

export const tokensCanBeHad: Check = {
  name: 'tokens',
  async run({ scopes }) {
    if (scopes.ok)
      return ok(`Maskinporten and Altinn give one, with ${scopes.value.join(' ') || 'no known scope'}`);
    return fail(scopes.reason, 'Fix what the message names; see `npm run altinn -- --help` for the settings');
  },
};

export const subscriptionIsValidated: Check = {
  name: 'subscription',
  needs: ['tokens'],
  async run(context) {
    const { subscriptions, endpoint, resources } = context;
    if (!subscriptions.ok) return fail(subscriptions.reason, 'The scope altinn:events.subscribe is needed');
    const own = ownSubscriptions(context);
    const without = resources.filter(
      (resource) => !own.some(({ resourceFilter }) => resourceFilter === resource),
    );
    if (own.length === 0 || without.length > 0) {
      const other = subscriptions.value.find(
        ({ endPoint }) => withoutQuery(endPoint) === withoutQuery(endpoint),
      );
      return fail(
        `there is none for this endpoint${without.length > 0 ? ` and ${without.join(', ')}` : ''}` +
          (other ? `; ${other.id} has this address with another key or resource` : ''),
        'Make it with `subscription ensure`, or with `subscription rotate` if only the key is new',
      );
    }
    const waiting = own.filter(({ validated }) => !validated).map(({ id }) => id);
    if (waiting.length > 0) {
      return fail(
        `${waiting.join(', ')} is not validated, and gets no events`,
        'Run the same `subscription ensure` again: it makes Altinn try again',
      );
    }
    return ok(`${own.map(({ id }) => id).join(', ')} exists and is validated`);
  },
};

export const filtersCanMatch: Check = {
  name: 'filters',
  needs: ['tokens'],
  async run(context) {
    const own = ownSubscriptions(context);
    if (own.length === 0) return skipped('there is no subscription');
    const problems = own.flatMap((subscription) =>
      checkSubscription(requestOf(subscription))
        .filter(({ property }) => property !== 'endPoint')
        .map(({ property, problem }) => `${property} of ${subscription.id} ${problem}`),
    );
    if (problems.length > 0) {
      return fail(
        redactPersons(problems.join('; ')),
        'Delete that subscription and make it anew with `subscription ensure`',
      );
    }
    return ok('every filter can match events of Correspondence');
  },
};

export const resourceLetsUsSubscribe: Check = {
  name: 'resource',
  needs: ['tokens'],
  async run(context) {
    const { connection } = context;
    const own = ownSubscriptions(context).filter(
      (subscription) => checkSubscription(requestOf(subscription)).length === 0,
    );
    if (!connection.ok || own.length === 0) {
      return skipped(
        'only a subscription shows that, and there is none',
        'Make it with `subscription ensure`',
      );
    }
    return subscribeAgain(own, makeSubscriptions(connection.value.platform));
  },
};

/** The same request for what exists makes nothing new, and Altinn asks the resource's policy again. */
async function subscribeAgain(
  own: readonly Subscription[],
  { create }: Pick<Subscriptions, 'create'>,
): Promise<Outcome> {
  for (const subscription of own) {
    try {
      const { id, endPoint } = await create(requestOf(subscription));
      if (id !== subscription.id) {
        return warn(
          `asking anew for ${subscription.id} made ${id}, for ${redactAddress(endPoint)}`,
          `Delete one of the two: \`subscription delete ${id}\``,
        );
      }
    } catch (error) {
      return fail(
        explain(error),
        "The resource's policy must hold the action `subscribe` for your organization",
      );
    }
  }
  return ok('Altinn lets us subscribe');
}

function withoutQuery(address = ''): string {
  return absoluteUri(address).split('?', 1)[0] ?? '';
}
