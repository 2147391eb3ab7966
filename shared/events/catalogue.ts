/** What `resourceinstance` identifies: the three kinds of thing whose events are tracked. */
export type Tracked = 'correspondence' | 'attachment' | 'notification-order';

/** What needs attention because an event says so. */
const openedByEvent = [
  'never-read',
  'never-confirmed',
  'publish-failed',
  'attachment-rejected',
  'notification-not-created',
  'notification-failed',
  'notification-partly-failed',
] as const;

/** What Altinn sends no event for: watched for some time after an event, where the policy names it. */
export const watchdogKinds = ['unread', 'unconfirmed', 'no-notification-outcome', 'not-published'] as const;
export type WatchdogKind = (typeof watchdogKinds)[number];

/** What a letter, or an attachment, can need attention for. */
export const followUpKinds = [...openedByEvent, ...watchdogKinds] as const;
export type FollowUpKind = (typeof followUpKinds)[number];

/** Those that are about whether the recipient did what was due. */
const aboutRecipient = ['never-read', 'never-confirmed', 'unread', 'unconfirmed'] as const;

/** Those that are about the letter's notifications. */
const aboutNotifications = [
  'notification-not-created',
  'notification-failed',
  'notification-partly-failed',
  'no-notification-outcome',
] as const;

interface Row {
  /** What happened, for a person. */
  readonly means: string;
  /** What `resourceinstance` is the id of. */
  readonly about: Tracked;
  /** Whose identity `subject` holds. */
  readonly subject: 'sender' | 'recipient';
  /** The fact that the event states about the thing it is about. */
  readonly fact: string;
  readonly opens?: FollowUpKind;
  /** The kinds whose time is counted from it. */
  readonly watches?: readonly WatchdogKind[];
  readonly closes?: readonly FollowUpKind[];
}

/**
 * Every event type of Altinn Correspondence, by its name after {@link typePrefix}: a new type is one row.
 *
 * Source: Altinn/altinn-correspondence, `AltinnEventType`, and Altinn's guide "Events in Altinn 3
 * Correspondence"; the last six are named there and not sent today.
 */
export const catalogue = {
  attachmentinitialized: {
    means: 'An attachment was created and waits for its upload',
    about: 'attachment',
    subject: 'sender',
    fact: 'initialized',
  },
  attachmentpublished: {
    means: 'An attachment passed the malware scan',
    about: 'attachment',
    subject: 'sender',
    fact: 'published',
  },
  attachmentuploadfailed: {
    means: 'An attachment failed the malware scan; its letters fail without an event of their own',
    about: 'attachment',
    subject: 'sender',
    fact: 'uploadFailed',
    opens: 'attachment-rejected',
  },
  attachmentexpired: {
    means: "An attachment's expiry time passed",
    about: 'attachment',
    subject: 'sender',
    fact: 'expired',
  },
  correspondenceinitialized: {
    means: 'A letter was created',
    about: 'correspondence',
    subject: 'sender',
    fact: 'initialized',
    watches: ['not-published'],
  },
  correspondencepublished: {
    means: 'A letter is available to its recipient',
    about: 'correspondence',
    subject: 'recipient',
    fact: 'published',
    watches: ['unread', 'unconfirmed', 'no-notification-outcome'],
    closes: ['not-published'],
  },
  correspondencepublishfailed: {
    // Once it has failed it is never published.
    means: 'A letter will never be available',
    about: 'correspondence',
    subject: 'sender',
    fact: 'publishFailed',
    opens: 'publish-failed',
    closes: [...aboutRecipient, ...aboutNotifications, 'not-published'],
  },
  correspondencepurged: {
    means: 'A letter was purged, by its recipient or its sender',
    about: 'correspondence',
    subject: 'sender',
    fact: 'purged',
    closes: [...aboutRecipient, ...aboutNotifications, 'publish-failed', 'not-published'],
  },
  correspondencereceiverread: {
    means: 'The recipient read the letter',
    about: 'correspondence',
    subject: 'sender',
    fact: 'read',
    closes: ['never-read', 'unread', ...aboutNotifications],
  },
  correspondencereceiverconfirmed: {
    means: 'The recipient confirmed the letter; does not imply read',
    about: 'correspondence',
    subject: 'sender',
    fact: 'confirmed',
    closes: [...aboutRecipient, ...aboutNotifications],
  },
  correspondencereceiverneverread: {
    means: 'The due date passed and the letter was not read',
    about: 'correspondence',
    subject: 'recipient',
    fact: 'neverRead',
    opens: 'never-read',
  },
  correspondencereceiverneverconfirmed: {
    means: 'The due date passed and the letter was not confirmed',
    about: 'correspondence',
    subject: 'recipient',
    fact: 'neverConfirmed',
    opens: 'never-confirmed',
  },
  notificationcreated: {
    means: 'A notification was ordered',
    about: 'notification-order',
    subject: 'sender',
    fact: 'notificationCreated',
  },
  correspondencenotificationcreationfailed: {
    means:
      'One of possibly several notification orders could not be placed, for want of contact information say',
    about: 'correspondence',
    subject: 'sender',
    fact: 'notificationCreationFailed',
    opens: 'notification-not-created',
    closes: ['no-notification-outcome'],
  },
  correspondencenotificationfailed: {
    means: 'Some addresses of the main notification order failed, or anything in another order of the letter',
    about: 'correspondence',
    subject: 'sender',
    fact: 'notificationFailed',
    opens: 'notification-partly-failed',
    closes: ['no-notification-outcome'],
  },
  correspondencenotificationallfailed: {
    means: 'Every address of one notification order to the main recipient failed, its reminders counted in',
    about: 'correspondence',
    subject: 'sender',
    fact: 'notificationAllFailed',
    opens: 'notification-failed',
    closes: ['no-notification-outcome'],
  },
  correspondencenotificationdelivered: {
    means: 'The first notification was delivered',
    about: 'correspondence',
    subject: 'sender',
    fact: 'notificationDelivered',
    closes: ['notification-not-created', 'notification-failed', 'no-notification-outcome'],
  },
  correspondencenotificationreminderdelivered: {
    means: 'The reminder was delivered',
    about: 'correspondence',
    subject: 'sender',
    fact: 'notificationReminderDelivered',
    closes: ['notification-not-created', 'notification-failed', 'no-notification-outcome'],
  },
  attachmentuploadprocessing: {
    means: 'An attachment is being scanned (not sent today)',
    about: 'attachment',
    subject: 'sender',
    fact: 'uploadProcessing',
  },
  attachmentpurged: {
    means: 'An attachment was purged (not sent today)',
    about: 'attachment',
    subject: 'sender',
    fact: 'purged',
    closes: ['attachment-rejected'],
  },
  attachmentdownloaded: {
    means: 'An attachment was downloaded (not sent today)',
    about: 'attachment',
    subject: 'sender',
    fact: 'downloaded',
  },
  correspondencearchived: {
    means: 'The recipient archived the letter (not sent today)',
    about: 'correspondence',
    subject: 'sender',
    fact: 'archived',
  },
  correspondencereceiverreplied: {
    means: 'The recipient replied to the letter (not sent today)',
    about: 'correspondence',
    subject: 'sender',
    fact: 'replied',
  },
  correspondencereceiverreserved: {
    means: 'The recipient has reserved against digital letters (not sent today)',
    about: 'correspondence',
    subject: 'sender',
    fact: 'reserved',
  },
} as const satisfies Record<string, Row>;

export const typePrefix = 'no.altinn.correspondence.';

/** A type's name without its prefix. */
export type EventName = keyof typeof catalogue;

/** A type as it stands in an event, lower-case. */
export type EventType = `${typeof typePrefix}${EventName}`;

/** A fact that some row of the catalogue states. */
export type Fact = (typeof catalogue)[EventName]['fact'];

export interface CatalogueRow extends Row {
  readonly name: EventName;
  readonly fact: Fact;
}

/** Names that Altinn's older guides print for a type of today. */
const oldNames: Readonly<Record<string, EventName>> = { published: 'correspondencepublished' };

const rows = new Map<string, CatalogueRow>();
for (const [name, row] of Object.entries(catalogue) as [EventName, Omit<CatalogueRow, 'name'>][]) {
  rows.set(typePrefix + name, { ...row, name });
}
for (const [old, name] of Object.entries(oldNames)) {
  rows.set(typePrefix + old, { ...(catalogue[name] as Omit<CatalogueRow, 'name'>), name });
}

/**
 * The catalogue's row for an event's `type`, compared without case; `undefined` for a type we do not know.
 *
 * @example lookUp('no.altinn.correspondence.CorrespondenceReceiverRead')?.fact // 'read'
 */
export function lookUp(type: string): CatalogueRow | undefined {
  return rows.get(type) ?? rows.get(type.toLowerCase());
}

/**
 * Whether an event is Altinn Correspondence's own, known or not: its `type` begins so, in whatever casing. Others come on
 * the same resource, Dialogporten's about each letter's dialog.
 *
 * @example isOfCorrespondence('dialogporten.dialog.created.v1') // false
 */
export function isOfCorrespondence(type: string): boolean {
  return type.slice(0, typePrefix.length).toLowerCase() === typePrefix;
}

/**
 * Whether an event of a type opens a follow-up of one of these kinds, has it watched for, or closes it: what it states
 * should be verified.
 */
export function concerns(type: string, kinds: ReadonlySet<FollowUpKind>): boolean {
  const { opens, watches = [], closes = [] } = lookUp(type) ?? {};
  return [...(opens ? [opens] : []), ...watches, ...closes].some((kind) => kinds.has(kind));
}

/** The facts that settle a follow-up: once one of them holds, nobody needs to be notified any more. */
export function settlingFacts(kind: FollowUpKind): readonly Fact[] {
  return settling[kind];
}

/** Whether a fact settles a follow-up about what the recipient did: what Altinn's lists of letters tell. */
export function settles(fact: Fact): boolean {
  return aboutRecipient.some((kind) => settling[kind].includes(fact));
}

/** Whether a kind is watched for, and opened by no event. */
export function isWatchdog(kind: FollowUpKind): kind is WatchdogKind {
  return (watchdogKinds as readonly FollowUpKind[]).includes(kind);
}

/** What a follow-up is about: the thing whose id it has. */
export function trackedOf(kind: FollowUpKind): Tracked {
  return about[kind];
}

/** The fact that opens a follow-up, or from which its watchdog counts. */
export function openingFact(kind: FollowUpKind): Fact {
  return opening[kind];
}

const every = Object.values(catalogue) as Omit<CatalogueRow, 'name'>[];

/** Every fact there is, in the catalogue's order. */
export const allFacts: readonly Fact[] = [...new Set(every.map(({ fact }) => fact))];

const byFollowUp = <T>(facts: (kind: FollowUpKind) => T) =>
  Object.fromEntries(followUpKinds.map((kind) => [kind, facts(kind)])) as Record<FollowUpKind, T>;
const settling = byFollowUp((kind) =>
  every.filter(({ closes }) => closes?.includes(kind)).map(({ fact }) => fact),
);
const opener = (kind: FollowUpKind) =>
  every.find(({ opens, watches }) => opens === kind || watches?.some((watched) => watched === kind));
const opening = byFollowUp((kind) => opener(kind)?.fact as Fact);
const about = byFollowUp((kind) => opener(kind)?.about as Tracked);
