import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import type { Tracked } from '../shared/events/catalogue.ts';
import type { FollowUps } from '../shared/follow-ups/store.ts';
import { parseGuid } from '../shared/runtime/guid.ts';
import { messageOf } from '../shared/runtime/message-of.ts';
import { toRedactedJson } from '../shared/runtime/redact.ts';
import { logTo } from '../shared/signals/log.ts';
import { deriveStatus } from '../shared/tracking/status.ts';
import { problem, storageProblem } from './problem.ts';
import { summaryOf } from './shown-follow-up.ts';

interface Deps {
  readonly followUps: Pick<FollowUps, 'readLetter'>;
  readonly about: Tracked;
}

const idName = {
  correspondence: 'correspondenceId',
  attachment: 'attachmentId',
  'notification-order': 'notificationOrderId',
} as const satisfies Record<Tracked, string>;

/** Answers what is known of a correspondence, an attachment or a notification order. Persons are redacted. */
export function makeReadStatus({ followUps: store, about }: Deps) {
  return async (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> => {
    const id = parseGuid(request.params.id);
    if (!id) return problem({ status: 400, title: 'Not an id', detail: `The id of a ${about} is a GUID.` });

    const read = await store
      .readLetter(id)
      .catch((error) =>
        logTo(context).signal('storage.failed', { service: 'tables', reason: messageOf(error) }),
      );
    if (!read) return storageProblem();
    const { entries, followUps } = read;
    const status = deriveStatus(entries);
    if (entries.length === 0 || status.about !== about) {
      return problem({
        status: 404,
        title: 'Unknown',
        detail: `No event of a ${about} with this id has been tracked.`,
      });
    }
    const body = {
      [idName[about]]: id,
      resource: status.resource,
      recipient: status.recipient,
      status: status.word,
      facts: status.facts,
      knownBy: status.knownBy,
      timeline: status.timeline.map(({ id, type, time, receivedAt, via }) => {
        return { id, type, time, receivedAt, via };
      }),
      followUps: followUps.map(summaryOf),
    };
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: toRedactedJson(body),
    };
  };
}
