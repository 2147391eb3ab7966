import { guid } from '../chance.ts';
import type { Letter, Notification } from './letter.ts';
import { addressOf } from './text.ts';
import { written } from './written.ts';

/** A notification as the details show it: under another id than its order's, and with the addresses it went to. */
export function notificationOf(letter: Letter, { orderId, ordered, reached }: Notification, now: number) {
  const id = guid('notification in details', orderId);
  const lastUpdate = written(now, [id], 7);
  const emails = reached.map((succeeded, index) => ({
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
      status: succeeded ? 'Email_Delivered' : 'Email_Failed_Bounced',
      description: null,
      lastUpdate,
    },
  }));
  return {
    id,
    sendersReference: 'AltinnCorrespondence',
    creator: 'ttd',
    created: written(ordered, [id]),
    isReminder: false,
    notificationChannel: 'Email',
    ignoreReservation: false,
    resourceId: letter.resourceId,
    processingStatus: { status: 'Order_Completed', description: null, lastUpdate },
    notificationStatusDetails: { email: emails[0] ?? null, sms: null, emails, smses: null },
  };
}
