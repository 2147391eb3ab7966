import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import type { App, HttpData, RegisteredFunction } from './core.ts';
import { invoke, triggerOf } from './invoke.ts';
import { describeError } from './log.ts';
import { compileRoute, type Route, splitPath } from './route.ts';

/** The real host takes 100 MB; a development machine is better off with a smaller mistake. */
const largestBody = 10 * 1024 * 1024;

interface Endpoint {
  readonly fn: RegisteredFunction;
  readonly route: Route;
  readonly methods: readonly string[];
  readonly anonymous: boolean;
  readonly title: string;
}

export interface HttpTriggers {
  readonly server: Server;
  /** `POST /api/events` and so on, by function name. */
  readonly titles: ReadonlyMap<string, string>;
  /** Takes no further connection or request, and resolves when every request in hand is answered. */
  drain(): Promise<void>;
}

/**
 * Serves the HTTP triggers of an app. The first function by name whose route and method fit gets the request;
 * none: 404 with no body, also when it is only the method that does not fit (as the real host's router).
 * Throws on a route that it does not know.
 */
export function serveHttp(
  app: App,
  functions: readonly RegisteredFunction[],
  options: { routePrefix: string; functionKey: string },
): HttpTriggers {
  const endpoints = [...functions]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((fn) => toEndpoint(fn, options.routePrefix));
  const inHand = new Set<Promise<unknown>>();
  let draining = false;

  const server = createServer((request, response) => {
    if (draining) return send(response.setHeader('connection', 'close'), 503);
    const answered = answer(app, endpoints, options.functionKey, request, response)
      .catch((error) => {
        // The client went away, or what the app answered cannot be sent.
        if (!request.destroyed) app.log('error', 'host', describeError(error));
        send(response, 500);
      })
      .then(() => finished(response))
      .catch(() => response.destroy());
    inHand.add(answered);
    void answered.then(() => inHand.delete(answered));
  });
  server.keepAliveTimeout = 120_000;

  return {
    server,
    titles: new Map(endpoints.map(({ fn, title }) => [fn.name, title])),
    async drain() {
      draining = true;
      server.close();
      await Promise.all(inHand);
    },
  };
}

function toEndpoint(fn: RegisteredFunction, routePrefix: string): Endpoint {
  const { route = fn.name, methods, authLevel } = triggerOf(fn).options;
  const path = [...splitPath(routePrefix), ...splitPath(String(route))].join('/');
  const allowed = (methods as string[]).map((method) => method.toUpperCase());
  try {
    return {
      fn,
      route: compileRoute(path),
      methods: allowed,
      anonymous: String(authLevel).toLowerCase() === 'anonymous',
      title: `${allowed.join(',')} /${path}`,
    };
  } catch (error) {
    throw new Error(`Function "${fn.name}": ${(error as Error).message}`);
  }
}

async function answer(
  app: App,
  endpoints: readonly Endpoint[],
  functionKey: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', headers } = request;
  const url = urlOf(request);
  if (!url) return send(response, 400);
  const segments = splitPath(url.pathname);
  for (const { fn, route, methods, anonymous } of endpoints) {
    const params = methods.includes(method) && route(segments);
    if (!params) continue;
    const key = headers['x-functions-key'] ?? url.searchParams.get('code') ?? '';
    if (!anonymous && !sameKey(String(key), functionKey)) return send(response, 401);
    if (Number(headers['content-length']) > largestBody) return send(response, 413);
    const body = await readBody(request);
    const http: HttpData = {
      url: url.href,
      method,
      nullableHeaders: nullable([
        ...Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
        // What the front end of Azure adds behind whatever the caller sent: the caller's own address.
        ['x-forwarded-for', `${request.socket.remoteAddress}:${request.socket.remotePort}`],
      ]),
      nullableQuery: nullable(url.searchParams),
      nullableParams: nullable(Object.entries(params)),
      body: body.length > 0 ? { bytes: body } : null,
    };
    const outcome = await invoke(app, fn, { input: { http }, traceparent: String(headers.traceparent) });
    if (!outcome.ok) return send(response, 500);
    return sendResult(response, outcome.value?.http);
  }
  return send(response, 404);
}

function urlOf({ url = '/', headers }: IncomingMessage): URL | undefined {
  const target = url.startsWith('/') ? `http://${headers.host ?? 'localhost'}${url}` : url;
  return URL.canParse(target) ? new URL(target) : undefined;
}

/** Compares digests, so that neither the length nor the first difference shows in the time it takes. */
function sameKey(given: string, wanted: string): boolean {
  const [a, b] = [given, wanted].map((key) => createHash('sha256').update(key).digest());
  return timingSafeEqual(a as Buffer, b as Buffer);
}

/** The host reads a body only when there is a content length (its GrpcMessageConversionExtensions.cs). */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (!(Number(request.headers['content-length']) > 0)) return Buffer.alloc(0);
  return buffer(request);
}

/** Values of one name are joined by commas, as the host does. */
function nullable(pairs: Iterable<[string, string]>): Record<string, { value: string }> {
  const values = new Map<string, string>();
  for (const [name, value] of pairs)
    values.set(name, values.has(name) ? `${values.get(name)},${value}` : value);
  return Object.fromEntries([...values].map(([name, value]) => [name, { value }]));
}

function send(response: ServerResponse, status: number): void {
  response.writeHead(status, status === 204 ? {} : { 'content-length': 0 }).end();
}

/** Sends what the library made of the handler's result; no result is 204. */
function sendResult(response: ServerResponse, result: HttpData | undefined): void {
  if (!result) {
    send(response, 204);
    return;
  }
  if (result.cookies?.length) throw new Error('the embedded host sends no cookies');
  const { 'transfer-encoding': _, ...headers } = result.headers ?? {};
  const status = Number(result.statusCode ?? 200);
  const body = result.body?.bytes ?? Buffer.alloc(0);
  if (status !== 204 && status !== 304) headers['content-length'] = String(body.length);
  response.writeHead(status, headers).end(body);
}
