import type { Role } from '../altinn/role.ts';
import { type FollowUpKind, followUpKinds } from '../events/catalogue.ts';

export interface QuestionOfKind {
  /** What Altinn is asked for. */
  readonly asks: 'details' | 'details and overview' | 'attachment';
  /** The field of the answer that bears it out, and what it says then: for a person. */
  readonly bornOutBy: string;
}

/**
 * The question that proves each kind. There is none that Altinn cannot be asked about.
 *
 * Source: Altinn/altinn-correspondence, `GetCorrespondenceDetailsHandler`, `GetCorrespondenceOverviewHandler`, which
 * alone names the orders and those that could not be placed, and `GetAttachmentDetailsHandler`.
 */
export const questionOfKind: Readonly<Record<FollowUpKind, QuestionOfKind>> = {
  'never-read': { asks: 'details', bornOutBy: '`dueDateTime` has passed, and the letter is `published`' },
  'never-confirmed': {
    asks: 'details',
    bornOutBy: '`dueDateTime` has passed, the letter is `published`, and `isConfirmationNeeded`',
  },
  'publish-failed': { asks: 'details', bornOutBy: '`statusHistory` or `status` holds `Failed`' },
  'attachment-rejected': { asks: 'attachment', bornOutBy: '`statusHistory` or `status` holds `Failed`' },
  'notification-not-created': {
    asks: 'details and overview',
    bornOutBy: '`notifications` has one without a `notificationOrderId`, and none with',
  },
  'notification-failed': {
    asks: 'details',
    bornOutBy: 'of one of `notifications` all addresses failed, and none of any other was reached',
  },
  'notification-partly-failed': { asks: 'details', bornOutBy: 'of one of `notifications` an address failed' },
  unread: { asks: 'details', bornOutBy: '`published` is that long ago, and `dueDateTime` is `null`' },
  unconfirmed: {
    asks: 'details',
    bornOutBy: '`published` is that long ago, `dueDateTime` is `null`, and `isConfirmationNeeded`',
  },
  'no-notification-outcome': {
    asks: 'details and overview',
    bornOutBy: '`notifications` has some, `created` or `published` that long ago, and no outcome of any',
  },
  'not-published': {
    asks: 'details',
    bornOutBy: '`created` and `requestedPublishTime` are that long ago, and `published` is `null`',
  },
};

/** The kinds whose events a recipient gets: published, never read and never confirmed are all that Altinn sends it. */
const ofRecipient: ReadonlySet<FollowUpKind> = new Set([
  'never-read',
  'never-confirmed',
  'unread',
  'unconfirmed',
]);

/** The kinds that can be followed up: of the others no event comes, and their question is the sender's. */
export function kindsFor(role: Role): ReadonlySet<FollowUpKind> {
  return role === 'Recipient' ? ofRecipient : new Set(followUpKinds);
}
