import { type Register, resourcePrefix } from '../access.ts';
import type { Caller } from '../altinn-token.ts';
import { json, type Route } from '../http/answer.ts';
import { correspondenceError, invalidRequest } from './errors.ts';
import { hasBeen, type Letter } from './letter.ts';
import type { Letters } from './letters.ts';
import { type ListQuery, readListQuery } from './list-query.ts';
import { admit, path, type ReadCaller, readScope, writeScope } from './open.ts';
import type { Status } from './status.ts';

const most = 1000;
/** A letter that never had any other is not listed for its recipient. */
const notForRecipient: ReadonlySet<Status> = new Set(['Initialized', 'ReadyForPublish', 'Failed']);

/**
 * The ids of letters: of one resource, by the bare id to the letter; with a status, those that ever held it, and
 * Fetched none; newest first, a thousand at most.
 *
 * Source: Altinn/altinn-correspondence, `GetCorrespondencesHandler`.
 */
export function listRoute(letters: Letters, register: Register, readCaller: ReadCaller): Route {
  const known = new Set([...register.resources.keys()].map((id) => id.toLowerCase()));
  return {
    api: 'correspondence',
    method: 'GET',
    path,
    async handle(call) {
      const admitted = await admit(call, readCaller, [readScope, writeScope]);
      if ('status' in admitted) return admitted;
      const read = readListQuery(call.url.searchParams);
      if ('problems' in read) return invalidRequest(read.problems);
      const { query } = read;
      if (query.from !== undefined && query.to !== undefined && query.from > query.to)
        return correspondenceError(1027);
      // The policy is found by the id without case, and with its prefix: the letters are not.
      if (!known.has(query.resourceId.toLowerCase().replace(resourcePrefix, '')))
        return correspondenceError(4001);
      const own = organizationOf(admitted.caller);
      const { onBehalfOf: party = own } = query;
      if (party !== own && !register.subunits.get(own)?.includes(party)) return correspondenceError(4001);
      const listed = letters.all().filter((letter) => isListed(letter, query, admitted.caller, party));
      listed.reverse().sort((a, b) => b.requestedPublishTime - a.requestedPublishTime);
      const named = listed.slice(0, most);
      if (query.status && query.status !== 'Published') for (const letter of named) letters.answered(letter);
      letters.lists.push({ at: letters.now(), status: query.status, from: query.from, to: query.to });
      return json(200, { ids: named.map(({ id }) => id) });
    },
  };
}

function organizationOf({ systemUser, organization }: Caller): string {
  return systemUser?.organization ?? organization;
}

function isListed(letter: Letter, query: ListQuery, caller: Caller, party: string): boolean {
  const { resourceId, status, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = query;
  if (letter.resourceId !== resourceId) return false;
  if (letter.requestedPublishTime <= from || letter.requestedPublishTime >= to) return false;
  if (query.sendersReference !== undefined && letter.sendersReference !== query.sendersReference)
    return false;
  if (status !== undefined && (status === 'Fetched' || !hasBeen(letter, status))) return false;
  const isSender = !caller.systemUser && party === letter.sender;
  const isRecipient = party === letter.recipient;
  if (query.role === 'Sender') return isSender;
  if (query.role === 'RecipientAndSender') return isSender || isRecipient;
  if (status !== undefined && notForRecipient.has(status)) return false;
  return isRecipient && letter.changes.some(({ status: had }) => !notForRecipient.has(had));
}
