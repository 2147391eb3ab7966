import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import type { VerifyToken } from '../shared/altinn/auth/condition-token.ts';
import { isReminded, type makeSendCondition } from '../shared/follow-ups/send-condition.ts';
import { parseGuid } from '../shared/runtime/guid.ts';
import { logTo } from '../shared/signals/log.ts';
import { problem } from './problem.ts';

interface Deps {
  /** Absent where it is not known whose tokens are good. */
  readonly verify: VerifyToken | undefined;
  readonly condition: ReturnType<typeof makeSendCondition>;
}

/** Tells Altinn Notifications whether to send a reminder. The token that it brings is the only key, and opens nothing else. */
export function makeSendConditionHandler({ verify, condition }: Deps) {
  return async (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> => {
    const log = logTo(context);
    if (!verify) {
      const reason =
        'without ALTINN_ENVIRONMENT and credentials nobody can be told from Altinn Notifications';
      log.signal('send-condition.unanswered', { reason });
      return unavailable();
    }
    const verdict = await verify(request.headers.get('authorization'));
    if (verdict.is === 'unknown') {
      log.signal('send-condition.unanswered', { reason: verdict.why });
      return unavailable();
    }
    if (verdict.is === 'refused') {
      log.signal('send-condition.refused', { reason: verdict.why });
      return unauthorized();
    }
    const { id: given, kind } = request.params;
    const id = parseGuid(given);
    if (!id || !isReminded(kind)) {
      return problem({ status: 404, title: 'Unknown', detail: 'There is no such condition.' });
    }
    const { because: reason, ...said } = await condition(id, kind);
    if (said.send === undefined) {
      log.signal('send-condition.unanswered', { kind, id, reason });
      return unavailable();
    }
    log.signal('send-condition.answered', { kind, id, send: said.send, from: said.from, reason });
    return { status: 200, jsonBody: { sendNotification: said.send } };
  };
}

function unauthorized(): HttpResponseInit {
  const answer = problem({
    status: 401,
    title: 'Unauthorized',
    detail: 'Altinn Notifications alone may ask.',
  });
  return { ...answer, headers: { ...answer.headers, 'www-authenticate': 'Bearer' } };
}

function unavailable(): HttpResponseInit {
  return problem({
    status: 503,
    title: 'Service unavailable',
    detail: 'It cannot be told at the moment. Ask again in a minute.',
  });
}
