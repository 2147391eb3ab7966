import type { ErrorCode } from './errors.ts';
import { hasBeen, type Letter } from './letter.ts';
import { highest, isAvailableForRecipient, isPurgeableForSender } from './status.ts';

/** What keeps a letter from being marked as read; nothing is `undefined`. Fetched comes first. */
export function whyNotRead(letter: Letter): ErrorCode | undefined {
  if (!isAvailable(letter)) return 1001;
  if (!hasBeen(letter, 'Fetched')) return 1024;
  return hasBeen(letter, 'Read') ? 1040 : undefined;
}

/** Confirming needs no reading, only fetching. */
export function whyNotConfirm(letter: Letter): ErrorCode | undefined {
  if (!isAvailable(letter)) return 1001;
  if (!hasBeen(letter, 'Fetched')) return 1025;
  return hasBeen(letter, 'Confirmed') ? 1041 : undefined;
}

/** The recipient purges what is published, the sender what is not yet. The highest status says what it is. */
export function whyNotPurge(letter: Letter, by: 'recipient' | 'sender'): ErrorCode | undefined {
  const { status } = highest(letter.changes);
  if (status.startsWith('Purged')) return 1014;
  if (by === 'sender') return isPurgeableForSender(status) ? undefined : 1013;
  if (!isAvailable(letter)) return 1001;
  return letter.confirmationNeeded && !hasBeen(letter, 'Confirmed') ? 1026 : undefined;
}

/**
 * By the highest status alone: a purged letter is still there for its recipient when its attachment was downloaded, or
 * it was forwarded. Only the overview looks at the purge itself.
 */
export function isAvailable(letter: Letter): boolean {
  return isAvailableForRecipient(highest(letter.changes).status);
}
