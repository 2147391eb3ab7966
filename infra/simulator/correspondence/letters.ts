import { partyUrn, type Resources, resourcePrefix } from '../access.ts';
import { fraction, guid } from '../chance.ts';
import type { SimulatedClock } from '../clock.ts';
import { type CorrespondenceEvent, eventTime } from '../events/cloud-event.ts';
import { type EventName, eventTypes } from '../events/event-types.ts';
import type { EventsApi } from '../events/events-api.ts';
import { hasBeen, inDays, isPurged, type Letter, type LetterSpec, letterSchema } from './letter.ts';
import { planNotifications } from './notifications.ts';
import type { Status } from './status.ts';

export interface LettersParts {
  /** What the ids of letters depend on. */
  readonly seed: number;
  readonly clock: SimulatedClock;
  /** What the source of an event begins with. */
  readonly platform: string;
  readonly resources: Resources;
  readonly events: EventsApi;
}

/** The letters, and what becomes of them: each change fires the event that Altinn Correspondence fires. */
export class Letters {
  readonly #parts: LettersParts;
  readonly #letters = new Map<string, Letter>();

  constructor(parts: LettersParts) {
    this.#parts = parts;
  }

  create(spec: LetterSpec = {}): Letter {
    const parsed = letterSchema.parse(spec);
    const letter = this.#make(parsed);
    if (this.#letters.has(letter.id)) throw new Error(`There is a letter ${letter.id} already`);
    this.#letters.set(letter.id, letter);
    this.fire('correspondenceinitialized', letter);
    for (const id of letter.attachments) {
      this.fire('attachmentinitialized', letter, id);
      this.fire(
        parsed.attachment === 'published' ? 'attachmentpublished' : 'attachmentuploadfailed',
        letter,
        id,
      );
    }
    if (parsed.attachment === 'scan-failed') this.#change(letter, 'Failed');
    else this.#schedule(letter, () => this.#publish(letter, parsed));
    if (letter.due !== undefined)
      this.#parts.clock.after(letter.due - letter.created, () => this.#pastDue(letter));
    return letter;
  }

  get(id: string): Letter | undefined {
    return this.#letters.get(id.toLowerCase());
  }

  all(): Letter[] {
    return [...this.#letters.values()];
  }

  /** The recipient opens the overview. No event. */
  fetch(letter: Letter): void {
    this.#change(letter, 'Fetched');
  }

  /** The recipient opens the content or marks it as read; a second time changes nothing. */
  read(letter: Letter): void {
    if (hasBeen(letter, 'Read')) return;
    this.#change(letter, 'Read');
    this.fire('correspondencereceiverread', letter);
  }

  /** Does not imply read. */
  confirm(letter: Letter): void {
    this.#change(letter, 'Confirmed');
    this.fire('correspondencereceiverconfirmed', letter);
  }

  purge(letter: Letter, by: 'PurgedByRecipient' | 'PurgedByAltinn'): void {
    this.#change(letter, by);
    this.fire('correspondencepurged', letter);
  }

  downloadAttachment(letter: Letter): void {
    this.#change(letter, 'AttachmentsDownloaded');
  }

  /** Publishes an event about a letter, or about what `instance` names. */
  fire(name: EventName, letter: Letter, instance: string = letter.id): void {
    const { clock, platform, events } = this.#parts;
    const { about, subject } = eventTypes[name];
    const party = subject === 'sender' ? letter.sender : letter.recipient;
    const id = guid('event', instance, name, letter.id === instance ? letter.changes.length : 0);
    const event: CorrespondenceEvent = {
      specversion: '1.0',
      id,
      source: `${platform}/correspondence/api/v1/${about}`,
      type: `no.altinn.correspondence.${name}`,
      time: eventTime(clock.now(), fraction('ticks', id)),
      resource: resourcePrefix + letter.resourceId,
      resourceinstance: instance,
      subject: partyUrn(party),
      alternativesubject: `/${party.length === 9 ? 'organisation' : 'person'}/${party}`,
    };
    events.publish({ name, event, correspondenceId: letter.id });
  }

  #make(spec: ReturnType<typeof letterSchema.parse>): Letter {
    const { seed, clock, resources } = this.#parts;
    const { resource = [...resources.keys()][0] as string, attachment = 'none', dueInDays } = spec;
    const sender = resources.get(resource);
    if (!sender) throw new Error(`There is no resource ${resource}`);
    const number = this.#letters.size + 1;
    const id = spec.correspondenceId?.toLowerCase() ?? guid(seed, 'letter', number);
    const created = clock.now();
    return {
      id,
      resourceId: resource,
      sender,
      recipient: spec.recipient ?? String(310_000_000 + number),
      sendersReference: spec.sendersReference ?? `letter-${number}`,
      created,
      requestedPublishTime: created + inDays(spec.publishInDays ?? 0),
      due: dueInDays === undefined ? undefined : created + inDays(dueInDays),
      confirmationNeeded: spec.confirmationNeeded ?? false,
      changes: [{ status: 'Initialized', at: created }],
      notifications: [],
      attachments: attachment === 'none' ? [] : [guid('attachment', id)],
    };
  }

  #schedule({ created, requestedPublishTime }: Letter, publish: () => void): void {
    if (requestedPublishTime === created) publish();
    else this.#parts.clock.after(requestedPublishTime - created, publish);
  }

  #publish(letter: Letter, spec: LetterSpec): void {
    if (isPurged(letter)) return;
    if (spec.publishFails) {
      this.#change(letter, 'Failed');
      this.fire('correspondencepublishfailed', letter);
      return;
    }
    this.#change(letter, 'Published');
    this.fire('correspondencepublished', letter);
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

  #change(letter: Letter, status: Status): void {
    letter.changes.push({ status, at: this.#parts.clock.now() });
  }
}
