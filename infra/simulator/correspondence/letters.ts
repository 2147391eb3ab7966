import { partyUrn, type Resources } from '../access.ts';
import type { SimulatedClock } from '../clock.ts';
import type { DialogEventName, EventName } from '../events/event-types.ts';
import type { EventsApi } from '../events/events-api.ts';
import type { Knobs } from '../knobs.ts';
import { Confirmations } from './confirmations.ts';
import { dialogEvent } from './dialog.ts';
import { hasBeen, inDays, isPurged, type Letter, type LetterSpec, letterSchema } from './letter.ts';
import { letterEvent } from './letter-event.ts';
import { newLetter } from './new-letter.ts';
import { planNotifications } from './notifications.ts';
import type { Status } from './status.ts';

export interface LettersParts {
  /** What the ids of letters depend on. */
  readonly seed: number;
  readonly clock: SimulatedClock;
  /** What the source of an event begins with. */
  readonly platform: string;
  readonly resources: Resources;
  readonly knobs: Pick<Knobs, 'dialogporten'>;
  readonly events: EventsApi;
}

/** Somebody asked about a letter or an attachment, and was answered. */
export interface Question {
  /** Of the letter, or of the attachment. */
  readonly correspondenceId: string;
  /** In simulated milliseconds: whatever became of the letter before is in the answer. */
  readonly at: number;
}

/** Somebody asked for a list of letters, and got it. */
export interface Listing {
  /** In simulated milliseconds, as the two that follow. */
  readonly at: number;
  readonly status: Status | undefined;
  /** When the letters were to be published. */
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** The letters, and what becomes of them: each change fires the event that Altinn Correspondence fires. */
export class Letters {
  readonly #parts: LettersParts;
  readonly #letters = new Map<string, Letter>();
  readonly #byAttachment = new Map<string, Letter>();
  readonly #confirmations: Confirmations;
  /** About which letters there was an answer that tells whether something became of them, in the order of the answers. */
  readonly questions: Question[] = [];
  readonly lists: Listing[] = [];

  constructor(parts: LettersParts) {
    this.#parts = parts;
    this.#confirmations = new Confirmations(parts.clock, (letter) => this.confirm(letter));
  }

  /** Notes that an answer tells what became of a letter, or of an attachment. */
  answered({ id }: Pick<Letter, 'id'>): void {
    this.questions.push({ correspondenceId: id, at: this.now() });
  }

  create(spec: LetterSpec = {}): Letter {
    const parsed = letterSchema.parse(spec);
    const { seed, clock, resources } = this.#parts;
    const letter = newLetter(parsed, this.#letters.size + 1, { seed, resources, now: clock.now() });
    if (this.#letters.has(letter.id)) throw new Error(`There is a letter ${letter.id} already`);
    this.#letters.set(letter.id, letter);
    for (const id of letter.attachments) this.#byAttachment.set(id, letter);
    this.fire('correspondenceinitialized', letter);
    for (const id of letter.attachments) {
      this.fire('attachmentinitialized', letter, id);
      this.fire(
        parsed.attachment === 'published' ? 'attachmentpublished' : 'attachmentuploadfailed',
        letter,
        id,
      );
    }
    this.#dialog(letter, 'dialog.created');
    if (parsed.attachment === 'scan-failed') this.#failScan(letter);
    else this.#schedule(letter, () => this.#publish(letter, parsed));
    const { scanFailsAfterDays } = parsed;
    if (parsed.attachment === 'published' && scanFailsAfterDays !== undefined)
      clock.after(inDays(scanFailsAfterDays), () => {
        for (const id of letter.attachments) this.fire('attachmentuploadfailed', letter, id);
        this.#failScan(letter);
      });
    const { created, due, attachments, attachmentsExpire } = letter;
    if (due !== undefined) clock.after(due - created, () => this.#pastDue(letter));
    if (attachmentsExpire !== undefined && !hasBeen(letter, 'Failed'))
      clock.after(attachmentsExpire - created, () => {
        for (const id of attachments) this.fire('attachmentexpired', letter, id);
      });
    return letter;
  }

  get(id: string): Letter | undefined {
    return this.#letters.get(id.toLowerCase());
  }

  /** The letter of an attachment. */
  withAttachment(id: string): Letter | undefined {
    return this.#byAttachment.get(id.toLowerCase());
  }

  all(): Letter[] {
    return [...this.#letters.values()];
  }

  now(): number {
    return this.#parts.clock.now();
  }

  /** The recipient opens the overview. No event of Correspondence's. */
  fetch(letter: Letter): void {
    this.#change(letter, 'Fetched');
    this.#dialog(letter, 'dialog.seen');
  }

  /** The recipient opens the content or marks it as read; a second time changes nothing. */
  read(letter: Letter): void {
    if (!hasBeen(letter, 'Read')) this.readOnceMore(letter);
  }

  /** As one of several calls at the same time does, none of which sees the others. */
  readOnceMore(letter: Letter): void {
    this.#change(letter, 'Read');
    this.fire('correspondencereceiverread', letter);
    this.#dialog(letter, 'dialog.activity.correspondence-opened');
  }

  /** Does not imply read. */
  confirm(letter: Letter): void {
    this.#change(letter, 'Confirmed');
    this.fire('correspondencereceiverconfirmed', letter);
    this.#dialog(letter, 'dialog.activity.correspondence-confirmed');
  }

  /** As the API does: by a job, some seconds later. */
  confirmSoon(letter: Letter): void {
    this.#confirmations.add(letter);
  }

  /** Purged again, it stays as it is. */
  purge(letter: Letter, by: 'PurgedByRecipient' | 'PurgedByAltinn'): void {
    if (isPurged(letter)) return;
    this.#change(letter, by);
    this.fire('correspondencepurged', letter);
    this.#dialog(letter, 'dialog.deleted');
  }

  downloadAttachment(letter: Letter, id = letter.attachments[0]): void {
    this.#change(letter, 'AttachmentsDownloaded', `Attachment ${id} has been downloaded`);
  }

  /** No event. */
  forward(letter: Letter): void {
    this.#change(letter, 'Forwarded');
  }

  /** Publishes an event about a letter, or about what `instance` names. */
  fire(name: EventName, letter: Letter, instance?: string): void {
    const { clock, platform, events } = this.#parts;
    events.publish(letterEvent(name, letter, platform, clock.now(), instance));
  }

  /** Its letters fail without an event of their own, published or not. */
  #failScan(letter: Letter): void {
    letter.attachmentsFailed = this.now();
    this.#change(letter, 'Failed');
  }

  #schedule({ created, requestedPublishTime }: Letter, publish: () => void): void {
    if (requestedPublishTime === created) publish();
    else this.#parts.clock.after(requestedPublishTime - created, publish);
  }

  #publish(letter: Letter, spec: LetterSpec): void {
    if (isPurged(letter) || hasBeen(letter, 'Failed')) return;
    if (spec.publishFails) {
      const who = partyUrn(letter.recipient);
      this.#change(
        letter,
        'Failed',
        `Party for recipient ${who} not found in Altinn Register when publishing`,
      );
      this.fire('correspondencepublishfailed', letter);
      return;
    }
    this.#change(letter, 'Published');
    this.fire('correspondencepublished', letter);
    this.#dialog(letter, 'dialog.transmission.created');
    this.#dialog(letter, 'dialog.updated');
    planNotifications(letter, spec, this.#parts.clock, (name, instance) => this.fire(name, letter, instance));
  }

  /**
   * Altinn's due-date job: once, and also when the letter was confirmed or purged meanwhile.
   *
   * Source: Altinn/altinn-correspondence, `CorrespondenceDueDateHandler`.
   */
  #pastDue(letter: Letter): void {
    if (!hasBeen(letter, 'Published') || hasBeen(letter, 'Failed')) return;
    if (!hasBeen(letter, 'Read')) this.fire('correspondencereceiverneverread', letter);
    if (letter.confirmationNeeded && !hasBeen(letter, 'Confirmed'))
      this.fire('correspondencereceiverneverconfirmed', letter);
  }

  #change(letter: Letter, status: Status, text?: string): void {
    letter.changes.push({ status, at: this.#parts.clock.now(), ...(text !== undefined && { text }) });
  }

  #dialog(letter: Letter, name: DialogEventName): void {
    const { clock, platform, knobs, events } = this.#parts;
    if (knobs.dialogporten === 'on') events.publish(dialogEvent(name, letter, platform, clock.now()));
  }
}
