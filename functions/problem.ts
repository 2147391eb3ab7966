import type { HttpResponseInit } from '@azure/functions';
import type { Problem } from '../shared/events/cloud-event.ts';

/** An error answer as RFC 9457 has it. `detail` must say what was wrong and what to do, and repeat no value of the caller's. */
export function problem(answer: {
  status: number;
  title: string;
  detail: string;
  errors?: readonly Problem[];
}): HttpResponseInit {
  return {
    status: answer.status,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify(answer),
  };
}

/** What is answered where storage throws. */
export function storageProblem(): HttpResponseInit {
  return problem({
    status: 503,
    title: 'Service unavailable',
    detail: 'Storage did not answer. Try again later.',
  });
}
