import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiKnobs, ApiName } from '../knobs.ts';
import { type Answer, empty, json, type Route, text } from './answer.ts';

const largestBody = 1024 * 1024;
/** The connection is closed instead. */
const noAnswer: Answer = { status: 0 };

export interface TroubleMaker {
  readonly of: (api: ApiName) => ApiKnobs;
  readonly draw: () => number;
}

/** Listens on 127.0.0.1 alone; rejects with the error's `code` when the port cannot be had. */
export async function listen(port: number): Promise<{ server: Server; url: string }> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Answers by the first route that fits; no path: 404, another method: 405. */
export function serve(server: Server, url: string, routes: readonly Route[], trouble: TroubleMaker): void {
  const underWay = new Map<ApiName, number>();
  const compiled = routes.map((route) => ({ ...route, pattern: compile(route.path) }));
  server.on('request', (request, response) => {
    answer(request)
      .catch((error) => json(500, { error: (error as Error).message }))
      .then((answer) => send(response, answer))
      // The caller went away, or a header cannot be written.
      .catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage): Promise<Answer> {
    const body = await readBody(request);
    if (body === undefined) return empty(413);
    const target = new URL(request.url?.startsWith('/') ? `${url}${request.url}` : url);
    const fitting = compiled.filter(({ pattern }) => pattern.test(target.pathname));
    const route = fitting.find(({ method }) => method === request.method);
    if (!route) return fitting.length === 0 ? empty(404) : notAllowed(fitting);
    const troubled = route.api === 'simulator' ? undefined : await make(trouble, route.api, underWay);
    if (troubled) return troubled;
    return route.handle({
      method: route.method,
      url: target,
      params: { ...route.pattern.exec(target.pathname)?.groups },
      headers: request.headers,
      body,
    });
  }
}

function compile(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}/?$`, 'i');
}

function notAllowed(routes: readonly Route[]): Answer {
  const methods = routes.map(({ method }) => method).sort();
  return { status: 405, headers: { allow: methods.join(', ') } };
}

/** The trouble that the knobs of an API make for a call, after the latency they ask for. */
async function make(
  { of, draw }: TroubleMaker,
  api: ApiName,
  underWay: Map<ApiName, number>,
): Promise<Answer | undefined> {
  const {
    latency,
    latencyPerCall,
    tooManyRequests,
    retryAfter,
    serverError,
    internalError,
    noAnswer: cut,
  } = of(api);
  const others = underWay.get(api) ?? 0;
  underWay.set(api, others + 1);
  const wait = latency + others * latencyPerCall;
  if (wait > 0) await delay(wait);
  underWay.set(api, (underWay.get(api) ?? 1) - 1);
  const drawn = draw();
  const [limited, failed, broken] = [tooManyRequests, serverError, internalError];
  if (drawn < limited) return { status: 429, headers: { 'retry-after': String(retryAfter) } };
  if (drawn < limited + failed) return empty(503);
  if (drawn < limited + failed + broken)
    return text(500, 'System.NullReferenceException: Object reference not set to an instance of an object.');
  return drawn < limited + failed + broken + cut ? noAnswer : undefined;
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  if (status === noAnswer.status) return void response.destroy();
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body ?? '') }).end(body);
}
