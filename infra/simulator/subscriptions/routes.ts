import { randomUUID } from 'node:crypto';
import { entityOf, maySubscribe, type Resources, type Subunits } from '../access.ts';
import type { Caller } from '../altinn-token.ts';
import type { Counters } from '../counters.ts';
import { validationSchedule } from '../events/schedules.ts';
import type { Sender } from '../events/sender.ts';
import { type Answer, type Call, empty, json, type Route } from '../http/answer.ts';
import { invalidModel } from '../http/problem.ts';
import { refuse } from './refuse.ts';
import { readSubscriptionRequest } from './request.ts';
import type { Subscription, Subscriptions } from './subscriptions.ts';

const path = '/events/api/v1/subscriptions';

export interface SubscriptionRoutesParts {
  readonly platform: string;
  readonly subscriptions: Subscriptions;
  readonly sender: Sender;
  readonly counters: Counters;
  readonly resources: Resources;
  readonly subunits: Subunits;
  readonly readCaller: (call: Call) => Promise<Caller | undefined>;
}

/** The subscription API. There is no update. Source: Altinn/altinn-events, `SubscriptionController`. */
export function subscriptionRoutes(parts: SubscriptionRoutesParts): Route[] {
  const { subscriptions, readCaller } = parts;

  async function create(call: Call): Promise<Answer> {
    const caller = await readCaller(call);
    if (!caller) return empty(401);
    const request = readSubscriptionRequest(call);
    if ('status' in request) return request;
    const refusal = refuse(request, caller);
    if (refusal) return refusal;
    const resource = request.resourceFilter as string;
    if (!maySubscribe(caller, resource, request.subjectFilter, parts))
      return json(403, `Not authorized to create a subscription for resource ${resource}.`);
    const subscription = subscriptions.create(request, caller);
    sendValidation(subscription, parts);
    return {
      ...json(201, subscription),
      headers: {
        'content-type': 'application/json; charset=utf-8',
        // Altinn's own slip: the path lacks its last letter.
        location: `/events/api/v1/subscription/${subscription.id}`,
      },
    };
  }

  async function list(call: Call): Promise<Answer> {
    const caller = await readCaller(call);
    if (!caller) return empty(401);
    const own = subscriptions.list(entityOf(caller));
    return json(200, { count: own.length, subscriptions: own });
  }

  /** Another's is 403, an unknown one 404. */
  const withOwn = (handle: (own: Subscription) => Answer) => async (call: Call) => {
    const caller = await readCaller(call);
    if (!caller) return empty(401);
    const id = call.params.id as string;
    if (!/^\d+$/.test(id)) return invalidModel({ id: [`The value '${id}' is not valid.`] });
    const subscription = subscriptions.get(Number(id));
    if (!subscription) return empty(404);
    return subscription.createdBy === entityOf(caller) ? handle(subscription) : empty(403);
  };

  const remove = ({ id }: Subscription) => {
    subscriptions.delete(id);
    return empty(200);
  };

  const api = 'subscriptions';
  return [
    { api, method: 'POST', path, handle: create },
    { api, method: 'GET', path, handle: list },
    { api, method: 'GET', path: `${path}/:id`, handle: withOwn((own) => json(200, own)) },
    { api, method: 'DELETE', path: `${path}/:id`, handle: withOwn(remove) },
  ];
}

/** Sent on every `POST`, also for a subscription that is there already. */
function sendValidation({ id, endPoint }: Subscription, parts: SubscriptionRoutesParts): void {
  const { platform, subscriptions, sender, counters } = parts;
  const event = {
    specversion: '1.0',
    id: randomUUID(),
    source: `${platform}/events/api/v1/subscriptions/${id}`,
    type: 'platform.events.validatesubscription',
  };
  sender.deliver({
    endpoint: endPoint,
    body: JSON.stringify(event),
    schedule: validationSchedule,
    onTry: () => {
      counters.validationsSent += 1;
    },
    onAcknowledged: () => subscriptions.markValidated(id),
  });
}
