import * as z from 'zod';
import type { Status, StatusChange } from './status.ts';

const days = 24 * 3600 * 1000;

/** What a letter is made from; times are simulated, and relative to its creation. */
export const letterSchema = z.strictObject({
  correspondenceId: z.guid().optional(),
  /** The id of the resource, without `urn:altinn:resource:`; the first one when not given. */
  resource: z.string().optional(),
  /** Nine digits for an organisation, eleven for a person; a made-up organisation when not given. */
  recipient: z
    .string()
    .regex(/^(\d{9}|\d{11})$/, 'must be nine or eleven digits')
    .optional(),
  sendersReference: z.string().min(1).optional(),
  /** Published at once when not given. */
  publishInDays: z.number().min(0).optional(),
  /** It never becomes available, and a publishfailed event is sent. */
  publishFails: z.boolean().optional(),
  dueInDays: z.number().min(0).optional(),
  confirmationNeeded: z.boolean().optional(),
  /** How the notification goes; `no-answer`: Altinn polls for 8.2 days and then gives up without an event. */
  notification: z
    .enum(['none', 'delivered', 'failed', 'all-failed', 'creation-failed', 'no-answer'])
    .optional(),
  /** When a reminder is sent, if the letter is unread by then. */
  reminderAfterDays: z.number().min(0).optional(),
  /** How that goes; `failed` is Altinn's all-failed, also after the first notification was delivered. */
  reminder: z.enum(['delivered', 'failed']).optional(),
  /** `scan-failed`: it has an attachment that does, and so fails without an event of its own. */
  attachment: z.enum(['none', 'published', 'scan-failed']).optional(),
  /** When a published attachment is found to fail the scan after all; never when not given. */
  scanFailsAfterDays: z.number().min(0).optional(),
  /** When the attachment expires; never when not given. */
  attachmentExpiresInDays: z.number().min(0).optional(),
});

export type LetterSpec = z.input<typeof letterSchema>;

export interface Notification {
  /** What `notificationcreated` names, and its reminder has too; absent until it is placed, and where it cannot be. */
  orderId?: string;
  /** When it was asked for: as the letter was made. */
  readonly ordered: number;
  readonly isReminder: boolean;
  /** Whether each address that it goes to was reached, which the details say before the event does; absent while nobody knows. */
  reached?: readonly boolean[];
}

export interface Letter {
  readonly id: string;
  readonly resourceId: string;
  /** Nine digits. */
  readonly sender: string;
  /** Nine or eleven digits. */
  readonly recipient: string;
  readonly sendersReference: string;
  /** Simulated milliseconds, as the two that follow. */
  readonly created: number;
  readonly requestedPublishTime: number;
  readonly due: number | undefined;
  readonly confirmationNeeded: boolean;
  readonly changes: StatusChange[];
  readonly notifications: Notification[];
  readonly attachments: string[];
  readonly attachmentsExpire: number | undefined;
  /** When they failed the malware scan, if they have. */
  attachmentsFailed?: number;
  /** The id of its dialog in Dialogporten. */
  readonly dialogId: string;
}

export function inDays(count: number): number {
  return count * days;
}

/** When a letter first had a status. */
export function timeOf(letter: Letter, status: Status): number | undefined {
  return letter.changes.find((change) => change.status === status)?.at;
}

export function hasBeen(letter: Letter, status: Status): boolean {
  return timeOf(letter, status) !== undefined;
}

export function isPurged(letter: Letter): boolean {
  return hasBeen(letter, 'PurgedByRecipient') || hasBeen(letter, 'PurgedByAltinn');
}
