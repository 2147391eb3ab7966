import type { IncomingHttpHeaders } from 'node:http';
import type { ApiName } from '../knobs.ts';

export interface Call {
  readonly method: string;
  readonly url: URL;
  /** The parts of the path that the route names. */
  readonly params: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Route {
  /** Whose knobs trouble it. */
  readonly api: ApiName | 'simulator';
  readonly method: string;
  /** `/subscriptions/:id`; compared without case, as ASP.NET does. */
  readonly path: string;
  readonly handle: (call: Call) => Answer | Promise<Answer>;
}

export function json(status: number, value: unknown, type = 'application/json'): Answer {
  return {
    status,
    headers: { 'content-type': `${type}; charset=utf-8` },
    body: JSON.stringify(value),
  };
}

export function empty(status: number): Answer {
  return { status };
}

export function text(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

const titles: Record<number, [section: string, title: string]> = {
  400: ['15.5.1', 'Bad Request'],
  401: ['15.5.2', 'Unauthorized'],
  403: ['15.5.4', 'Forbidden'],
  404: ['15.5.5', 'Not Found'],
  415: ['15.5.16', 'Unsupported Media Type'],
};

/** Problem details as ASP.NET writes them. */
export function problem(status: number, detail?: string, extensions: Record<string, unknown> = {}): Answer {
  const [section, title] = titles[status] ?? ['15.6.1', 'An error occurred while processing your request.'];
  const type = `https://tools.ietf.org/html/rfc9110#section-${section}`;
  return json(
    status,
    { type, title, status, ...(detail && { detail }), ...extensions },
    'application/problem+json',
  );
}

/** What ASP.NET answers when it cannot read a request into its model. */
export function invalidModel(errors: Record<string, string[]>): Answer {
  return problem(400, undefined, { title: 'One or more validation errors occurred.', errors });
}
