import type { RemindedKind } from '../send-condition.ts';
import type { StepData } from './channel.ts';

export const languages = ['nb', 'nn', 'en'] as const;
export type Language = (typeof languages)[number];

/** What is sent, by e-mail or by SMS. */
export interface ReminderTexts {
  readonly subject: string;
  readonly body: string;
  readonly sms: string;
}

/** What may stand in braces in a text of the policy: nothing of it names a person. */
export const placeholders = ['sendersReference', 'dueDate', 'resource', 'correspondenceId'] as const;

/** Whether every `{…}` of a text is one of the {@link placeholders}. */
export function hasKnownPlaceholders(text: string): boolean {
  const names = [...text.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name as string);
  return names.every((name) => (placeholders as readonly string[]).includes(name));
}

/** Puts in what is known of the letter; what is not known is left out. */
export function fillIn(text: string, data: StepData, language: Language): string {
  const { sendersReference, dueAt, resource, correspondenceId } = data;
  const dueDate = dueAt && dateIn(language, dueAt);
  const values: Record<string, string | undefined> = {
    ...{ sendersReference, dueDate, correspondenceId },
    resource: resource?.replace(/^urn:altinn:resource:/, ''),
  };
  return text.replace(/\{([^{}]*)\}/g, (all, name) => (name in values ? (values[name] ?? '') : all));
}

function dateIn(language: Language, time: string): string {
  const locale = language === 'en' ? 'en-GB' : language;
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'Europe/Oslo' }).format(
    new Date(time),
  );
}

const unread: Record<Language, ReminderTexts> = {
  nb: {
    subject: 'Påminnelse: Du har et ulest brev i Altinn',
    body: 'Du har fått et brev i Altinn som ikke er lest. Logg inn på altinn.no for å lese det.',
    sms: 'Påminnelse: Du har et ulest brev i Altinn. Logg inn på altinn.no for å lese det.',
  },
  nn: {
    subject: 'Påminning: Du har eit ulese brev i Altinn',
    body: 'Du har fått eit brev i Altinn som ikkje er lese. Logg inn på altinn.no for å lese det.',
    sms: 'Påminning: Du har eit ulese brev i Altinn. Logg inn på altinn.no for å lese det.',
  },
  en: {
    subject: 'Reminder: You have an unread letter in Altinn',
    body: 'You have received a letter in Altinn that has not been read. Log in to altinn.no to read it.',
    sms: 'Reminder: You have an unread letter in Altinn. Log in to altinn.no to read it.',
  },
};

const unconfirmed: Record<Language, ReminderTexts> = {
  nb: {
    subject: 'Påminnelse: Et brev i Altinn venter på bekreftelse',
    body: 'Du har fått et brev i Altinn som du må bekrefte at du har mottatt. Logg inn på altinn.no for å bekrefte det.',
    sms: 'Påminnelse: Et brev i Altinn venter på at du bekrefter det. Logg inn på altinn.no.',
  },
  nn: {
    subject: 'Påminning: Eit brev i Altinn ventar på stadfesting',
    body: 'Du har fått eit brev i Altinn som du må stadfeste at du har fått. Logg inn på altinn.no for å stadfeste det.',
    sms: 'Påminning: Eit brev i Altinn ventar på at du stadfestar det. Logg inn på altinn.no.',
  },
  en: {
    subject: 'Reminder: A letter in Altinn awaits your confirmation',
    body: 'You have received a letter in Altinn, and have to confirm that you received it. Log in to altinn.no to confirm it.',
    sms: 'Reminder: A letter in Altinn awaits your confirmation. Log in to altinn.no.',
  },
};

/** What a reminder says where the policy says nothing else. */
export function usualTexts(kind: RemindedKind, language: Language): ReminderTexts {
  return (kind === 'never-confirmed' || kind === 'unconfirmed' ? unconfirmed : unread)[language];
}
