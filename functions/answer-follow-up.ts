import type { HttpResponseInit } from '@azure/functions';
import type { FollowUp } from '../shared/follow-ups/follow-up.ts';
import { toRedactedJson } from '../shared/runtime/redact.ts';
import { problem } from './problem.ts';
import { wholeOf } from './shown-follow-up.ts';

/** A follow-up with its whole history. Persons are redacted, but for who closed, snoozed or reopened it. */
export function answerWhole(followUp: FollowUp): HttpResponseInit {
  const headers = { 'content-type': 'application/json' };
  return { status: 200, headers, body: toRedactedJson(wholeOf(followUp)) };
}

export function unknownFollowUp(): HttpResponseInit {
  const detail = 'There is no follow-up with this id. An id is a kind, a dash and a GUID.';
  return problem({ status: 404, title: 'Unknown', detail });
}
