import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { newTraceparent } from '../signals/trace.ts';

/** What this version writes, and the newest that it reads. */
const schemaVersion = 1;

/** How what a message is about reached us: pushed by Altinn Events, pulled from it, or learnt by asking Altinn. */
export const ways = ['push', 'pull', 'asked'] as const;
export type Via = (typeof ways)[number];

/**
 * What is on every queue. What it is about is nested in `body`, because a message's own top-level properties override
 * the trigger's metadata of the same name (`id`, `dequeueCount` …).
 * Source: Azure/azure-functions-host, `Utility.ApplyBindingData`.
 */
export interface Message<Body> {
  readonly schemaVersion: typeof schemaVersion;
  /** The same for every copy of a message and every try of it. */
  readonly messageId: string;
  /** 1 at first, one more each time it was put back for later. With `schemaVersion` it keeps its place in every version. */
  readonly attempt: number;
  /** How often it was taken from the `-poison` queue. */
  readonly redrives?: number | undefined;
  /** When it was first enqueued, RFC 3339 in UTC. */
  readonly enqueuedAt: string;
  readonly via: Via;
  /** The W3C trace context of what it began with: the webhook's request, or the pull of its event. */
  readonly traceparent?: string | undefined;
  readonly body: Body;
}

export type How = Pick<Message<unknown>, 'via' | 'enqueuedAt' | 'traceparent'>;

/** A body for its first time on a queue. What began with no request has a trace of its own. */
export function newMessage<Body>(body: Body, { via, enqueuedAt, traceparent }: How): Message<Body> {
  return {
    schemaVersion,
    messageId: randomUUID(),
    attempt: 1,
    enqueuedAt,
    via,
    traceparent: traceparent ?? newTraceparent(),
    body,
  };
}

/**
 * A message that was dead-lettered, for its first try again, whatever version it is from.
 * @param messageId another than it had, for the tries it had are over; the same each time this redrive is made
 */
export function redriven(message: object, messageId: string): object {
  const { redrives: _, ...rest } = message as { redrives?: unknown };
  return { ...rest, attempt: 1, messageId };
}

/** What a queue's messages are about: their one schema. */
export type BodySchema<Body> = z.ZodMiniType<Body>;

/** What of a message can be read by every version, whatever else is in it. */
export interface Head {
  readonly schemaVersion: number;
  readonly attempt: number;
  readonly redrives?: number | undefined;
}

const head = z.object({
  schemaVersion: z.int().check(z.positive()),
  attempt: z.int().check(z.positive()),
  redrives: z.optional(z.int().check(z.nonnegative())),
});

const envelopeOf = <Body>(body: BodySchema<Body>) =>
  z.object({
    schemaVersion: z.literal(schemaVersion),
    messageId: z.string(),
    attempt: z.int().check(z.positive()),
    redrives: z.optional(z.int()),
    enqueuedAt: z.iso.datetime(),
    via: z.enum(ways),
    traceparent: z.optional(z.string()),
    body,
  });

/** @returns `undefined` for what no version has written */
export function readHead(message: unknown): Head | undefined {
  return head.safeParse(message).data;
}

export type Parsed<Body> =
  | { readonly ok: true; readonly message: Message<Body> }
  /** `unknown`: not wrong, but from a version that knows more than this one. */
  | { readonly ok: false; readonly unknown: boolean; readonly reason: string };

/** Makes the reader of a queue's messages. Its reasons say what is wrong, by path, and repeat no value. */
export function makeParser<Body>(body: BodySchema<Body>): (message: unknown) => Parsed<Body> {
  const envelope = envelopeOf(body);
  return (message) => {
    const version = readHead(message)?.schemaVersion;
    if (version !== undefined && version > schemaVersion) {
      const reason = `schemaVersion ${version} is newer than this version's ${schemaVersion}`;
      return { ok: false, unknown: true, reason };
    }
    const { data, error } = envelope.safeParse(message);
    if (!error) return { ok: true, message: data as Message<Body> };
    const unknown = version !== undefined && error.issues.every((issue) => isUnknownName(issue, message));
    const what = unknown ? 'not known to this version' : 'not a message of this queue';
    return { ok: false, unknown, reason: `${what}: ${describe(error)}` };
  };
}

/** A name where one of a list is wanted, and not of that list: a kind, or a way of coming, that a newer version has. */
function isUnknownName(issue: z.core.$ZodIssue, message: unknown): boolean {
  if (issue.code !== 'invalid_value' || issue.values.length < 2) return false;
  const value = issue.path.reduce((at: unknown, key) => (at as Record<PropertyKey, unknown>)?.[key], message);
  return typeof value === 'string' && value !== '';
}

function describe({ issues: [issue] }: z.core.$ZodError): string {
  if (!issue) return 'unknown problem';
  const problem = issue.code === 'custom' ? issue.message : `is wrong (${issue.code})`;
  return `${issue.path.join('.') || 'it'} ${problem}`;
}

/** Seconds since a message was first enqueued; `undefined` where it does not say. */
export function ageOf(message: unknown, now = new Date()): number | undefined {
  const { enqueuedAt } = (message ?? {}) as { enqueuedAt?: unknown };
  const age = Math.round((now.getTime() - Date.parse(String(enqueuedAt))) / 1_000);
  return Number.isNaN(age) ? undefined : age;
}
