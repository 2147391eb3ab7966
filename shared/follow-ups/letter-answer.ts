import type { Attachment, Letter, Orders } from '../altinn/api/correspondence.ts';
import { resourceUrn } from '../altinn/resource.ts';
import { utc } from '../events/time.ts';
import type { KnownAnswer } from './answer.ts';
import { hasReached, type NotificationOutcome, outcomesOf } from './notification-outcome.ts';

/**
 * What Altinn's details tell of a letter. `status` is the numerically highest one, not the latest: a letter that was
 * confirmed or purged says `AttachmentsDownloaded` once its attachment was fetched. So each fact is looked for in the
 * history as well.
 *
 * Source: Altinn/altinn-correspondence, `CorrespondenceStatus` and `GetCorrespondenceDetailsHandler`.
 * @param orders as the overview has them, where that was asked for
 * @param seenAt when it was asked: of what holds and has no time, that
 */
export function letterAnswer(letter: Letter, orders: Orders | undefined, seenAt: string): KnownAnswer {
  const since = sinceIn(letter, seenAt);
  const purged = letter.isGone || orders === 'gone' ? (since(/^PurgedBy/) ?? seenAt) : since(/^PurgedBy/);
  const published = letter.published ?? since(/^Published$/);
  const notifications = outcomesOf(letter.notifications);
  const placed = orders === 'gone' ? undefined : orders;
  const ids = placed?.flatMap(({ notificationOrderId }) => notificationOrderId ?? []);
  const unplaced = placed?.filter(({ notificationOrderId }) => !notificationOrderId).length ?? 0;
  return {
    is: 'known',
    question: 'details',
    facts: those({
      published,
      read: letter.read ?? since(/^Read$/),
      confirmed: since(/^Confirmed$/),
      purged,
      publishFailed: since(/^Failed$/),
      // An order is placed once its letter is published.
      notificationCreationFailed: published && unplaced > 0 && ids?.length === 0 ? published : undefined,
      ...notified(notifications),
    }),
    published,
    dueAt: letter.dueDateTime ?? undefined,
    needsConfirmation: letter.isConfirmationNeeded ?? false,
    resource: letter.resourceId ? resourceUrn(letter.resourceId) : undefined,
    recipient: letter.recipient ?? undefined,
    sendersReference: letter.sendersReference ?? undefined,
    created: letter.created ?? undefined,
    requestedPublishTime: letter.requestedPublishTime ?? undefined,
    notifications,
    orders: ids && { ids: [...new Set(ids)], unplaced },
  };
}

/** What Altinn's details tell of an attachment. One that failed the scan stays so, whatever it had been before. */
export function attachmentAnswer(attachment: Attachment, seenAt: string): KnownAnswer {
  const since = sinceIn(attachment, seenAt);
  return {
    is: 'known',
    question: 'attachment',
    facts: those({
      published: since(/^Published$/),
      uploadFailed: since(/^Failed$/),
      purged: since(/^Purged$/),
    }),
    published: undefined,
    dueAt: undefined,
    needsConfirmation: false,
    resource: attachment.resourceId ? resourceUrn(attachment.resourceId) : undefined,
    recipient: undefined,
    sendersReference: attachment.sendersReference ?? undefined,
    correspondenceIds: attachment.correspondenceIds ?? [],
  };
}

/** What the notifications amount to: while the outcome of one is not known, not that all have failed. */
function notified(notifications: readonly NotificationOutcome[]): KnownAnswer['facts'] {
  const first = (those: readonly NotificationOutcome[]) => those.flatMap(({ at }) => at ?? []).sort()[0];
  const reached = notifications.filter(hasReached);
  const failed = notifications.filter(({ outcome }) => outcome === 'failed' || outcome === 'partly');
  const isOver = notifications.every(({ isReminder, outcome }) => isReminder || outcome !== 'pending');
  return those({
    notificationDelivered: first(reached.filter(({ isReminder }) => !isReminder)),
    notificationReminderDelivered: first(reached.filter(({ isReminder }) => isReminder)),
    notificationFailed: reached.length > 0 ? first(failed) : undefined,
    notificationAllFailed: reached.length === 0 && isOver ? first(failed) : undefined,
  });
}

/** Since when a status holds, by the history or as the one that is shown. */
function sinceIn({ status, statusChanged, statusHistory }: Attachment | Letter, seenAt: string) {
  return (pattern: RegExp): string | undefined => {
    const times = (statusHistory ?? []).filter((each) => pattern.test(each.status ?? ''));
    const [first] = times.map((each) => each.statusChanged ?? seenAt).sort();
    return first ?? (pattern.test(status ?? '') ? (statusChanged ?? seenAt) : undefined);
  };
}

function those(facts: { readonly [fact in keyof KnownAnswer['facts']]: string | undefined }) {
  const holding = Object.entries(facts).filter(([, time]) => time);
  return Object.fromEntries(holding.map(([fact, time]) => [fact, utc(time as string) ?? time]));
}
