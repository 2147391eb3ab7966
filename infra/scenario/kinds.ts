import type { LetterTruth } from '../simulator/correspondence/truth.ts';

/** What opens a follow-up of a kind, and what settles it. */
export interface Kind {
  readonly about: 'letter' | 'attachment';
  /** The fact that opens it, or from which a watchdog counts. */
  readonly opens: string;
  readonly settles: readonly string[];
  /** Of a watchdog: whether it watches a letter at all. */
  readonly watches?: (letter: LetterTruth) => boolean;
}

const gone = ['purged', 'publishFailed'];
const reached = ['notificationDelivered', 'notificationReminderDelivered'];
const failed = ['notificationCreationFailed', 'notificationFailed', 'notificationAllFailed'];
const seen = ['read', 'confirmed', ...gone];

/**
 * The kinds that a story has. On purpose not the receiver's own catalogue: the two are compared.
 *
 * Source: Altinn's guide "Events in Altinn 3 Correspondence".
 */
export const kinds: Readonly<Record<string, Kind>> = {
  'never-read': { about: 'letter', opens: 'neverRead', settles: seen },
  'never-confirmed': { about: 'letter', opens: 'neverConfirmed', settles: ['confirmed', ...gone] },
  'publish-failed': { about: 'letter', opens: 'publishFailed', settles: ['purged'] },
  'attachment-rejected': { about: 'attachment', opens: 'uploadFailed', settles: ['purged'] },
  'notification-not-created': {
    about: 'letter',
    opens: 'notificationCreationFailed',
    settles: [...seen, ...reached],
  },
  'notification-failed': {
    about: 'letter',
    opens: 'notificationAllFailed',
    settles: [...seen, ...reached],
  },
  'notification-partly-failed': { about: 'letter', opens: 'notificationFailed', settles: seen },
  unread: { about: 'letter', opens: 'published', settles: seen, watches: ({ due }) => due === null },
  'no-notification-outcome': {
    about: 'letter',
    opens: 'published',
    settles: [...seen, ...failed, ...reached],
    watches: ({ notificationOrders }) => notificationOrders.length > 0,
  },
};

/** The kinds that there are without a policy. */
export const usualKinds = ['never-read', 'never-confirmed'];
