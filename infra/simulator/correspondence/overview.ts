import { partyUrn } from '../access.ts';
import { hasBeen, type Letter, timeOf } from './letter.ts';
import { highest, isShownToSender, type StatusChange } from './status.ts';

const written = (time: number | undefined) => (time === undefined ? null : new Date(time).toISOString());

/** The text of a letter. */
export function bodyOf({ sendersReference }: Letter): string {
  return `This is the letter ${sendersReference} of the simulated Altinn.`;
}

/**
 * A letter as `GET /{id}` shows it: nulls are written, and the sender is not shown the content of what is
 * published. The status may be given as it was before the call itself changed it.
 *
 * Source: Altinn/altinn-correspondence, `GetCorrespondenceOverviewHandler` and `CorrespondenceOverviewExt`.
 */
export function overview(
  letter: Letter,
  asRecipient: boolean,
  current: StatusChange = highest(letter.changes),
) {
  const showsContent = asRecipient || !hasBeen(letter, 'Published');
  return {
    correspondenceId: letter.id,
    resourceId: letter.resourceId,
    sender: partyUrn(letter.sender),
    sendersReference: letter.sendersReference,
    messageSender: null,
    recipient: partyUrn(letter.recipient),
    content: showsContent
      ? {
          language: 'nb',
          messageTitle: `Letter ${letter.sendersReference}`,
          messageSummary: null,
          messageBody: bodyOf(letter),
          attachments: letter.attachments.map((id) => ({ id, fileName: 'attachment.txt' })),
        }
      : null,
    created: written(letter.created),
    status: current.status,
    statusText: current.status,
    statusChanged: written(current.at),
    requestedPublishTime: written(letter.requestedPublishTime),
    dueDateTime: written(letter.due),
    published: written(timeOf(letter, 'Published')),
    read: written(timeOf(letter, 'Read')),
    markedUnread: null,
    isConfirmationNeeded: letter.confirmationNeeded,
    isConfidential: false,
    ignoreReservation: false,
    allowSystemDeleteAfter: null,
    notifications: letter.notifications.map(({ orderId, isReminder }) => ({
      notificationOrderId: orderId,
      isReminder,
    })),
    replyOptions: [],
    externalReferences: [],
    propertyList: {},
  };
}

/** A letter as `GET /{id}/details` shows it. */
export function details(letter: Letter, asRecipient: boolean, current?: StatusChange) {
  return {
    ...overview(letter, asRecipient, current),
    statusHistory: letter.changes
      .filter(({ status }) => asRecipient || isShownToSender(status))
      .map(({ status, at }) => ({ status, statusText: status, statusChanged: written(at) })),
    notifications: letter.notifications.map(({ orderId, isReminder }) => ({
      id: orderId,
      sendersReference: letter.sendersReference,
      isReminder,
      notificationChannel: 'EmailPreferred',
      resourceId: letter.resourceId,
      processingStatus: { status: 'Order_Completed', lastUpdate: written(letter.created) },
    })),
  };
}
