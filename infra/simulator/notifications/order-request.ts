import * as z from 'zod';

const channels = ['Email', 'Sms', 'EmailPreferred', 'SmsPreferred', 'EmailAndSms'] as const;
const text = z.string().min(1);

const emailSettings = z.object({
  senderEmailAddress: z.nullish(z.string()),
  subject: text,
  body: text,
  contentType: z.enum(['Plain', 'Html']).default('Plain'),
  sendingTimePolicy: z.literal('Anytime', 'Email only supports send time anytime').default('Anytime'),
});
const smsSettings = z.object({
  sender: z.nullish(z.string()),
  body: text,
  sendingTimePolicy: z.enum(['Anytime', 'Daytime']).default('Daytime'),
});

const common = {
  resourceId: z.nullish(z.string().regex(/^urn:altinn:resource:./, 'ResourceId must have a valid syntax.')),
  resourceAction: z.nullish(text),
  channelSchema: z.enum(channels),
  emailSettings: z.nullish(emailSettings),
  smsSettings: z.nullish(smsSettings),
};

interface Settings {
  readonly channelSchema: (typeof channels)[number];
  readonly emailSettings?: unknown;
  readonly smsSettings?: unknown;
}
const hasSettings = ({ channelSchema, emailSettings, smsSettings }: Settings) =>
  (channelSchema === 'Sms' || emailSettings) && (channelSchema === 'Email' || smsSettings);
const incomplete = 'EmailSettings and SmsSettings must be set as ChannelSchema needs them';

const recipient = z
  .object({
    recipientOrganization: z.nullish(
      z
        .object({
          orgNumber: z.string().regex(/^\d{9}$/, 'Organization number must be 9 digits long.'),
          ...common,
        })
        .refine(hasSettings, incomplete),
    ),
    recipientPerson: z.nullish(
      z
        .object({
          nationalIdentityNumber: z
            .string()
            .regex(/^\d{11}$/, 'National identity number must be 11 digits long.'),
          ignoreReservation: z.boolean().default(false),
          ...common,
        })
        .refine(hasSettings, incomplete),
    ),
    recipientEmail: z.nullish(z.object({ emailAddress: text, emailSettings })),
    recipientSms: z.nullish(z.object({ phoneNumber: text, smsSettings })),
    recipientExternalIdentity: z.nullish(
      z.object({ externalIdentity: text, ...common }).refine(hasSettings, incomplete),
    ),
  })
  .refine(
    (given) => Object.values(given).filter((each) => each != null).length === 1,
    'Must have exactly one recipient.',
  );

const isAddress = (url: string) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
const conditionEndpoint = z.nullish(
  z.string().refine(isAddress, 'ConditionEndpoint must be a valid absolute URI or null.'),
);
const sendTime = z.nullish(
  z.iso.datetime({
    offset: true,
    error: 'The requested send time value must have specified a time zone.',
  }),
);

const reminder = z
  .object({
    sendersReference: z.nullish(z.string()),
    conditionEndpoint,
    delayDays: z.nullish(z.int().min(1, 'DelayDays must be greater than or equal to 1 day.')),
    requestedSendTime: sendTime,
    recipient,
  })
  .refine(
    ({ delayDays, requestedSendTime }) => (delayDays == null) !== (requestedSendTime == null),
    'Either DelayDays or RequestedSendTime must be defined, but not both.',
  );

/**
 * What an order has to be. What else stands in it is ignored.
 *
 * Source: Altinn/altinn-notifications, `NotificationOrderChainRequestValidator` and what that includes.
 */
export const orderSchema = z.object({
  idempotencyId: z.string().min(1, 'IdempotencyId cannot be null or empty.'),
  sendersReference: z.nullish(z.string()),
  requestedSendTime: sendTime,
  conditionEndpoint,
  recipient,
  reminders: z.nullish(z.array(reminder)),
});

export type OrderRequest = z.output<typeof orderSchema>;
export type Recipient = OrderRequest['recipient'];

/** The problems of a request, by the property that each is about. */
export function problemsOf(error: z.ZodError): Record<string, string[]> {
  const problems: Record<string, string[]> = {};
  for (const { path, message } of error.issues) {
    const name = path.join('.') || '$';
    problems[name] = [...(problems[name] ?? []), message];
  }
  return problems;
}
