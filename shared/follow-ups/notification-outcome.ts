import type { Letter } from '../altinn/api/correspondence.ts';
import { utc } from '../events/time.ts';

/** What became of one notification of a letter. It holds no address. */
export interface NotificationOutcome {
  readonly isReminder: boolean;
  /** When it was asked for, which for a letter that is published later is before that. RFC 3339. */
  readonly orderedAt: string | undefined;
  /**
   * `delivered`, `partly` or `failed` at all of its addresses; `not-sent` where it was not wanted any more, since the
   * recipient had read; else `pending`.
   */
  readonly outcome: 'delivered' | 'partly' | 'failed' | 'not-sent' | 'pending';
  /** When that was last so. RFC 3339. */
  readonly at: string | undefined;
}

type Notification = NonNullable<Letter['notifications']>[number];

/**
 * What Altinn's details say of a letter's notifications. An address is reached once it was accepted for it, and failed
 * for good; of a notification that goes on, one that failed is not all.
 *
 * Source: Altinn/altinn-correspondence, `NotificationMapper`, `NotificationStatusV2Extensions` and
 * `CheckNotificationDeliveryHandler`.
 */
export function outcomesOf(notifications: Letter['notifications']): readonly NotificationOutcome[] {
  return (notifications ?? []).map((notification) => ({
    isReminder: notification.isReminder ?? false,
    orderedAt: utc(notification.created ?? ''),
    outcome: outcomeOf(notification),
    at: utc(notification.processingStatus?.lastUpdate ?? notification.created ?? ''),
  }));
}

/** Whether anybody was reached. */
export function hasReached({ outcome }: NotificationOutcome): boolean {
  return outcome === 'delivered' || outcome === 'partly';
}

function outcomeOf({ processingStatus, notificationStatusDetails: sent }: Notification) {
  const status = processingStatus?.status ?? '';
  // Of several addresses of one channel the singular is one; an older notification has the singular alone.
  const addresses = [sent?.emails ?? [sent?.email], sent?.smses ?? [sent?.sms]]
    .flat()
    .filter((each) => !!each);
  const reached = addresses.filter(({ succeeded }) => succeeded).length;
  const failed = addresses.filter(({ sendStatus }) => /_failed/i.test(sendStatus?.status ?? '')).length;
  if (reached > 0) return failed > 0 ? 'partly' : 'delivered';
  if (failed > 0 && failed === addresses.length && /completed$/i.test(status)) return 'failed';
  return /(SendConditionNotMet|Cancelled)$/i.test(status) ? 'not-sent' : 'pending';
}
