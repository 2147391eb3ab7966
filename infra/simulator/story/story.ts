import * as z from 'zod';
import { fraction, guid } from '../chance.ts';
import type { LetterSpec } from '../correspondence/letter.ts';
import { knobChanges } from '../knobs.ts';

const share = z.number().min(0).max(1);
const count = z.int().min(0);

/** A story of letters. Shares are met exactly, as near as whole letters allow, among the letters that are published. */
export const storySchema = z
  .strictObject({
    letters: z.int().min(1).max(100_000),
    /** The same seed is the same story, its letters' ids included; drawn when not given. */
    seed: z.int().optional(),
    /** The id of the resource; this Altinn's first when not given. */
    resource: z.string().optional(),
    sentWithinHours: z.number().min(0).default(1),
    /** Sent in one moment, the last of those hours: they have one due date. */
    batch: share.default(0),
    dueInDays: z.number().positive().default(7),
    readWithinADay: share.default(0.6),
    neverRead: share.default(0.05),
    /** Read in the three days after the due date; all others are read before it. */
    readAfterDue: share.default(0),
    confirmationNeeded: share.default(0),
    /** Of those that need it; who never reads never confirms either. */
    neverConfirmed: share.default(0),
    /** Of those that are read, and confirmed where that is needed: purged by the recipient. */
    purged: share.default(0),
    publishFails: count.default(0),
    /** Those whose attachment fails the malware scan: they fail without an event of their own. */
    attachmentsRejected: count.default(0),
    /** Those that have no due date, among those that need no confirmation. */
    withoutDueDate: share.default(0),
    /** The letters whose recipient is notified. */
    notifications: share.default(1),
    /** Of those, how many go wrong: in part, altogether and at the order in turn. */
    notificationsFail: count.default(0),
    /** And of how many others Altinn never learns an outcome. */
    notificationsSilent: count.default(0),
    /** The recipients that are persons. */
    persons: share.default(0.5),
    knobs: knobChanges.optional(),
  })
  .refine(({ readWithinADay, neverRead, readAfterDue }) => readWithinADay + neverRead + readAfterDue <= 1, {
    message: 'readWithinADay, neverRead and readAfterDue must not add up to more than 1',
  });

export type Story = z.input<typeof storySchema>;

/** One letter of a story; times are simulated milliseconds from the story's beginning. */
export interface LetterPlan {
  readonly spec: LetterSpec & { readonly correspondenceId: string };
  readonly sendAt: number;
  readonly readAt?: number;
  readonly confirmAt?: number;
  readonly purgeAt?: number;
}

const hour = 3600 * 1000;
const day = 24 * hour;
const failures = ['failed', 'all-failed', 'creation-failed'] as const;

/** Makes the plan of a story: it depends on the story and its seed alone. */
export function planStory(story: Story, seed: number): LetterPlan[] {
  const parsed = storySchema.parse(story);
  const drawn = (what: string, letter: number) => fraction(seed, what, letter);
  /** The first `many` of these letters in an order of their own: who they are differs from question to question. */
  const some = (what: string, letters: readonly number[], many: number) =>
    new Set([...letters].sort((a, b) => drawn(what, a) - drawn(what, b)).slice(0, Math.round(many)));

  const all = Array.from({ length: parsed.letters }, (_, index) => index);
  const failing = some('publish fails', all, parsed.publishFails);
  const sound = all.filter((letter) => !failing.has(letter));
  const rejected = some('attachment', sound, parsed.attachmentsRejected);
  const published = sound.filter((letter) => !rejected.has(letter));
  const shareOf = (what: string, letters: readonly number[], rate: number) =>
    some(what, letters, letters.length * rate);

  const soon = shareOf('read', published, parsed.readWithinADay);
  const notSoon = published.filter((letter) => !soon.has(letter));
  const never = some('never read', notSoon, published.length * parsed.neverRead);
  const others = notSoon.filter((letter) => !never.has(letter));
  const late = some('read late', others, published.length * parsed.readAfterDue);

  const needing = shareOf('confirm', published, parsed.confirmationNeeded);
  const unconfirmed = shareOf('never confirm', [...needing], parsed.neverConfirmed);
  const settled = published.filter((letter) => !never.has(letter) && !unconfirmed.has(letter));
  const purged = shareOf('purge', settled, parsed.purged);

  const notified = shareOf('notify', published, parsed.notifications);
  const unreached = [...some('not reached', [...notified], parsed.notificationsFail)];
  const reached = [...notified].filter((letter) => !unreached.includes(letter));
  const silent = some('no outcome', reached, parsed.notificationsSilent);
  const notificationOf = (letter: number): LetterSpec['notification'] => {
    if (!notified.has(letter)) return 'none';
    if (silent.has(letter)) return 'no-answer';
    return unreached.includes(letter) ? failures[unreached.indexOf(letter) % failures.length] : 'delivered';
  };
  const unconfirmable = published.filter((letter) => !needing.has(letter));
  const withoutDue = shareOf('no due date', unconfirmable, parsed.withoutDueDate);
  const persons = shareOf('person', all, parsed.persons);
  const due = parsed.dueInDays * day;

  return all.map((letter): LetterPlan => {
    const isInBatch = letter < parsed.letters * parsed.batch;
    const sendAt = (isInBatch ? 1 : drawn('send', letter)) * parsed.sentWithinHours * hour;
    const after = (from: number, until: number) => sendAt + from + drawn('when', letter) * (until - from);
    const firstDay = Math.min(day, due);
    const reads = published.includes(letter) && !never.has(letter);
    const readAt = soon.has(letter)
      ? after(0, firstDay)
      : late.has(letter)
        ? after(due + 1, due + 3 * day)
        : after(firstDay, due);
    const confirms = reads && needing.has(letter) && !unconfirmed.has(letter);
    const confirmAt = readAt + (1 + 59 * drawn('confirm after', letter)) * 60_000;
    const purgeAt = (confirms ? confirmAt : readAt) + (1 + 23 * drawn('purge after', letter)) * hour;
    return {
      spec: {
        correspondenceId: guid(seed, 'story', letter),
        ...(parsed.resource !== undefined && { resource: parsed.resource }),
        recipient: persons.has(letter) ? person(drawn('who', letter)) : organization(drawn('who', letter)),
        sendersReference: `story-${seed}-${letter + 1}`,
        ...(!withoutDue.has(letter) && { dueInDays: parsed.dueInDays }),
        confirmationNeeded: needing.has(letter),
        ...(failing.has(letter) && { publishFails: true }),
        ...(rejected.has(letter) && { attachment: 'scan-failed' as const }),
        notification: notificationOf(letter),
      },
      sendAt,
      ...(reads && { readAt }),
      ...(confirms && { confirmAt }),
      ...(purged.has(letter) && { purgeAt }),
    };
  });
}

/** Synthetic, as the test population of Tenor is: the month is counted up by 80. */
function person(drawn: number): string {
  const number = Math.floor(drawn * 28 * 12 * 100_000);
  const [dayOfMonth, month, rest] = [
    (number % 28) + 1,
    (Math.floor(number / 28) % 12) + 81,
    number % 100_000,
  ];
  return `${String(dayOfMonth).padStart(2, '0')}${month}90${String(rest).padStart(5, '0')}`;
}

/** Synthetic: real organisations have 8 or 9 as their first digit. */
function organization(drawn: number): string {
  return String(310_000_000 + Math.floor(drawn * 9_000_000));
}
