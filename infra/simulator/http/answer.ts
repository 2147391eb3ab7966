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
