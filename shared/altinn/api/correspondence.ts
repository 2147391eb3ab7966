import * as z from 'zod/mini';
import { parseGuid } from '../../runtime/guid.ts';
import { isUnknown } from './altinn-error.ts';
import { parseAnswer } from './parse-answer.ts';
import type { Extra, Platform } from './platform.ts';

const text = z.nullish(z.string());

/** What is kept of Altinn's answer; the letter's content, and whom a notification went to, are not. */
const overview = z.object({
  correspondenceId: text,
  resourceId: text,
  sender: text,
  sendersReference: text,
  /** Personal data where it is a person's number. */
  recipient: text,
  /** The numerically highest status, not the latest: read {@link Overview.read} instead. */
  status: text,
  statusText: text,
  statusChanged: text,
  created: text,
  requestedPublishTime: text,
  dueDateTime: text,
  published: text,
  /** When it was read; `null` or absent while it was not. */
  read: text,
  isConfirmationNeeded: z.nullish(z.boolean()),
});
const statusHistory = z.nullish(z.array(z.object({ status: text, statusText: text, statusChanged: text })));
/** How it went at one address, which is left out. */
const sent = z.nullish(
  z.object({ succeeded: z.nullish(z.boolean()), sendStatus: z.nullish(z.object({ status: text })) }),
);
const notification = z.object({
  isReminder: z.nullish(z.boolean()),
  created: text,
  processingStatus: z.nullish(z.object({ status: text, lastUpdate: text })),
  notificationStatusDetails: z.nullish(
    z.object({
      email: sent,
      sms: sent,
      emails: z.nullish(z.array(sent)),
      smses: z.nullish(z.array(sent)),
    }),
  ),
});
const details = z.extend(overview, { statusHistory, notifications: z.nullish(z.array(notification)) });
const orders = z.object({
  notifications: z.nullish(
    z.array(z.object({ notificationOrderId: text, isReminder: z.nullish(z.boolean()) })),
  ),
});
const attachment = z.object({
  resourceId: text,
  sendersReference: text,
  status: text,
  statusChanged: text,
  statusHistory,
  correspondenceIds: z.nullish(z.array(z.string())),
});

const idList = z.object({ ids: z.array(z.string()) });

/** The most letters that Altinn names at once. */
export const maxListed = 1_000;

export interface ListRequest {
  /** The bare id: a URN, or another case, is answered as if there were no letters. */
  readonly resourceId: string;
  readonly role: 'Sender' | 'Recipient';
  /** The letters that ever had it, whatever they became afterwards. */
  readonly status: string;
  /** RFC 3339. Both bound the time for which publication was asked, and neither is included. */
  readonly from: string;
  readonly to: string;
  /** The party, as a URN, of whom the letters are: by default our own. A recipient asks so for a subunit. */
  readonly onBehalfOf?: string | undefined;
}

export interface Listed {
  readonly ids: readonly string[];
  /** Whether there may be more, which no page brings: narrow the time. */
  readonly full: boolean;
}

/** Altinn says of a purged letter that it is purged, or was never there, and nothing else. */
export type Purged = { readonly purged: true };
export type Overview = { readonly purged: false } & z.infer<typeof overview>;
/** A letter as Altinn has it; `isGone` where only the missing overview tells that it was purged. */
export type Letter = z.infer<typeof details> & { readonly isGone: boolean };
/** The orders of a letter's notifications, those that could not be placed without an id; `gone` of a purged letter. */
export type Orders = NonNullable<z.infer<typeof orders>['notifications']> | 'gone';
export type Attachment = z.infer<typeof attachment>;
export type Details = { readonly purged: false } & z.infer<typeof details>;

/** How often it is tried, and what ends that. */
type Once = Pick<Extra, 'maxTries' | 'signal'>;

/**
 * Looks at letters as their sender, and at their attachments: the overview and the details, and nothing else. It never touches a letter's content,
 * and sends no request about a letter whose token lacks `altinn:correspondence.write`, since that would mark the letter
 * as fetched. A list names letters and does nothing to them.
 *
 * @param isServiceOwner whether the token has the scope `altinn:serviceowner`
 *
 * Source: Altinn/altinn-correspondence, `CorrespondenceController`.
 */
export function makeCorrespondence(platform: Platform, isServiceOwner = true) {
  const look = async <T extends z.ZodMiniType>(
    type: T,
    id: string,
    part: '' | '/details',
    once: Once = {},
  ) => {
    const guid = parseGuid(id);
    if (!guid) throw new RangeError('the id of a correspondence is a GUID');
    try {
      const body = await platform.request(
        'GET',
        `/correspondence/api/v1/correspondence/${guid}${part}`,
        once,
      );
      return {
        purged: false as const,
        ...(parseAnswer(type, body, 'a correspondence') as z.infer<T> & object),
      };
    } catch (error) {
      if (isUnknown(error)) {
        return { purged: true as const };
      }
      throw error;
    }
  };
  return {
    /**
     * What a follow-up rests on: the letter as it is now, asked for once. Nothing of its content is kept.
     * @throws AltinnError, also where Altinn does not know the letter or does not let us see it; TokenError
     */
    async letter(id: string, signal?: AbortSignal): Promise<Letter> {
      const path = `/correspondence/api/v1/correspondence/${id}`;
      const once = { maxTries: 1, signal };
      const body = await platform.request('GET', `${path}/details`, once);
      const letter = parseAnswer(details, body, 'a correspondence') as z.infer<typeof details>;
      if (isServiceOwner) return { ...letter, isGone: false };
      // A sender without the scope of a service owner is not shown a purge that something outranks: the overview is 404.
      const isGone = await platform.request('GET', path, once).then(
        () => false,
        (error) => {
          if (isUnknown(error)) return true;
          throw error;
        },
      );
      return { ...letter, isGone };
    },
    /**
     * The orders of a letter's notifications: each has an id once it is placed, after the letter was published.
     * @throws AltinnError, TokenError
     */
    async orders(id: string, signal?: AbortSignal): Promise<Orders> {
      const once = { maxTries: 1, signal };
      try {
        const body = await platform.request('GET', `/correspondence/api/v1/correspondence/${id}`, once);
        return parseAnswer(orders, body, 'a correspondence').notifications ?? [];
      } catch (error) {
        if (isUnknown(error)) return 'gone';
        throw error;
      }
    },
    /** An attachment as it is now. @throws AltinnError, also where Altinn does not know it; TokenError */
    async attachment(id: string, signal?: AbortSignal): Promise<Attachment> {
      const path = `/correspondence/api/v1/attachment/${id}/details`;
      return parseAnswer(
        attachment,
        await platform.request('GET', path, { maxTries: 1, signal }),
        'an attachment',
      );
    },
    /** @throws AltinnError, with status 403 where the token lacks the scope; TokenError; RangeError for no GUID */
    overview: (id: string): Promise<Overview | Purged> => look(overview, id, ''),
    /** The overview with the history of statuses: confirmed means that it holds `Confirmed`. @throws as `overview` */
    details: (id: string, once?: Once): Promise<Details | Purged> => look(details, id, '/details', once),
    /** Up to a thousand letters that ever had a status, the newest first. @throws AltinnError, TokenError */
    async list(
      { resourceId, role, status, from, to, onBehalfOf }: ListRequest,
      extra: Once = {},
    ): Promise<Listed> {
      // URLSearchParams encodes a `+`, which Altinn would read as a blank.
      const query = new URLSearchParams({ resourceId, role, status, from, to });
      if (onBehalfOf) query.set('onBehalfOf', onBehalfOf);
      const body = await platform.request('GET', '/correspondence/api/v1/correspondence', {
        query,
        ...extra,
      });
      const { ids } = parseAnswer(idList, body, 'a list of correspondences');
      return { ids: ids.flatMap((id) => parseGuid(id) ?? []), full: ids.length >= maxListed };
    },
  };
}

export type Correspondence = ReturnType<typeof makeCorrespondence>;
