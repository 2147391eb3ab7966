import { json, type Route } from '../http/answer.ts';
import { attachmentDetails } from './attachment.ts';
import { correspondenceError } from './errors.ts';
import type { Letters } from './letters.ts';
import { admit, type ReadCaller, writeScope } from './open.ts';

/** Altinn Correspondence's REST API on one attachment: what its sender is shown, and records nothing. */
export function attachmentRoutes(letters: Letters, readCaller: ReadCaller): Route[] {
  return [
    {
      api: 'correspondence',
      method: 'GET',
      path: '/correspondence/api/v1/attachment/:id/details',
      async handle(call) {
        const admitted = await admit(call, readCaller, [writeScope]);
        if ('status' in admitted) return admitted;
        const id = (call.params.id as string).toLowerCase();
        const letter = letters.withAttachment(id);
        if (!letter) return correspondenceError(2001);
        const { caller } = admitted;
        if (caller.systemUser || caller.organization !== letter.sender) return correspondenceError(4001);
        letters.answered({ id });
        return json(200, attachmentDetails(letter, id, letters.now()));
      },
    },
  ];
}
