interface EventType {
  /** What `resourceinstance` is the id of, and the last part of `source`. */
  readonly about: 'correspondence' | 'attachment' | 'notification';
  readonly subject: 'sender' | 'recipient';
  /** The fact that the event states; named as the receiver names it, so that the two can be compared. */
  readonly fact: string;
}

const ofSender = (about: EventType['about'], fact: string): EventType => ({ about, subject: 'sender', fact });
const ofRecipient = (fact: string): EventType => ({ about: 'correspondence', subject: 'recipient', fact });

/**
 * The events that Altinn Correspondence sends today, by name. On purpose not the receiver's own catalogue: the two
 * are compared.
 *
 * Source: Altinn/altinn-correspondence, `AltinnEventType`.
 */
export const eventTypes = {
  attachmentinitialized: ofSender('attachment', 'initialized'),
  attachmentpublished: ofSender('attachment', 'published'),
  attachmentuploadfailed: ofSender('attachment', 'uploadFailed'),
  attachmentexpired: ofSender('attachment', 'expired'),
  correspondenceinitialized: ofSender('correspondence', 'initialized'),
  correspondencepublished: ofRecipient('published'),
  correspondencepublishfailed: ofSender('correspondence', 'publishFailed'),
  correspondencepurged: ofSender('correspondence', 'purged'),
  correspondencereceiverread: ofSender('correspondence', 'read'),
  correspondencereceiverconfirmed: ofSender('correspondence', 'confirmed'),
  correspondencereceiverneverread: ofRecipient('neverRead'),
  correspondencereceiverneverconfirmed: ofRecipient('neverConfirmed'),
  notificationcreated: ofSender('notification', 'notificationCreated'),
  correspondencenotificationcreationfailed: ofSender('correspondence', 'notificationCreationFailed'),
  correspondencenotificationfailed: ofSender('correspondence', 'notificationFailed'),
  correspondencenotificationallfailed: ofSender('correspondence', 'notificationAllFailed'),
  correspondencenotificationdelivered: ofSender('correspondence', 'notificationDelivered'),
  correspondencenotificationreminderdelivered: ofSender('correspondence', 'notificationReminderDelivered'),
} as const satisfies Record<string, EventType>;

export type EventName = keyof typeof eventTypes;

/** What Dialogporten publishes about the dialog of a letter, on the same resource; the names that there are today. */
export const dialogEventNames = [
  'dialog.created',
  'dialog.updated',
  'dialog.seen',
  'dialog.deleted',
  'dialog.transmission.created',
  'dialog.activity.correspondence-opened',
  'dialog.activity.correspondence-confirmed',
] as const;

export type DialogEventName = (typeof dialogEventNames)[number];
