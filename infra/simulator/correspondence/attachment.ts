import { createHash } from 'node:crypto';
import { partyUrn } from '../access.ts';
import { inDays, isPurged, type Letter } from './letter.ts';
import { fileName, fileText } from './text.ts';
import { written } from './written.ts';

/** The attachments of a letter as its overview shows them, at a time. */
export function attachmentsOf(letter: Letter, now: number) {
  const { attachmentsExpire: expire, created } = letter;
  return letter.attachments.map((id) => ({
    created: written(created, [id]),
    dataLocationType: 'AltinnCorrespondenceAttachment',
    ...statusOf(letter, now),
    statusChanged: written(changedAt(letter, now), [id, 'status']),
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

/**
 * An attachment as `GET /attachment/{id}/details` shows it to its sender.
 *
 * Source: Altinn/altinn-correspondence, `GetAttachmentDetailsHandler` and `MalwareScanResultHandler`.
 */
export function attachmentDetails(letter: Letter, id: string, now: number) {
  const { created, attachmentsFailed: failed, attachmentsExpire: expire } = letter;
  const at = (time: number, what: string) => written(time, [id, what]);
  const plain = (status: string) => ({ status, statusText: status, statusChanged: at(created, status) });
  const last = { ...statusOf(letter, now), statusChanged: at(changedAt(letter, now), 'status') };
  const passed = failed === created ? [] : [plain('Published')];
  return {
    statusHistory: [
      plain('Initialized'),
      plain('UploadProcessing'),
      ...passed,
      ...(last.status === 'Published' ? [] : [last]),
    ],
    attachmentId: id,
    ...(last.status === 'Published' ? plain('Published') : last),
    correspondenceIds: [letter.id],
    dataType: 'text/plain',
    resourceId: letter.resourceId,
    sender: partyUrn(letter.sender),
    fileName,
    displayName: fileName,
    isEncrypted: false,
    checksum: createHash('md5').update(fileText).digest('hex'),
    sendersReference: letter.sendersReference,
    expirationInDays: expire === undefined ? null : Math.ceil((expire - created) / inDays(1)),
  };
}

function changedAt({ attachmentsFailed, attachmentsExpire, created }: Letter, now: number): number {
  if (attachmentsFailed !== undefined) return attachmentsFailed;
  return attachmentsExpire !== undefined && attachmentsExpire <= now ? attachmentsExpire : created;
}

export function areExpired({ attachmentsExpire }: Letter, now: number): boolean {
  return attachmentsExpire !== undefined && attachmentsExpire <= now;
}

function statusOf(letter: Letter, now: number) {
  if (letter.attachmentsFailed !== undefined)
    return { status: 'Failed', statusText: 'Malware scan failed: Malicious' };
  if (isPurged(letter)) return { status: 'Purged', statusText: 'Purged' };
  if (areExpired(letter, now)) return { status: 'Expired', statusText: 'The attachment has expired' };
  return { status: 'Published', statusText: 'Published' };
}
