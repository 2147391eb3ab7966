import * as z from 'zod/mini';
import type { Problem } from '../events/cloud-event.ts';
import { utc } from '../events/time.ts';

const notAnObject = 'must be a JSON object';

/** Days that a follow-up can be put off. */
const maxSnoozeDays = 366;

/** Text of a person's: some of it, in one line. */
const line = (most: number) =>
  z
    .string('must be a string')
    .check(
      z.maxLength(most, `must have at most ${most} characters`),
      z.regex(/\S/, 'must not be empty'),
      z.regex(/^[^\p{Cc}\p{Cs}\u2028\u2029]*$/u, 'must hold no control character and no line break'),
    );

const by = line(200);
const reason = line(500);
const msOf = (time: string) => Date.parse(utc(time) ?? '');
const until = (now: Date) =>
  z.string('must be a string').check(
    z.refine((text) => utc(text) !== undefined, 'must be an RFC 3339 time, 2026-11-30T08:00:00Z say'),
    z.refine((text) => !(msOf(text) <= now.getTime()), 'must be in the future'),
    z.refine(
      (text) => !(msOf(text) > now.getTime() + maxSnoozeDays * 24 * 60 * 60_000),
      `must be within ${maxSnoozeDays} days`,
    ),
  );

/** What a person asks for, by what is done about it. */
export const schemas = {
  close: () => z.strictObject({ reason, by }, notAnObject),
  snooze: (now: Date) => z.strictObject({ until: until(now), by }, notAnObject),
  reopen: () => z.strictObject({ by, reason: z.optional(reason) }, notAnObject),
} as const;

type Schemas = typeof schemas;
export type PersonsAct = keyof Schemas;
export type RequestOf<A extends PersonsAct> = z.infer<ReturnType<Schemas[A]>>;

/** Reads what a person asks for; the problems name our attributes and repeat nothing that was given. */
export function parseRequest<A extends PersonsAct>(
  act: A,
  value: unknown,
  now: Date,
): { ok: true; request: RequestOf<A> } | { ok: false; problems: Problem[] } {
  const result = schemas[act](now).safeParse(value);
  if (result.success) return { ok: true, request: result.data as RequestOf<A> };
  const problems = new Map<string, string>();
  for (const { path, message, code } of result.error.issues) {
    const attribute = path.join('.');
    const isThere = attribute === '' || Object.hasOwn(value as object, attribute);
    const problem = code === 'unrecognized_keys' ? 'has an attribute that is not known' : message;
    if (!problems.has(attribute)) problems.set(attribute, isThere ? problem : 'is missing');
  }
  return { ok: false, problems: [...problems].map(([attribute, problem]) => ({ attribute, problem })) };
}

/** The problems in one sentence. */
export function inWords(problems: readonly Problem[]): string {
  return `${problems.map(({ attribute, problem }) => `${attribute || 'The body'} ${problem}`).join('; ')}.`;
}
