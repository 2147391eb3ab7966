import * as z from 'zod';

const rate = z.number().min(0).max(1);
const seconds = z.number().min(0);

const apiKnobs = z.strictObject({
  /** Real milliseconds before each answer. */
  latency: z.number().min(0).max(600_000),
  /** Real milliseconds more for each other call of this API that is under way: slower, the more is asked. */
  latencyPerCall: z.number().min(0).max(600_000),
  /** The share of calls that is answered 429. */
  tooManyRequests: rate,
  /** Seconds, in the `Retry-After` of each 429. */
  retryAfter: seconds,
  /** The share of calls that is answered 503. */
  serverError: rate,
  /** The share of calls that is answered 500, with a stack trace's first line, as when the policy service is down. */
  internalError: rate,
  /** The share of calls whose connection is closed without an answer. */
  noAnswer: rate,
});

export type ApiKnobs = z.output<typeof apiKnobs>;
export type SomeApiKnobs = z.output<typeof someOfApi>;

const apis = z.strictObject({
  token: apiKnobs,
  exchange: apiKnobs,
  subscriptions: apiKnobs,
  events: apiKnobs,
  correspondence: apiKnobs,
  notifications: apiKnobs,
});

export type ApiName = keyof z.output<typeof apis>;
export const apiNames = Object.keys(apis.shape) as ApiName[];

/** What can be turned: each rate is a share from 0 to 1. */
const eventKnobs = z.strictObject({
  /** Events that are pushed once more with the same id. */
  duplicateSameId: rate,
  /** Events that are published once more with another id. */
  duplicateNewId: rate,
  /** Pushes that are held back, for up to `delayUpTo`; the order is shuffled. */
  delay: rate,
  /** Simulated seconds. */
  delayUpTo: seconds,
  /** Pushes that are never sent; the event can be pulled. */
  losePush: rate,
  /** Events that are lost before the Events API: neither pushed nor pullable. */
  loseEvent: rate,
  /** Events that a subscription misses in the hour after its validation. */
  missNewSubscription: rate,
  /** Simulated seconds for which a deleted subscription is still pushed to. */
  keepPushingDeleted: seconds,
  /** Events that authorisation takes out of a pulled page after the limit. */
  hideFromPull: rate,
  /** Events that can be pulled once more under the same id, with another source. */
  duplicateOtherSource: rate,
  /** Whether Dialogporten publishes the life of each letter's dialog on the letter's resource, as in earnest. */
  dialogporten: z.enum(['on', 'off']),
  /** Calls of a condition endpoint that Altinn Notifications gets no answer to. */
  failCondition: rate,
  /** Simulated seconds for up to which Altinn Notifications is late with what it is to send. */
  delayNotifications: seconds,
});

export type Knobs = z.output<typeof eventKnobs> & { readonly apis: z.output<typeof apis> };

export const someOfApi = apiKnobs.partial();
const someApiKnobs = someOfApi.optional();
export const knobChanges = z.strictObject({
  ...eventKnobs.partial().shape,
  apis: z
    .strictObject({
      token: someApiKnobs,
      exchange: someApiKnobs,
      subscriptions: someApiKnobs,
      events: someApiKnobs,
      correspondence: someApiKnobs,
      notifications: someApiKnobs,
    })
    .optional(),
});

export type KnobChanges = z.input<typeof knobChanges>;

/** An Altinn on a good day; a deleted subscription is pushed to for an hour even then. */
export function defaultKnobs(): Knobs {
  const untroubled = () => ({
    latency: 0,
    latencyPerCall: 0,
    tooManyRequests: 0,
    retryAfter: 1,
    serverError: 0,
    internalError: 0,
    noAnswer: 0,
  });
  return {
    duplicateSameId: 0,
    duplicateNewId: 0,
    delay: 0,
    delayUpTo: 3600,
    losePush: 0,
    loseEvent: 0,
    missNewSubscription: 0,
    keepPushingDeleted: 3600,
    hideFromPull: 0,
    duplicateOtherSource: 0,
    dialogporten: 'off',
    failCondition: 0,
    delayNotifications: 0,
    apis: {
      token: untroubled(),
      exchange: untroubled(),
      subscriptions: untroubled(),
      events: untroubled(),
      correspondence: untroubled(),
      notifications: untroubled(),
    },
  };
}

/** Turns some knobs and leaves the others; throws a ZodError on a name or a value that is none. */
export function turnKnobs(knobs: Knobs, changes: KnobChanges): void {
  const { apis = {}, ...others } = knobChanges.parse(changes);
  Object.assign(knobs, others);
  for (const [name, change] of Object.entries(apis)) Object.assign(knobs.apis[name as ApiName], change);
}

/**
 * Reads knobs as the command line has them.
 *
 * @example readKnobs(['losePush=0.1', 'apis.events.serverError=0.2'])
 */
export function readKnobs(settings: readonly string[]): KnobChanges {
  const changes: Record<string, unknown> = {};
  for (const setting of settings) {
    const [path = '', value = ''] = setting.split('=');
    const names = path.split('.');
    const last = names.pop() as string;
    let place = changes;
    for (const name of names) {
      place[name] ??= {};
      place = place[name] as Record<string, unknown>;
    }
    place[last] = /^(on|off)$/.test(value) ? value : value === '' ? Number.NaN : Number(value);
  }
  return knobChanges.parse(changes);
}
