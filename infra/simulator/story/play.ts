import { randomInt } from 'node:crypto';
import type { SimulatedClock } from '../clock.ts';
import { hasBeen, type Letter } from '../correspondence/letter.ts';
import type { Letters } from '../correspondence/letters.ts';
import { isAvailable, whyNotConfirm, whyNotPurge } from '../correspondence/rules.ts';
import { type Knobs, turnKnobs } from '../knobs.ts';
import { planStory, type Story } from './story.ts';

export interface Progress {
  readonly seed: number;
  readonly letters: number;
  /** What the story does: send, read, confirm and purge. */
  readonly steps: number;
  readonly stepsDone: number;
  /** Every step is done, and nothing is under way or scheduled any more: no due date, no retry. */
  readonly done: boolean;
}

export interface Play {
  progress(): Progress;
  /** Resolves when the story is done and all is quiet. On a clock that stands still it waits for who moves it. */
  readonly done: Promise<void>;
}

export interface PlayParts {
  readonly clock: SimulatedClock;
  readonly letters: Letters;
  readonly knobs: Knobs;
  readonly whenQuiet: () => Promise<void>;
}

/** Plays a story from now on, on the simulated clock; throws when it was played before. */
export function play(story: Story, { clock, letters, knobs, whenQuiet }: PlayParts): Play {
  const seed = story.seed ?? randomInt(1_000_000_000);
  const plan = planStory(story, seed);
  if (plan.some(({ spec }) => letters.get(spec.correspondenceId)))
    throw new Error(`The story with the seed ${seed} was played before: choose another seed`);
  if (story.knobs) turnKnobs(knobs, story.knobs);
  let steps = 0;
  let stepsDone = 0;
  let done = false;

  function step(at: number | undefined, act: () => void): void {
    if (at === undefined) return;
    steps += 1;
    clock.after(at, () => {
      act();
      stepsDone += 1;
    });
  }

  for (const { spec, sendAt, readAt, confirmAt, purgeAt } of plan) {
    const letter = () => letters.get(spec.correspondenceId) as Letter;
    step(sendAt, () => letters.create(spec));
    step(readAt, () => recipientReads(letters, letter()));
    step(confirmAt, () => recipientConfirms(letters, letter()));
    step(purgeAt, () => recipientPurges(letters, letter()));
  }
  return {
    progress: () => ({ seed, letters: plan.length, steps, stepsDone, done }),
    done: whenQuiet().then(() => {
      done = true;
    }),
  };
}

/** Opens the letter and reads it; false when it is not there for the recipient. */
export function recipientReads(letters: Letters, letter: Letter): boolean {
  if (!isAvailable(letter)) return false;
  letters.fetch(letter);
  letters.read(letter);
  return true;
}

/** Opens the letter and confirms it, unread or not; false when it cannot be confirmed. */
export function recipientConfirms(letters: Letters, letter: Letter): boolean {
  if (!isAvailable(letter)) return false;
  letters.fetch(letter);
  if (whyNotConfirm(letter)) return false;
  letters.confirm(letter);
  return true;
}

/** Purges the letter; false when it may not be. */
export function recipientPurges(letters: Letters, letter: Letter): boolean {
  if (whyNotPurge(letter, 'recipient')) return false;
  letters.purge(letter, 'PurgedByRecipient');
  return true;
}

/** Downloads the attachment, opened or not; false when there is none. */
export function recipientDownloads(letters: Letters, letter: Letter): boolean {
  if (!isAvailable(letter) || letter.attachments.length === 0) return false;
  letters.downloadAttachment(letter);
  return true;
}

/** Forwards the letter; false when it was not read before. */
export function recipientForwards(letters: Letters, letter: Letter): boolean {
  if (!isAvailable(letter) || !hasBeen(letter, 'Read')) return false;
  letters.forward(letter);
  return true;
}
