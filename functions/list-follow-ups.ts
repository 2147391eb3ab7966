import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { type ListDeps, listLive } from '../shared/follow-ups/list-live.ts';
import { parseListQuery, tokenOf } from '../shared/follow-ups/list-query.ts';
import { inWords } from '../shared/follow-ups/people-requests.ts';
import { toRedactedJson } from '../shared/runtime/redact.ts';
import { orStorageProblem } from './or-storage-problem.ts';
import { problem } from './problem.ts';
import { summaryOf } from './shown-follow-up.ts';

/** Lists the follow-ups that need attention, the earliest fact first. */
export function makeListFollowUps(deps: ListDeps) {
  return orStorageProblem(async (request: HttpRequest): Promise<HttpResponseInit> => {
    const query = parseListQuery((name) => request.query.get(name) ?? undefined);
    if (!query.ok) {
      const { problems } = query;
      return problem({ status: 400, title: 'Bad request', detail: inWords(problems), errors: problems });
    }
    const { followUps, next } = await listLive(query.wanted, deps);
    const body = {
      followUps: followUps.map((each) => {
        const { followUpId, ...shown } = summaryOf(each);
        return { followUpId, correspondenceId: each.correspondenceId, ...shown };
      }),
      continuation: next && tokenOf(next),
    };
    return { status: 200, headers: { 'content-type': 'application/json' }, body: toRedactedJson(body) };
  });
}
