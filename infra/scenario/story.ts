import type { Story } from '../simulator/story/story.ts';

/** A time at which the receiver is killed, without warning as always, and how long it stays away. */
export interface Outage {
  /** Simulated days after the beginning of the story. */
  readonly afterDays: number;
  /** Simulated hours until it is started again; 0 for at once. */
  readonly hours: number;
}

/** A time at which Altinn Correspondence does not answer. */
export interface Away {
  /** Simulated days after the beginning of the story, at the earliest. */
  readonly afterDays: number;
  /** It goes away as so many follow-ups are released that it has yet to be asked about, or a day later. */
  readonly released: number;
  readonly hours: number;
  /** How many follow-ups are open when it comes back, and how many of them wait for its answer, at the least. */
  readonly open: number;
  readonly waiting: number;
}

/** What is played unless a test plays something else: each trouble that Altinn is known to make, in moderation. */
export const demoStory: Omit<Story, 'letters' | 'seed'> = {
  sentWithinHours: 24,
  batch: 0.8,
  dueInDays: 4,
  readWithinADay: 0.3,
  neverRead: 0.4,
  readAfterDue: 0.2,
  confirmationNeeded: 0.1,
  neverConfirmed: 0.1,
  purged: 0.05,
  publishFails: 2,
  attachmentsRejected: 2,
  notifications: 0.8,
  notificationsFail: 6,
  notificationsSilent: 3,
  knobs: {
    duplicateSameId: 0.05,
    duplicateNewId: 0.03,
    delay: 0.3,
    delayUpTo: 12 * 3600,
    losePush: 0.02,
    loseEvent: 0.03,
    dialogporten: 'on',
    delayNotifications: 8 * 3600,
  },
};

/** As the batch has fallen due, and for less than the receiver waits at the most. */
export const demoAway = (letters: number): Away => ({
  afterDays: 5,
  released: Math.floor(letters * 0.22),
  hours: 5,
  open: Math.floor(letters * 0.4),
  waiting: Math.floor(letters * 0.2),
});

/** One outage that Altinn's retries of 34 h 47 min do not outlast, and one kill while follow-ups wait for Altinn's answer. */
export const demoOutages: readonly Outage[] = [
  { afterDays: 1.5, hours: 44 },
  { afterDays: 5.15, hours: 0 },
];
