import { InvalidValue } from '../../runtime/invalid-value.ts';
import { isLoopback } from '../../runtime/loopback.ts';
import type { Type } from '../../settings/setting.ts';
import { matching, oneOf, text, wholeNumber } from '../../settings/types.ts';
import type { Channel, StepData } from './channel.ts';
import type { ChannelType } from './channel-type.ts';
import { digestMessageOf } from './digest.ts';
import { digestMail, type Mail, messageIdOf, stepMail } from './email-body.ts';
import { messageOf, shower } from './message.ts';
import { type SmtpServer, sendBySmtp } from './smtp.ts';
import { type MessageOptions, messageOptions } from './texts/texts.ts';

/** What every mail server takes, and nothing that could end a header. */
const form =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*\.)*[A-Za-z0-9-]*[A-Za-z0-9]$/;
const emailAddress = matching(form, 'e-mail address without a name', 'is no e-mail address alone');

const emailAddresses: Type<readonly string[]> = {
  is: 'e-mail addresses, separated by commas',
  parse(text) {
    const all = text.split(',').map((one) => one.trim());
    if (!all.every((one) => form.test(one)))
      throw new InvalidValue('is no list of e-mail addresses, separated by commas');
    return all;
  },
};

const settings = {
  host: {
    name: 'HOST',
    type: matching(
      /^[A-Za-z0-9.:-]+$/,
      'host name',
      'is no host name: write it without a protocol and a port',
    ),
    description: 'The mail server.',
    example: 'smtp.example.no',
    usedBy: ['app', 'command line'],
  },
  port: {
    name: 'PORT',
    type: wholeNumber(1, 65_535),
    default: '587',
    description: 'Its port. Azure lets nobody reach port 25 from a function app.',
    example: '465',
    usedBy: ['app', 'command line'],
  },
  tls: {
    name: 'TLS',
    type: oneOf('starttls', 'implicit', 'off'),
    description:
      'How the connection is encrypted; without it `implicit` at port 465, and else `starttls`. `off`, which is for localhost alone, is the default there.',
    example: 'starttls',
    usedBy: ['app', 'command line'],
  },
  user: {
    name: 'USER',
    type: text('user name'),
    description: 'Who logs in; without it nobody does.',
    example: 'follow-ups@example.no',
    usedBy: ['app', 'command line'],
  },
  password: {
    name: 'PASSWORD',
    type: text('password'),
    description: 'What they log in with.',
    example: '…',
    secret: true,
    usedBy: ['app', 'command line'],
  },
  from: {
    name: 'FROM',
    type: emailAddress,
    description: 'Who the e-mails are from.',
    example: 'follow-ups@example.no',
    usedBy: ['app', 'command line'],
  },
  to: {
    name: 'TO',
    type: emailAddresses,
    description: 'Who they are for.',
    example: 'case-team@example.no,archive@example.no',
    usedBy: ['app', 'command line'],
  },
} as const;

/** E-mail, by SMTP. */
export const email: ChannelType<typeof settings, MessageOptions> = {
  type: 'email',
  about: 'Sends an e-mail, by SMTP.',
  reaches: 'people',
  settings,
  required: ['host', 'from', 'to'],
  options: messageOptions,
  make(
    { host = '', port = 587, tls, user, password, from = '', to = [] },
    options,
    { settingName, ca },
  ): Channel {
    const isLocal = isLoopback({ hostname: host } as URL);
    const usual = port === 465 ? 'implicit' : isLocal ? 'off' : 'starttls';
    if (tls === 'off' && !isLocal) {
      throw new InvalidValue(`${settingName('tls')} is off, which is for localhost alone. Example: starttls`);
    }
    if (password !== undefined && user === undefined) {
      throw new InvalidValue(`${settingName('user')} is missing, and ${settingName('password')} is set`);
    }
    const called = `the server of ${settingName('host')}`;
    const server: SmtpServer = { host, port, tls: tls ?? usual, user, password, ca, called };
    async function send(
      mail: Mail,
      key: string,
      thread: string | undefined,
      signal: AbortSignal,
    ): Promise<string> {
      const { default: Composer } = await import('nodemailer/lib/mail-composer');
      const composer = new Composer({
        ...mail,
        from,
        to: [...to],
        messageId: messageIdOf(key, from),
        ...(thread && { references: messageIdOf(thread, from) }),
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      return sendBySmtp(server, { from, to }, await composer.compile().build(), signal);
    }
    const { language } = options;
    const aboutOf = ({ sendersReference, correspondenceId }: StepData) =>
      shower(options)(sendersReference || correspondenceId);
    return {
      maxItems: 500,
      send: (step, _log, signal) =>
        send(
          stepMail(messageOf(step, options), aboutOf(step.data), language),
          step.idempotencyKey,
          step.data.followUpId,
          signal,
        ),
      sendDigest: (digest, _log, signal) =>
        send(
          digestMail(digestMessageOf(digest, options), language),
          digest.idempotencyKey,
          undefined,
          signal,
        ),
    };
  },
};
