import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { type Callers, callerOf } from '../shared/altinn/callers.ts';
import { admit } from '../shared/events/admission.ts';
import { isOfCorrespondence } from '../shared/events/catalogue.ts';
import { type CloudEvent, isValidationEvent } from '../shared/events/cloud-event.ts';
import { messageOf } from '../shared/runtime/message-of.ts';
import { logTo } from '../shared/signals/log.ts';
import { newTraceparent, traceIdOf } from '../shared/signals/trace.ts';
import type { MessageQueue } from '../shared/storage/message-queue.ts';
import { eventMessage } from '../shared/tracking/event-message.ts';
import { problem } from './problem.ts';

interface Deps {
  /** The queue `correspondence-events`. */
  readonly queue: Pick<MessageQueue, 'send'>;
  /** Who may call; absent for anybody with the key. */
  readonly callers?: Callers | undefined;
}

/**
 * Altinn's webhook: answers 200 once every event of the request that is Correspondence's own is on the queue, and never
 * before. The others are counted and go no further.
 */
export function makeReceiveEvents({ queue, callers }: Deps) {
  return async (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> => {
    const enqueuedAt = new Date().toISOString();
    const given = context.traceContext?.traceParent;
    const traceparent = traceIdOf(given) ? given : newTraceparent();
    const log = logTo(context, traceparent);
    const { headers } = request;
    if (callers) {
      const caller = callerOf(headers.get('x-forwarded-for'));
      if (!callers.includes(caller)) {
        log.signal('event.unlisted-caller', {
          caller: caller ?? 'unknown',
          policy: callers.policy,
        });
        if (callers.policy === 'enforce') {
          return problem({ status: 403, title: 'Forbidden', detail: 'Events are taken from Altinn alone.' });
        }
      }
    }
    const admitted = admit({
      contentType: headers.get('content-type'),
      contentLength: headers.get('content-length'),
      transferEncoding: headers.get('transfer-encoding'),
      body: await request.arrayBuffer(),
    });
    if (!admitted.ok) {
      const { reason, ...refusal } = admitted.refusal;
      log.signal('event.refused', { status: refusal.status, reason, detail: refusal.detail });
      return problem(refusal);
    }

    const toEnqueue: CloudEvent[] = [];
    let others = 0;
    for (const event of admitted.events) {
      if (isOfCorrespondence(event.type)) toEnqueue.push(event);
      else if (isValidationEvent(event)) {
        log.signal('subscription.validated', { subscription: event.source.split('/').at(-1) });
      } else others++;
    }
    // Dialogporten's, say: Altinn publishes them on the same resource, and they may name a person.
    if (others > 0) log.signal('event.other', { events: others });
    const how = { via: 'push', enqueuedAt, traceparent } as const;
    try {
      await Promise.all(toEnqueue.map((event) => queue.send(eventMessage(event, how))));
    } catch (error) {
      log.signal('event.not-acknowledged', { reason: messageOf(error) });
      return problem({
        status: 503,
        title: 'Service unavailable',
        detail: 'The event was not stored and not acknowledged. Send it again later.',
      });
    }
    if (toEnqueue.length > 0) log.signal('event.acknowledged', { events: toEnqueue.length });
    return { status: 200 };
  };
}
