import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { endpointKey, newKey } from './cli.ts';
import type { Reply, Seen } from './server.ts';

interface Entry {
  readonly id: string;
  readonly type: string;
  readonly time: string;
}

/** A receiver as Altinn and the command line see it: the webhook and the status. */
export async function startReceiver() {
  const keys = new Set([endpointKey, newKey]);
  const events: { readonly id: string; readonly key: string }[] = [];
  const tracked = new Map<string, { facts: Record<string, string>; timeline: Entry[] }>();
  const receiver = {
    url: '',
    endpoint: '',
    keys,
    events,
    /** By id: what GET /api/correspondences/{id} and its like answer. */
    tracked,
    /** Answers in the webhook's place. */
    webhook: undefined as ((request: Seen) => Reply | undefined) | undefined,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
  const answer = (request: Seen): Reply | undefined => {
    if (request.path === '/api/events' && receiver.webhook) return receiver.webhook(request);
    if (!keys.has(request.query.get('code') ?? '')) return { status: 401 };
    if (request.path === '/api/events') {
      const { id, type } = JSON.parse(request.body);
      if (type !== 'platform.events.validatesubscription')
        events.push({ id, key: request.query.get('code') ?? '' });
      return { status: 200 };
    }
    const status = tracked.get(request.path.split('/').at(-1) ?? '');
    return status
      ? { body: { status: 'published', followUps: [], ...status } }
      : { status: 404, body: { title: 'Unknown' } };
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const { method = '', headers } = request;
    const body = await text(request);
    const reply = answer({ method, path: url.pathname, query: url.searchParams, headers, body });
    if (!reply) return void request.socket.destroy();
    const { status = 200, body: content = '' } = reply;
    response.writeHead(status, { 'content-type': 'application/json', ...reply.headers });
    response.end(typeof content === 'string' ? content : JSON.stringify(content));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  receiver.endpoint = `${receiver.url}/api/events?code=${endpointKey}`;
  return receiver;
}

export type FakeReceiver = Awaited<ReturnType<typeof startReceiver>>;
