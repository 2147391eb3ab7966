import type { Correspondence, Listed } from '../altinn/api/correspondence.ts';
import { heard, type Listener } from '../altinn/api/heard.ts';
import { boundsOf, published, publishedOn, type Window } from '../altinn/api/list-window.ts';
import type { Pace } from '../altinn/pace.ts';
import { resourcePrefix } from '../altinn/resource.ts';
import { organizationUrn, type Whose } from '../altinn/whose.ts';
import { isWatchdog, openingFact } from '../events/catalogue.ts';
import { type Answer, type AskAltinn, awaitTurn, sharedForMs, withoutLetter } from './question.ts';

interface Deps {
  readonly list: Correspondence['list'];
  /** Whose letters they may be: the recipient's own, and its subunits'. */
  readonly whose: readonly Whose[];
  readonly pace: Listener & Pick<Pace, 'turn'>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** The statuses that settle a follow-up, by the fact that each states. */
const settling = [
  ['read', 'Read'],
  ['confirmed', 'Confirmed'],
  ['purged', 'PurgedByRecipient'],
  ['purged', 'PurgedByAltinn'],
] as const;

const unknown: Answer = {
  is: 'disputed',
  why: "Altinn's lists of our letters do not name the letter: a forged event, or a letter of a subunit that ALTINN_SUBUNITS does not name",
};
const crowded: Answer = {
  is: 'silent',
  why: 'more letters were published together than a list of Altinn names',
};

/**
 * Makes the question that a recipient's follow-ups rest on: which of Altinn's lists of its letters name the letter. A
 * look at the letter itself would record it as fetched. No list tells a due date, so that it has passed is known only of
 * an event that a pull has brought; before, nothing is asked. A list serves all letters of a day for a minute. The
 * question throws a RetryableError where it is not its turn. Nor does a list tell whether there is a due date at all, or
 * whether confirmation is needed: a recipient is told of letters as unread, or unconfirmed, whatever they say of that.
 *
 * Source: Altinn/altinn-correspondence, `GetCorrespondencesHandler`.
 */
export function makeAskByList({ list, whose, pace, now = Date.now }: Deps): AskAltinn {
  const lists = new Map<string, { readonly at: number; readonly listed: Listed }>();
  const ask = heard(list, pace);

  return async ({ kind, correspondenceId: id, status, heardAt, askAt }, signal) => {
    const { facts, knownBy, resource } = status;
    const opened = openingFact(kind);
    const nothing = { is: 'known', question: 'list', facts: {}, resource, recipient: undefined } as const;
    // A watchdog counts from the publication, of which no list tells the time: the event that a pull has brought does.
    const published = isWatchdog(kind) ? facts[opened] : undefined;
    const said = { ...nothing, published, dueAt: undefined, needsConfirmation: true };
    if (knownBy[opened] !== 'pull' && knownBy[opened] !== 'asked') return { ...said, isBorneOut: false };
    if (!resource) return unknown;

    let turn = askAt;
    const listed = async ({ subunit }: Whose, wanted: string, window: Window): Promise<Listed | Answer> => {
      for (const [key, { at }] of lists) if (now() - at > sharedForMs) lists.delete(key);
      const key = JSON.stringify([subunit, resource, wanted, window]);
      const known = lists.get(key);
      if (known && known.at > Date.parse(heardAt)) return known.listed;
      const leftAlone = await awaitTurn(pace, turn);
      if (leftAlone) return leftAlone;
      turn = undefined;
      const at = now();
      const resourceId = resource.slice(resourcePrefix.length);
      const onBehalfOf = subunit && organizationUrn(subunit);
      const request = {
        resourceId,
        role: 'Recipient',
        status: wanted,
        ...boundsOf(window),
        onBehalfOf,
      } as const;
      const answer = await ask(request, { maxTries: 1, signal });
      lists.set(key, { at, listed: answer });
      return answer;
    };

    /** What the lists of a window say; `undefined` where they do not name the letter. */
    const look = async (party: Whose, window: Window): Promise<Answer | undefined> => {
      const all = await listed(party, 'Published', window);
      if ('is' in all) return all;
      if (!all.ids.includes(id)) return all.full ? crowded : undefined;
      const holding: Partial<Record<(typeof settling)[number][0], string>> = {};
      for (const [fact, wanted] of settling) {
        const these = await listed(party, wanted, window);
        if ('is' in these) return these;
        const { ids, full } = these;
        if (ids.includes(id)) holding[fact] ??= new Date(now()).toISOString();
        else if (full) return crowded;
      }
      return { ...said, facts: holding, isBorneOut: true, recipient: party.subject };
    };

    try {
      let answer: Answer = unknown;
      for (const window of windowsFor(facts.published, facts[opened] as string)) {
        for (const party of whose) {
          const found = await look(party, window);
          if (found && found !== crowded) return found;
          answer = found ?? answer;
        }
      }
      return answer;
    } catch (error) {
      return withoutLetter(error);
    }
  };
}

const [secondMs, minuteMs, yearMs] = [1_000, 60_000, 366 * 24 * 60 * 60_000];

/**
 * Where a letter is looked for: on the day of its publication, which serves others too; within a minute of it, where that
 * day has more letters than a list names; and in the year before it was due, since anybody may have pushed a wrong time
 * of publication.
 */
function windowsFor(publishedAt: string | undefined, dueAt: string): readonly Window[] {
  const [at, due] = [Date.parse(publishedAt ?? ''), Date.parse(dueAt)];
  const year = published(due - yearMs, due + secondMs);
  if (Number.isNaN(at)) return [year];
  const minute = { from: new Date(at - minuteMs).toISOString(), to: new Date(at + secondMs).toISOString() };
  return [publishedOn(new Date(new Date(at).toISOString().slice(0, 10))), minute, year];
}
