import type { TokenFault } from '../altinn/auth/token-error.ts';
import {
  type EventName,
  type Fact,
  type FollowUpKind,
  settlingFacts,
  trackedOf,
} from '../events/catalogue.ts';
import type { NotificationOutcome } from './notification-outcome.ts';

/** The facts that Altinn's answer can state of a letter, each with the type that states it in a timeline. */
const ofLetter = {
  published: 'correspondencepublished',
  read: 'correspondencereceiverread',
  confirmed: 'correspondencereceiverconfirmed',
  purged: 'correspondencepurged',
  publishFailed: 'correspondencepublishfailed',
  notificationCreationFailed: 'correspondencenotificationcreationfailed',
  notificationFailed: 'correspondencenotificationfailed',
  notificationAllFailed: 'correspondencenotificationallfailed',
  notificationDelivered: 'correspondencenotificationdelivered',
  notificationReminderDelivered: 'correspondencenotificationreminderdelivered',
} as const satisfies Partial<Record<Fact, EventName>>;

/** The same of an attachment. */
const ofAttachment = {
  published: 'attachmentpublished',
  uploadFailed: 'attachmentuploadfailed',
  purged: 'attachmentpurged',
} as const satisfies Partial<Record<Fact, EventName>>;

export type AskableFact = keyof typeof ofLetter | keyof typeof ofAttachment;

/** What became of a letter: it settles follow-ups of other kinds than the one that is asked about. */
const alwaysTold: readonly Fact[] = ['read', 'confirmed', 'purged', 'publishFailed'];

/** What Altinn tells of a letter, or of an attachment. It holds no text, and no address of a notification. */
export interface KnownAnswer {
  readonly is: 'known';
  /** What was asked: a letter's details, lists of letters, which tell no times and no due date, or an attachment's details. */
  readonly question: 'details' | 'list' | 'attachment';
  /** What holds, each with its time. */
  readonly facts: Readonly<Partial<Record<AskableFact, string>>>;
  readonly published: string | undefined;
  readonly dueAt: string | undefined;
  readonly needsConfirmation: boolean;
  /** Of lists: whether Altinn itself brought the event that opens the follow-up, and so says that the date has passed. */
  readonly isBorneOut?: boolean | undefined;
  /** As a URN. */
  readonly resource: string | undefined;
  /** Personal data where it is a person's number. */
  readonly recipient: string | undefined;
  readonly sendersReference?: string | undefined;
  readonly created?: string | undefined;
  /** When it is to be published: RFC 3339, as the others. */
  readonly requestedPublishTime?: string | undefined;
  /** The notifications whose orders were placed. */
  readonly notifications?: readonly NotificationOutcome[] | undefined;
  /** The ids of those orders, and how many more could not be placed; absent where that was not asked. */
  readonly orders?: { readonly ids: readonly string[]; readonly unplaced: number } | undefined;
  /** Of an attachment: the letters that it is in. */
  readonly correspondenceIds?: readonly string[] | undefined;
}

/** What Altinn says of a letter at this moment. */
export type Answer =
  | KnownAnswer
  /** Altinn does not know the letter, or does not let us see it: that proves nothing about the letter. */
  | { readonly is: 'disputed'; readonly why: string }
  /** It could not be asked; `refused` where there is no token for that. */
  | {
      readonly is: 'silent';
      readonly why: string;
      readonly retryAfterMs?: number | undefined;
      readonly refused?: TokenFault | undefined;
    };

/** What of an answer goes into the timeline: the type that states each fact, without its prefix, and its time. */
export function learntFrom(
  kind: FollowUpKind,
  { facts }: Pick<KnownAnswer, 'facts'>,
): { readonly name: EventName; readonly time: string }[] {
  const names: Partial<Record<Fact, EventName>> = trackedOf(kind) === 'attachment' ? ofAttachment : ofLetter;
  const told = new Set([...alwaysTold, ...settlingFacts(kind)]);
  return (Object.entries(facts) as [Fact, string][]).flatMap(([fact, time]) => {
    const name = names[fact];
    return name && told.has(fact) ? [{ name, time }] : [];
  });
}
