import * as z from 'zod/mini';
import { AltinnError } from '../../altinn/api/altinn-error.ts';
import type { NotificationRecipient, Notifications } from '../../altinn/api/notifications.ts';
import { notificationsScope } from '../../altinn/auth/scopes.ts';
import { TokenError } from '../../altinn/auth/token-error.ts';
import { parseParty } from '../../altinn/party.ts';
import { messageOf } from '../../runtime/message-of.ts';
import { redactPersons } from '../../runtime/redact.ts';
import { isReminded, type RemindedKind } from '../send-condition.ts';
import { NotDelivered, PerhapsDelivered, type StepData } from './channel.ts';
import type { ChannelType } from './channel-type.ts';
import { fillIn, hasKnownPlaceholders, languages, type ReminderTexts, usualTexts } from './reminder-texts.ts';

const text = (longest: number) =>
  z
    .string()
    .check(
      z.minLength(1),
      z.maxLength(longest),
      z.refine(
        hasKnownPlaceholders,
        'has a placeholder other than {sendersReference}, {dueDate}, {resource} and {correspondenceId}',
      ),
    );
// As long as Altinn Correspondence takes them. Source: `InitializeCorrespondenceNotificationExt`.
const texts = z.strictObject({ subject: text(512), body: text(10_000), sms: text(2_144) });

export const reminderOptions = z.strictObject({
  /** Which way is taken where both are known. */
  prefer: z._default(z.enum(['email', 'sms']), 'email'),
  language: z._default(z.enum(languages), 'nb'),
  /** One for all languages, or one for each; a language without one has the usual texts. */
  texts: z.optional(
    z.union([texts, z.strictObject({ nb: z.optional(texts), nn: z.optional(texts), en: z.optional(texts) })]),
  ),
  /** Whether persons are reminded who have reserved themselves against digital letters. */
  ignoreReservation: z._default(z.boolean(), false),
  /** What stands as the sender's reference on the order; the follow-up's id without it. */
  sendersReference: z.optional(text(200)),
});
type Options = z.infer<typeof reminderOptions>;

/** What a reminder is ordered with. */
export interface Reminders {
  readonly notifications: Pick<Notifications, 'order'>;
  /** The recipient of a letter, asked from Altinn at this moment. @throws AltinnError, TokenError */
  askRecipient(correspondenceId: string, signal: AbortSignal): Promise<string | undefined>;
  /** Where Altinn Notifications asks whether to send it. */
  conditionEndpoint(correspondenceId: string, kind: RemindedKind): string;
}

/** Why no reminder can be ordered, where that is so: what to set. */
export type ReminderDeps = { readonly reminders: Reminders | { readonly whyNot: string } };

/**
 * Reminds the recipient by Altinn Notifications, which finds out where they can be reached, and asks us just before it
 * sends whether they have not read the letter meanwhile.
 */
export const reminder: ChannelType<Record<string, never>, Options, ReminderDeps> = {
  type: 'reminder',
  about: 'Reminds the recipient by e-mail or SMS, sent by Altinn Notifications to where Altinn knows them.',
  reaches: 'recipient',
  settings: {},
  options: reminderOptions as z.ZodMiniType<Options>,
  make: (_settings, options, { reminders }) => ({
    tellsNoClosing: true,
    async send({ type, idempotencyKey, data }, _log, signal) {
      // The send condition has stopped what was not sent.
      if (type === 'follow-up.closed') return undefined;
      const { kind, correspondenceId } = data;
      if (!isReminded(kind)) throw permanent(`a recipient is not reminded of ${kind}`);
      if ('whyNot' in reminders) throw permanent(reminders.whyNot);
      const recipient = await reminders
        .askRecipient(correspondenceId, signal)
        .catch((error) => Promise.reject(notAsked(error)));
      const order = {
        idempotencyId: idempotencyKey,
        sendersReference: referenceOf(data, options),
        conditionEndpoint: reminders.conditionEndpoint(correspondenceId, kind),
        recipient: toRecipient(recipient, data, options, kind),
      };
      const { orderId } = await reminders.notifications
        .order(order, signal)
        .catch((error) => Promise.reject(notOrdered(error)));
      return `order ${orderId}`;
    },
  }),
};

function referenceOf(data: StepData, { sendersReference, language }: Options): string {
  return redactPersons((sendersReference && fillIn(sendersReference, data, language)) || data.followUpId);
}

function toRecipient(
  recipient: string | undefined,
  data: StepData,
  options: Options,
  kind: RemindedKind,
): NotificationRecipient {
  const party = recipient === undefined ? undefined : parseParty(recipient);
  if (!party) {
    throw permanent('the recipient is neither an organization nor a person whom Altinn Notifications takes');
  }
  const { language, prefer, ignoreReservation } = options;
  const { subject, body, sms } = textsOf(options, kind);
  const filled = (text: string) => fillIn(text, data, language);
  const common = {
    resourceId: data.resource,
    channelSchema: prefer === 'sms' ? 'SmsPreferred' : 'EmailPreferred',
    emailSettings: { subject: filled(subject), body: filled(body) },
    smsSettings: { body: filled(sms) },
  } as const;
  return party.is === 'organization'
    ? { recipientOrganization: { orgNumber: party.number, ...common } }
    : { recipientPerson: { nationalIdentityNumber: party.number, ignoreReservation, ...common } };
}

function textsOf({ texts, language }: Options, kind: RemindedKind): ReminderTexts {
  const given = texts && ('subject' in texts ? texts : texts[language]);
  return given ?? usualTexts(kind, language);
}

const permanent = (why: string) => new NotDelivered(why, { permanent: true });
const waitOf = ({ retryAfter }: AltinnError) => (retryAfter === undefined ? undefined : retryAfter * 1_000);

/** Nothing was ordered: the recipient could not be had. */
function notAsked(error: unknown): unknown {
  if (error instanceof TokenError) return new NotDelivered(error.message, { permanent: !error.transient });
  if (!(error instanceof AltinnError)) return new NotDelivered(messageOf(error));
  return new NotDelivered(`Altinn did not tell the recipient: ${error.message}`, {
    permanent: !error.transient,
    retryAfterMs: waitOf(error),
  });
}

function notOrdered(error: unknown): unknown {
  const missing = `add the scope ${notificationsScope} to the client at Maskinporten, which every service owner may`;
  if (error instanceof TokenError) {
    const remedy = error.fault === 'scope' ? `: ${missing}` : '';
    return new NotDelivered(`${error.message}${remedy}`, { permanent: !error.transient });
  }
  if (!(error instanceof AltinnError)) return error;
  const { status, message } = error;
  const retryAfterMs = waitOf(error);
  if (status === 422) return permanent('Altinn Notifications knows no way to reach the recipient');
  if (status === 401 || status === 403) return permanent(`${message}: ${missing}`);
  if (status === 429) return new NotDelivered(message, { retryAfterMs });
  // An answer that is not understood, and none at all: the same order again tells.
  const perhaps = error.transient || (status !== undefined && status < 300);
  return perhaps ? new PerhapsDelivered(message, { retryAfterMs }) : permanent(message);
}
