import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, json, type Route, text } from '../http/answer.ts';
import { areExpired } from './attachment.ts';
import { correspondenceError } from './errors.ts';
import { hasBeen, isPurged } from './letter.ts';
import type { Letters } from './letters.ts';
import { letterRoutes, type Opened, problemType, type ReadCaller, readScope, writeScope } from './open.ts';
import { details, overview, type View } from './overview.ts';
import { isAvailable, whyNotConfirm, whyNotPurge, whyNotRead } from './rules.ts';
import { fileName, fileText, markdownOf } from './text.ts';

/** Real milliseconds from looking at a letter to changing it: what comes meanwhile sees it as it was. */
const parallel = 20;

/**
 * Altinn Correspondence's REST API on one letter.
 *
 * Source: Altinn/altinn-correspondence, `CorrespondenceController` and its handlers.
 */
export function correspondenceRoutes(letters: Letters, readCaller: ReadCaller): Route[] {
  const route = letterRoutes(letters, readCaller);
  const notFound = correspondenceError(1001);

  function look({ letter, isPlainSender, countsAsRecipient }: Opened): View {
    letters.answered(letter);
    if (countsAsRecipient) letters.fetch(letter);
    const fetched = countsAsRecipient ? letter.changes.at(-1) : undefined;
    return { now: letters.now(), asSender: isPlainSender, fetched };
  }

  const show = (opened: Opened) => {
    const { letter, countsAsRecipient } = opened;
    if (isPurged(letter) || (countsAsRecipient && !isAvailable(letter))) return notFound;
    return json(200, overview(letter, look(opened)));
  };

  const showDetails = (opened: Opened) => {
    const { letter, countsAsRecipient } = opened;
    if (countsAsRecipient && !isAvailable(letter)) return notFound;
    return json(200, details(letter, look(opened)));
  };

  /** Several at the same time are all let through, and each says the same with an event of its own. */
  async function markAsRead({ letter }: Opened): Promise<void> {
    await delay(parallel);
    letters.readOnceMore(letter);
  }

  async function content(opened: Opened): Promise<Answer> {
    const { letter, countsAsRecipient } = opened;
    if (!isAvailable(letter)) return correspondenceError(1001, problemType('/content'));
    if (countsAsRecipient && !hasBeen(letter, 'Fetched')) letters.fetch(letter);
    if (countsAsRecipient && !hasBeen(letter, 'Read')) await markAsRead(opened);
    return text(200, markdownOf(letter));
  }

  async function read(opened: Opened): Promise<Answer> {
    const reason = whyNotRead(opened.letter);
    if (reason) return correspondenceError(reason);
    await markAsRead(opened);
    return json(200, opened.letter.id);
  }

  const confirm = ({ letter }: Opened) => {
    const reason = whyNotConfirm(letter);
    if (reason) return correspondenceError(reason);
    letters.confirmSoon(letter);
    return json(200, letter.id);
  };

  const purge = ({ letter, isSender }: Opened) => {
    const reason = whyNotPurge(letter, isSender ? 'sender' : 'recipient');
    if (reason) return correspondenceError(reason);
    letters.purge(letter, isSender ? 'PurgedByAltinn' : 'PurgedByRecipient');
    return json(200, letter.id);
  };

  /** It needs no overview before. */
  const download = ({ letter, call }: Opened): Answer => {
    const { attachment = '' } = call.params;
    if (!isAvailable(letter)) return correspondenceError(1001, problemType('/download'));
    if (!letter.attachments.includes(attachment)) return correspondenceError(2001, problemType('/download'));
    if (areExpired(letter, letters.now())) return correspondenceError(2020, problemType('/download'));
    letters.downloadAttachment(letter, attachment);
    const disposition = `attachment; filename=${fileName}; filename*=UTF-8''${fileName}`;
    const file = text(200, fileText);
    return { ...file, headers: { ...file.headers, 'content-disposition': disposition } };
  };

  const anyone = [readScope, writeScope];
  const recipient = [readScope];
  return [
    route('GET', '', anyone, show),
    route('GET', '/details', anyone, showDetails),
    route('GET', '/content', recipient, content),
    route('POST', '/markasread', recipient, read),
    route('POST', '/confirm', recipient, confirm),
    route('DELETE', '/purge', anyone, purge),
    route('GET', '/attachment/:attachment/download', recipient, download),
  ];
}
