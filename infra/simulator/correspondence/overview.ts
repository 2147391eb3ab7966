import { partyUrn } from '../access.ts';
import { attachmentsOf } from './attachment.ts';
import { hasBeen, type Letter, timeOf } from './letter.ts';
import { notificationOf } from './notification-details.ts';
import { highest, isShownToSender, type StatusChange } from './status.ts';
import { contentOf } from './text.ts';
import { written } from './written.ts';

export interface View {
  /** By the simulated clock. */
  readonly now: number;
  /** A plain sender, with no `altinn:serviceowner`, is shown neither the text of what is published nor a purge. */
  readonly asSender: boolean;
  /** What the call itself has recorded. */
  readonly fetched?: StatusChange | undefined;
}

const noContent = { attachments: [], language: 'no', messageTitle: '', messageSummary: '', messageBody: '' };

/**
 * A letter as `GET /{id}` shows it, nulls written.
 *
 * Source: Altinn/altinn-correspondence, `GetCorrespondenceOverviewHandler` and `CorrespondenceOverviewExt`.
 */
export function overview(letter: Letter, view: View) {
  const orders = letter.notifications.map(({ orderId, isReminder }) => ({
    notificationOrderId: orderId ?? null,
    isReminder,
  }));
  return { ...headOf(letter, view), notifications: orders, ...tailOf(letter) };
}

/** A letter as `GET /{id}/details` shows it. */
export function details(letter: Letter, view: View) {
  const shown = letter.changes.filter(({ status }) => !view.asSender || isShownToSender(status));
  return {
    statusHistory: shown.map((change) => statusOf(letter, change, change === view.fetched ? 7 : 6)),
    notifications: letter.notifications
      .filter(({ orderId }) => orderId)
      .map((notification) => notificationOf(letter, notification, view.now)),
    systemLabel: 'Default',
    ...headOf(letter, view),
    ...tailOf(letter),
  };
}

function statusOf({ id }: Letter, { status, text = status, at }: StatusChange, digits: 6 | 7 = 6) {
  return { status, statusText: text, statusChanged: written(at, [id, status, at], digits) };
}

function headOf(letter: Letter, { now, asSender }: View) {
  const hidesContent = asSender && hasBeen(letter, 'Published');
  return {
    recipient: partyUrn(letter.recipient),
    correspondenceId: letter.id,
    content: hidesContent ? noContent : { attachments: attachmentsOf(letter, now), ...contentOf(letter) },
    created: written(letter.created, [letter.id, 'created']),
    ...statusOf(letter, highest(letter.changes)),
  };
}

function tailOf(letter: Letter) {
  const { id } = letter;
  const first = (status: 'Published' | 'Read') => {
    const at = timeOf(letter, status);
    return at === undefined ? null : written(at, [id, status, at]);
  };
  return {
    altinn2CorrespondenceId: null,
    published: first('Published'),
    read: first('Read'),
    resourceId: letter.resourceId,
    sender: partyUrn(letter.sender),
    sendersReference: letter.sendersReference,
    messageSender: 'Oppdiktet etat',
    requestedPublishTime: written(letter.requestedPublishTime, [id], 3),
    dueDateTime: letter.due === undefined ? null : written(letter.due, [id], 3),
    externalReferences: [{ referenceValue: letter.dialogId, referenceType: 'DialogportenDialogId' }],
    propertyList: {},
    replyOptions: [],
    notification: null,
    ignoreReservation: false,
    isConfirmationNeeded: letter.confirmationNeeded,
    isConfidential: false,
    allowForwarding: false,
  };
}
