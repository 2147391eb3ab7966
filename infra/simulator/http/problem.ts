import { randomBytes } from 'node:crypto';
import { type Answer, json } from './answer.ts';

const titles: Record<number, [section: string, title: string]> = {
  400: ['15.5.1', 'Bad Request'],
  401: ['15.5.2', 'Unauthorized'],
  403: ['15.5.4', 'Forbidden'],
  404: ['15.5.5', 'Not Found'],
  422: ['15.5.21', 'Unprocessable Entity'],
};

/** What problem details begin with: where the status is defined, its title, and itself. */
export function problemHead(status: number): { type: string; title: string; status: number } {
  const [section, title] = titles[status] ?? ['15.6.1', 'An error occurred while processing your request.'];
  return { type: `https://tools.ietf.org/html/rfc9110#section-${section}`, title, status };
}

export function newTraceId(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
}

/** Problem details as ASP.NET writes them; their content type is that of the API's other answers. */
export function problem(status: number, detail: string, contentType: string): Answer {
  return json(status, { ...problemHead(status), detail, traceId: newTraceId() }, contentType);
}

/** What ASP.NET answers when it cannot read a request into its model. */
export function invalidModel(errors: Record<string, string[]>, contentType = 'application/json'): Answer {
  const title = 'One or more validation errors occurred.';
  return json(400, { ...problemHead(400), title, errors, traceId: newTraceId() }, contentType);
}
