import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { parseFollowUpId } from '../shared/follow-ups/follow-up.ts';
import type { FollowUpKey, Outcome, PeopleDeps } from '../shared/follow-ups/people.ts';
import {
  inWords,
  type PersonsAct,
  parseRequest,
  type RequestOf,
} from '../shared/follow-ups/people-requests.ts';
import { logTo } from '../shared/signals/log.ts';
import { answerWhole, unknownFollowUp } from './answer-follow-up.ts';
import { orStorageProblem } from './or-storage-problem.ts';
import { problem } from './problem.ts';
import { readJson } from './read-json.ts';

export type ActDeps = Omit<PeopleDeps, 'log'>;

/** Does what a person asks for about a follow-up, and answers how that stands then. */
export function makeAct<A extends PersonsAct>(
  name: A,
  act: (key: FollowUpKey, request: RequestOf<A>, deps: PeopleDeps) => Promise<Outcome>,
  deps: ActDeps,
) {
  return orStorageProblem(
    async (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> => {
      const key = parseFollowUpId(request.params.id);
      if (!key) return unknownFollowUp();
      const body = await readJson(request);
      if (!body.ok) return body.answer;
      const parsed = parseRequest(name, body.value, deps.now?.() ?? new Date());
      if (!parsed.ok) {
        const { problems } = parsed;
        return problem({ status: 400, title: 'Bad request', detail: inWords(problems), errors: problems });
      }
      return answerTo(await act(key, parsed.request, { ...deps, log: logTo(context) }));
    },
  );
}

function answerTo(outcome: Outcome): HttpResponseInit {
  switch (outcome.is) {
    case 'done':
    case 'so-already':
      return answerWhole(outcome.followUp);
    case 'unknown':
      return unknownFollowUp();
    case 'settled':
      return conflict('The follow-up is closed or suppressed, and waits for nothing. Reopen it first.');
    case 'busy':
      return conflict('The follow-up was being changed by others. Nothing was done: try again.');
  }
}

function conflict(detail: string): HttpResponseInit {
  return problem({ status: 409, title: 'Conflict', detail });
}
