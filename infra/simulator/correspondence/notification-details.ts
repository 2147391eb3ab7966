import { guid } from '../chance.ts';
import type { Letter, Notification } from './letter.ts';
import { addressOf } from './text.ts';
import { written } from './written.ts';

/**
 * A notification as the details show it: under another id than its order's, and with the addresses it went to. One whose
 * order was not placed is not shown.
 *
 * Source: Altinn/altinn-correspondence, `GetCorrespondenceDetailsHandler` and `NotificationMapper`.
 */
export function notificationOf(
  letter: Letter,
  { orderId, ordered, isReminder, reached }: Notification,
  now: number,
) {
  const id = guid(isReminder ? 'reminder in details' : 'notification in details', orderId ?? '');
  const lastUpdate = written(now, [id], 7);
  const emails = (reached ?? [false]).map((succeeded, index) => ({
    id: null,
    succeeded,
    recipient: {
      emailAddress: addressOf(letter, index),
      mobileNumber: null,
      organizationNumber: null,
      nationalIdentityNumber: null,
      isReserved: null,
    },
    sendStatus: {
      status: succeeded ? 'Email_Delivered' : reached ? 'Email_Failed_Bounced' : 'Email_Sending',
      description: null,
      lastUpdate,
    },
  }));
  return {
    id,
    sendersReference: 'AltinnCorrespondence',
    creator: 'ttd',
    created: written(ordered, [id]),
    isReminder,
    notificationChannel: 'Email',
    ignoreReservation: false,
    resourceId: letter.resourceId,
    processingStatus: { status: orderStatus(reached), description: null, lastUpdate },
    notificationStatusDetails: {
      ...{ email: emails[0] ?? null, sms: null },
      ...{ emails: emails.length > 0 ? emails : null, smses: null },
    },
  };
}

/** Nobody is reminded of what was read. */
function orderStatus(reached: Notification['reached']): string {
  if (!reached) return 'Order_Processing';
  return reached.length > 0 ? 'Order_Completed' : 'Order_SendConditionNotMet';
}
