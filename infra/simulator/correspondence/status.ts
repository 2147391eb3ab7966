/**
 * A letter's statuses by Altinn's numbers: what it shows as *the* status is the highest, not the latest, and never
 * Fetched.
 *
 * Source: Altinn/altinn-correspondence `CorrespondenceStatusExt`.
 */
export const statusNumbers = {
  Initialized: 0,
  ReadyForPublish: 1,
  Published: 2,
  Fetched: 3,
  Read: 4,
  Replied: 5,
  Confirmed: 6,
  PurgedByRecipient: 7,
  PurgedByAltinn: 8,
  Archived: 9,
  Reserved: 10,
  Failed: 11,
  AttachmentsDownloaded: 12,
  Forwarded: 13,
} as const;

export type Status = keyof typeof statusNumbers;

export interface StatusChange {
  readonly status: Status;
  /** Simulated milliseconds. */
  readonly at: number;
  /** The status itself when not given. */
  readonly text?: string;
}

/** Of the same status more than once, the last. */
export function highest(changes: readonly StatusChange[]): StatusChange {
  const [first, ...others] = changes.filter(({ status }) => status !== 'Fetched') as [
    StatusChange,
    ...StatusChange[],
  ];
  return others.reduce(
    (high, change) => (statusNumbers[change.status] >= statusNumbers[high.status] ? change : high),
    first,
  );
}

const forRecipient: ReadonlySet<Status> = new Set([
  'Published',
  'Fetched',
  'Read',
  'Replied',
  'Confirmed',
  'Archived',
  'Reserved',
  'AttachmentsDownloaded',
  'Forwarded',
]);

/** Whether a letter with this as its highest status is there for its recipient. */
export function isAvailableForRecipient(status: Status): boolean {
  return forRecipient.has(status);
}

/** Whether the sender may still purge it: before it is published. */
export function isPurgeableForSender(status: Status): boolean {
  return status === 'Initialized' || status === 'ReadyForPublish' || status === 'Failed';
}

/** Whether a status is in the history that a plain sender is shown. */
export function isShownToSender(status: Status): boolean {
  return !status.startsWith('Purged') && status !== 'Archived';
}
