import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiName, Knobs } from '../knobs.ts';
import { type Answer, empty, json, type Route } from './answer.ts';

const largestBody = 1024 * 1024;

/** Listens on 127.0.0.1 alone; rejects with the error's `code` when the port cannot be had. */
export async function listen(port: number): Promise<{ server: Server; url: string }> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Answers by the first route that fits; no path: 404, another method: 405. */
export function serve(
  server: Server,
  url: string,
  routes: readonly Route[],
  trouble: { readonly knobs: Knobs; readonly draw: () => number },
): void {
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
    if (!route) return empty(fitting.length > 0 ? 405 : 404);
    const troubled = route.api === 'simulator' ? undefined : await make(trouble, route.api);
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

/** The trouble that the knobs of an API make for a call, after the latency they ask for. */
async function make(
  { knobs, draw }: { knobs: Knobs; draw: () => number },
  api: ApiName,
): Promise<Answer | undefined> {
  const { latency, tooManyRequests, serverError } = knobs.apis[api];
  if (latency > 0) await delay(latency);
  const drawn = draw();
  if (drawn < tooManyRequests) return { status: 429, headers: { 'retry-after': '1' } };
  return drawn < tooManyRequests + serverError ? empty(503) : undefined;
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
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body ?? '') }).end(body);
}
