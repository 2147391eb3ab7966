import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { parseFollowUpId } from '../shared/follow-ups/follow-up.ts';
import type { FollowUps } from '../shared/follow-ups/store.ts';
import { answerWhole, unknownFollowUp } from './answer-follow-up.ts';
import { orStorageProblem } from './or-storage-problem.ts';

/** Answers a follow-up with its whole history. */
export function makeReadFollowUp({ followUps }: { readonly followUps: Pick<FollowUps, 'get'> }) {
  return orStorageProblem(async (request: HttpRequest): Promise<HttpResponseInit> => {
    const key = parseFollowUpId(request.params.id);
    const followUp = key && (await followUps.get(key.correspondenceId, key.kind));
    return followUp ? answerWhole(followUp) : unknownFollowUp();
  });
}
