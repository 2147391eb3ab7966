import { createHash } from 'node:crypto';
import { hasBeen, isPurged, type Letter } from './letter.ts';
import { fileName, fileText } from './text.ts';
import { written } from './written.ts';

/** The attachments of a letter as its overview shows them, at a time. */
export function attachmentsOf(letter: Letter, now: number) {
  const { attachmentsExpire: expire, created } = letter;
  return letter.attachments.map((id) => ({
    created: written(created, [id]),
    dataLocationType: 'AltinnCorrespondenceAttachment',
    ...statusOf(letter, now),
    statusChanged: written(expire !== undefined && expire <= now ? expire : created, [id, 'status']),
    dataType: 'text/plain',
    expirationTime: expire === undefined ? null : written(expire, [id, 'expires']),
    id,
    fileName,
    displayName: fileName,
    isEncrypted: false,
    checksum: createHash('md5').update(fileText).digest('hex'),
    sendersReference: letter.sendersReference,
    expirationInDays: null,
  }));
}

export function areExpired({ attachmentsExpire }: Letter, now: number): boolean {
  return attachmentsExpire !== undefined && attachmentsExpire <= now;
}

function statusOf(letter: Letter, now: number) {
  if (hasBeen(letter, 'Failed')) return { status: 'Failed', statusText: 'Malware scan failed: Malicious' };
  if (isPurged(letter)) return { status: 'Purged', statusText: 'Purged' };
  if (areExpired(letter, now)) return { status: 'Expired', statusText: 'The attachment has expired' };
  return { status: 'Published', statusText: 'Published' };
}
