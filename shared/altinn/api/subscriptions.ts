import * as z from 'zod/mini';
import { absoluteUri } from './absolute-uri.ts';
import { parseAnswer } from './parse-answer.ts';
import type { Platform } from './platform.ts';
import type { SubscriptionRequest } from './subscription-check.ts';

export {
  checkSubscription,
  type SubscriptionProblem,
  type SubscriptionRequest,
} from './subscription-check.ts';

const text = z.nullish(z.string());

/** A subscription as Altinn has it; what it may have besides is kept. `endPoint` holds the receiver's key. */
const schema = z.looseObject({
  id: z.number(),
  endPoint: z.string(),
  resourceFilter: text,
  subjectFilter: text,
  typeFilter: text,
  sourceFilter: text,
  alternativeSubjectFilter: text,
  consumer: text,
  createdBy: text,
  created: text,
  validated: z.boolean(),
  includeSubunits: z.nullish(z.boolean()),
});
const list = z.object({ subscriptions: z.nullish(z.array(schema)) });

export type Subscription = z.infer<typeof schema>;

const path = '/events/api/v1/subscriptions';

/**
 * The subscription API of Altinn Events. Every call may throw AltinnError or TokenError.
 *
 * Source: Altinn/altinn-events, `SubscriptionController`.
 */
export function makeSubscriptions(platform: Platform) {
  return {
    /** Makes a subscription, or finds the equal one; either way Altinn sends the validation event (again). */
    async create(request: SubscriptionRequest): Promise<Subscription> {
      return parseAnswer(schema, await platform.request('POST', path, { body: request }), 'a subscription');
    },
    /** All of the token's organization. */
    async list(): Promise<readonly Subscription[]> {
      return parseAnswer(list, await platform.request('GET', path), 'a subscription').subscriptions ?? [];
    },
    async get(id: number): Promise<Subscription> {
      return parseAnswer(schema, await platform.request('GET', `${path}/${id}`), 'a subscription');
    },
    /** Deletes a subscription for good; Altinn goes on pushing to it for up to an hour. */
    async delete(id: number): Promise<void> {
      await platform.request('DELETE', `${path}/${id}`);
    },
  };
}

export type Subscriptions = ReturnType<typeof makeSubscriptions>;

/** Whether Altinn takes two addresses of an endpoint for one. */
export function isSameAddress(one: string, other: string): boolean {
  return absoluteUri(one) === absoluteUri(other);
}

/** Whether Altinn would answer this request with that subscription instead of a new one. */
export function isEqual(request: SubscriptionRequest, subscription: Subscription): boolean {
  return (
    isSameAddress(subscription.endPoint, request.endPoint) &&
    subscription.resourceFilter === request.resourceFilter.toLowerCase() &&
    (subscription.subjectFilter ?? undefined) === request.subjectFilter &&
    (subscription.typeFilter ?? undefined) === request.typeFilter &&
    (subscription.includeSubunits ?? false) === (request.includeSubunits ?? false) &&
    !subscription.sourceFilter &&
    !subscription.alternativeSubjectFilter
  );
}

/** The request that a subscription was made by; filters that it does not have are left out. */
export function requestOf(subscription: Subscription): SubscriptionRequest {
  const { endPoint, resourceFilter, subjectFilter, typeFilter, sourceFilter, alternativeSubjectFilter } =
    subscription;
  return {
    endPoint,
    resourceFilter: resourceFilter ?? '',
    ...(subjectFilter != null && { subjectFilter }),
    ...(typeFilter != null && { typeFilter }),
    ...(subscription.includeSubunits && { includeSubunits: true }),
    ...(sourceFilter != null && { sourceFilter }),
    ...(alternativeSubjectFilter != null && { alternativeSubjectFilter }),
  };
}
