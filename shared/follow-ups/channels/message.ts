import { redactPersons } from '../../runtime/redact.ts';
import type { Step, StepData } from './channel.ts';
import { cleanLink, cut, namesPerson, oneLine } from './clean.ts';
import { isTest } from './test-step.ts';
import { type MessageOptions, type Texts, textsOf } from './texts/texts.ts';

/** The most characters of what others wrote: a reference, say. */
const maxLength = 200;
/** The most characters of a row: five times as many, escaped, have room in a section of Slack's. */
const maxValue = 500;
/** The most ids that are listed of an attachment's letters, or a letter's notification orders. */
const maxIds = 10;

/** One step as a person is told of it, in whatever form. */
export interface Message {
  readonly title: string;
  readonly notes: readonly string[];
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  readonly link: { readonly text: string; readonly url: string } | undefined;
  /** The step's idempotency key, by which a repeated message is recognised. */
  readonly id: { readonly label: string; readonly value: string };
}

/** What a person is told of a step. Names no person unless the options say so. */
export function messageOf({ type, data, idempotencyKey }: Step, options: MessageOptions): Message {
  const texts = textsOf(options.language);
  const url = linkOf(data, options);
  return {
    title: titleOf(type, data, texts),
    notes: notesOf(data, type, texts, options),
    facts: factsOf(data, texts, options),
    link: url === undefined ? undefined : { text: texts.open, url },
    id: { label: texts.labels.id, value: cut(oneLine(idempotencyKey), maxLength) },
  };
}

function titleOf(type: Step['type'], { kind }: StepData, { kinds, repeated, closed }: Texts): string {
  const title = kinds[kind];
  if (type === 'follow-up.closed') return closed(title);
  return type === 'follow-up.repeated' ? repeated(title) : title;
}

function notesOf(data: StepData, type: Step['type'], texts: Texts, options: MessageOptions): string[] {
  const { failed, checkedWithAltinn, reason } = data;
  const shown = shower(options);
  return [
    ...(isTest(data) ? [texts.test] : []),
    ...(type === 'follow-up.closed' ? [`${(reason && texts.reasons[reason]) ?? texts.settled}.`] : []),
    ...(type !== 'follow-up.closed' && checkedWithAltinn === false ? [texts.unchecked] : []),
    ...(failed ? [texts.failed(shown(failed.channel), shown(failed.reason))] : []),
  ];
}

function factsOf(data: StepData, texts: Texts, options: MessageOptions): Message['facts'] {
  const { labels } = texts;
  const shown = shower(options);
  const ids = (all: readonly string[] = []) =>
    [
      ...all.slice(0, maxIds).map(shown),
      ...(all.length > maxIds ? [texts.andMore(all.length - maxIds)] : []),
    ].join(', ');
  const { round = 1, step, sendersReference } = data;
  const rows: [label: string, value: string | undefined][] = [
    [data.about === 'attachment' ? labels.attachment : labels.letter, shown(data.correspondenceId)],
    [labels.letters, ids(data.correspondenceIds)],
    [labels.reference, sendersReference && shown(sendersReference)],
    [labels.resource, resourceOf(data, options)],
    [labels.recipient, recipientOf(data, options)],
    [labels.due, timeOf(data.dueAt, texts)],
    [labels.published, timeOf(data.published, texts)],
    [labels.since, data.dueAt ? undefined : timeOf(data.since, texts)],
    [labels.notificationOrders, ids(data.notificationOrderIds)],
    [labels.round, round > 1 ? texts.roundOf(round) : undefined],
    [labels.step, step && step.of > 1 ? texts.of(step.number, step.of) : undefined],
  ];
  return rows.flatMap(([label, value]) => (value ? [{ label, value: cut(value, maxValue) }] : []));
}

/** Makes a text of others one that can be shown: one line, not too long, and no person in it unless asked. */
export function shower({ includePersons }: MessageOptions): (text: string) => string {
  return (text) => {
    const line = oneLine(text);
    return cut(includePersons ? line : redactPersons(line), maxLength);
  };
}

/** The resource's id, without what all resources' URNs begin with. */
export function resourceOf({ resource }: StepData, options: MessageOptions): string | undefined {
  return resource && shower(options)(resource.replace(/^urn:altinn:resource:/i, ''));
}

/** An organization by its number; anybody else only where the owner asks for it. */
export function recipientOf({ recipient }: StepData, options: MessageOptions): string | undefined {
  const [, number] = /^(?:urn:altinn:organization:identifier-no|0192):(\d{9})$/i.exec(recipient ?? '') ?? [];
  if (number) return number;
  return options.includePersons && recipient
    ? shower(options)(recipient.replace(/^urn:altinn:[a-z:-]+:/i, ''))
    : undefined;
}

/** Where the owner works on it; not an address that names a person, unless asked. */
export function linkOf({ link }: StepData, { includePersons }: MessageOptions): string | undefined {
  return link !== undefined && !includePersons && namesPerson(link) ? undefined : cleanLink(link);
}

/** A time as people in Norway read it; `undefined` for none. */
export function timeOf(time: string | undefined, { locale }: Texts): string | undefined {
  const at = time ? new Date(time) : undefined;
  if (!at || Number.isNaN(at.getTime())) return undefined;
  return new Intl.DateTimeFormat(locale, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'Europe/Oslo',
  }).format(at);
}
