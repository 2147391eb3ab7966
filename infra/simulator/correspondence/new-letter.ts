import type { Resources } from '../access.ts';
import { guid } from '../chance.ts';
import { inDays, type Letter, type LetterSpec } from './letter.ts';

/** A letter as it is before anything happens to it, the so many-eth of this Altinn. */
export function newLetter(
  spec: LetterSpec,
  number: number,
  { seed, resources, now: created }: { seed: number; resources: Resources; now: number },
): Letter {
  const { resource = [...resources.keys()][0] as string, attachment = 'none' } = spec;
  const sender = resources.get(resource);
  if (!sender) throw new Error(`There is no resource ${resource}`);
  const id = spec.correspondenceId?.toLowerCase() ?? guid(seed, 'letter', number);
  const after = (days: number | undefined) => (days === undefined ? undefined : created + inDays(days));
  return {
    id,
    resourceId: resource,
    sender,
    recipient: spec.recipient ?? String(310_000_000 + number),
    sendersReference: spec.sendersReference ?? `letter-${number}`,
    created,
    requestedPublishTime: created + inDays(spec.publishInDays ?? 0),
    due: after(spec.dueInDays),
    confirmationNeeded: spec.confirmationNeeded ?? false,
    changes: [
      { status: 'Initialized', at: created },
      { status: 'ReadyForPublish', at: created },
    ],
    notifications: (spec.notification ?? 'none') === 'none' ? [] : [{ ordered: created, isReminder: false }],
    attachments: attachment === 'none' ? [] : [guid('attachment', id)],
    attachmentsExpire: after(spec.attachmentExpiresInDays),
    dialogId: guid('dialog', id),
  };
}
