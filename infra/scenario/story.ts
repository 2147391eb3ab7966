import type { Story } from '../simulator/story/story.ts';

/** A time at which the receiver is killed, without warning as always, and how long it stays away. */
export interface Outage {
  /** Simulated days after the beginning of the story. */
  readonly afterDays: number;
  /** Simulated hours until it is started again; 0 for at once. */
  readonly hours: number;
}

/** What is played unless a test plays something else: each trouble that Altinn is known to make, in moderation. */
export const demoStory: Omit<Story, 'letters' | 'seed'> = {
  sentWithinHours: 60,
  dueInDays: 7,
  readWithinADay: 0.5,
  neverRead: 0.2,
  readAfterDue: 0.2,
  confirmationNeeded: 0.1,
  neverConfirmed: 0.1,
  purged: 0.05,
  publishFails: 2,
  notifications: 0.8,
  notificationsFail: 3,
  knobs: {
    duplicateSameId: 0.05,
    duplicateNewId: 0.03,
    delay: 0.3,
    delayUpTo: 12 * 3600,
    losePush: 0.02,
    loseEvent: 0.03,
    dialogporten: 'on',
  },
};

/** When Altinn Correspondence goes away, in days after the beginning: as many letters fall due. */
export const demoSilence = 8.5;

/** One outage that Altinn's retries of 34 h 47 min do not outlast, and one kill when the letters fall due. */
export const demoOutages: readonly Outage[] = [
  { afterDays: 1.5, hours: 44 },
  { afterDays: 8.2, hours: 0 },
];
