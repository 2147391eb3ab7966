import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** One operation of the storage protocol, as it passes. */
export interface StorageOperation {
  readonly service: 'queue' | 'table';
  readonly method: string;
  /** Path and query, the account's name left out: `/correspondence-events/messages?…`. */
  readonly path: string;
  readonly body: string;
}

export interface StorageProxy {
  /** The connection string that leads through the proxy. */
  readonly connectionString: string;
  /** Called before an operation is passed on; `false` cuts the connection instead, a status answers in storage's place. */
  before: (operation: StorageOperation) => Promise<boolean | number> | boolean | number;
  /** Called once storage has answered and the client does not know yet; `false` cuts the connection. */
  after: (operation: StorageOperation & { status: number }) => Promise<boolean> | boolean;
  stop(): Promise<void>;
}

/**
 * Stands between an app and its storage on loopback, counts and disturbs: real requests, real answers, faults at
 * exactly the wanted place.
 */
export async function startStorageProxy(connectionString: string): Promise<StorageProxy> {
  const part = (name: string) => new RegExp(`${name}=([^;]+)`).exec(connectionString)?.[1] as string;
  const servers: Server[] = [];
  const agent = new Agent({ keepAlive: true });
  let through = connectionString;

  const proxy: StorageProxy = {
    get connectionString() {
      return through;
    },
    before: () => true,
    after: () => true,
    async stop() {
      agent.destroy();
      for (const server of servers) server.closeAllConnections();
      await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
    },
  };

  for (const service of ['queue', 'table'] as const) {
    const endpoint = part(service === 'queue' ? 'QueueEndpoint' : 'TableEndpoint');
    const target = new URL(endpoint);
    const server = createServer(async (incoming, answer) => {
      try {
        const body = await buffer(incoming);
        const path = (incoming.url ?? '').replace(target.pathname.replace(/\/$/, ''), '');
        const operation = { service, method: incoming.method ?? '', path, body: body.toString() };
        const verdict = await proxy.before(operation);
        if (verdict === false) return void incoming.socket.destroy();
        if (typeof verdict === 'number') return void answer.writeHead(verdict, { 'content-length': 0 }).end();
        const upstream = request(
          {
            host: target.hostname,
            port: target.port,
            method: incoming.method,
            path: incoming.url,
            headers: incoming.headers,
            agent,
          },
          async (response) => {
            const content = await buffer(response);
            const status = response.statusCode ?? 0;
            if (!(await proxy.after({ ...operation, status }))) return void incoming.socket.destroy();
            answer.writeHead(status, response.headers).end(content);
          },
        );
        upstream.on('error', () => incoming.socket.destroy()).end(body);
      } catch {
        incoming.socket.destroy();
      }
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    servers.push(server);
    const { port } = server.address() as AddressInfo;
    through = through.replace(target.host, `127.0.0.1:${port}`);
  }
  return proxy;
}

/** Says what an operation does, in a word or two: for counting and for picking the place of a fault. */
export function describeOperation({ service, method, path, body }: StorageOperation): string {
  const [, first = '', second = ''] = path.split('?')[0]?.split('/') ?? [];
  if (service === 'queue') {
    const verb =
      { POST: 'put', GET: 'get', DELETE: 'delete', PUT: second ? 'update' : 'create queue' }[method] ??
      method;
    return `queue ${first}: ${verb}`;
  }
  const name = first.replace(/\(.*/, '');
  const row = /event:/.test(body)
    ? ' event'
    : /follow-up:/.test(body + decodeURIComponent(path))
      ? ' follow-up'
      : '';
  return `table ${name}: ${{ POST: 'insert', GET: 'query', PUT: 'replace', PATCH: 'merge' }[method] ?? method}${row}`;
}
