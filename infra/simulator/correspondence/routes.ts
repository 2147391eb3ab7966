import { hasScope } from '../access.ts';
import type { Caller } from '../altinn-token.ts';
import { type Answer, type Call, empty, json, type Route, text } from '../http/answer.ts';
import { correspondenceError, type ErrorCode } from './errors.ts';
import { isPurged, type Letter } from './letter.ts';
import type { Letters } from './letters.ts';
import { bodyOf, details, overview } from './overview.ts';
import { isAvailable, whyNotConfirm, whyNotPurge, whyNotRead } from './rules.ts';
import { highest } from './status.ts';

const path = '/correspondence/api/v1/correspondence/:id';
const readScope = 'altinn:correspondence.read';
const writeScope = 'altinn:correspondence.write';

interface Opened {
  readonly letter: Letter;
  readonly call: Call;
  readonly writes: boolean;
  /** The service owner, with a token that says so. */
  readonly isSender: boolean;
}

/**
 * Altinn Correspondence's REST API on one letter. Who has no `altinn:correspondence.write` counts as the
 * recipient, the service owner too: opening the overview then records Fetched, and the content marks as read.
 *
 * Source: Altinn/altinn-correspondence, `CorrespondenceController` and its handlers.
 */
export function correspondenceRoutes(
  letters: Letters,
  readCaller: (call: Call) => Promise<Caller | undefined>,
): Route[] {
  const route = (
    method: string,
    suffix: string,
    scopes: readonly string[],
    handle: (opened: Opened) => Answer,
  ): Route => ({
    api: 'correspondence',
    method,
    path: path + suffix,
    async handle(call) {
      const caller = await readCaller(call);
      if (!caller) return empty(401);
      if (!scopes.some((scope) => hasScope(caller, scope))) return empty(403);
      const letter = letters.get(call.params.id as string);
      if (!letter) return correspondenceError(1001);
      const isOwner = !caller.systemUser && caller.organization === letter.sender;
      if (!isOwner && caller.systemUser?.organization !== letter.recipient) return correspondenceError(4001);
      const writes = hasScope(caller, writeScope);
      return handle({ letter, call, writes, isSender: isOwner && writes });
    },
  });

  /** Records Fetched for who counts as the recipient; gives the status as it was before. */
  function fetch({ letter, writes }: Opened) {
    const before = highest(letter.changes);
    if (!writes) letters.fetch(letter);
    return before;
  }

  const show = (opened: Opened) => {
    if (isPurged(opened.letter)) return correspondenceError(1001);
    if (!opened.writes && !isAvailable(opened.letter)) return correspondenceError(1001);
    return json(200, overview(opened.letter, !opened.isSender, fetch(opened)));
  };

  const showDetails = (opened: Opened) => {
    if (!opened.writes && !isAvailable(opened.letter)) return correspondenceError(1001);
    return json(200, details(opened.letter, !opened.isSender, fetch(opened)));
  };

  const content = (opened: Opened) => {
    if (!isAvailable(opened.letter)) return correspondenceError(1001);
    fetch(opened);
    if (!opened.writes) letters.read(opened.letter);
    return text(200, bodyOf(opened.letter));
  };

  const change =
    (whyNot: (letter: Letter) => ErrorCode | undefined, act: (letter: Letter) => void) =>
    ({ letter }: Opened) => {
      const reason = whyNot(letter);
      if (reason) return correspondenceError(reason);
      act(letter);
      return json(200, letter.id);
    };

  const purge = ({ letter, isSender }: Opened) => {
    const reason = whyNotPurge(letter, isSender ? 'sender' : 'recipient');
    if (reason) return correspondenceError(reason);
    letters.purge(letter, isSender ? 'PurgedByAltinn' : 'PurgedByRecipient');
    return json(200, letter.id);
  };

  const download = ({ letter, call }: Opened) => {
    if (!isAvailable(letter)) return correspondenceError(1001);
    if (!letter.attachments.includes(call.params.attachment as string)) return correspondenceError(2001);
    letters.downloadAttachment(letter);
    return {
      status: 200,
      headers: { 'content-type': 'application/octet-stream' },
      body: 'An attachment of the simulated Altinn.',
    };
  };

  const anyone = [readScope, writeScope];
  const recipient = [readScope];
  return [
    route('GET', '', anyone, show),
    route('GET', '/details', anyone, showDetails),
    route('GET', '/content', recipient, content),
    route(
      'POST',
      '/markasread',
      recipient,
      change(whyNotRead, (letter) => letters.read(letter)),
    ),
    route(
      'POST',
      '/confirm',
      recipient,
      change(whyNotConfirm, (letter) => letters.confirm(letter)),
    ),
    route('DELETE', '/purge', anyone, purge),
    route('GET', '/attachment/:attachment/download', recipient, download),
  ];
}
