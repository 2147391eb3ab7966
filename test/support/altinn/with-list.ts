import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Altinn } from '../../../infra/simulator/altinn.ts';

const listPath = '/correspondence/api/v1/correspondence';

/** Counts the lists of letters that the simulated Altinn is asked for; answers them itself where that one cannot. */
export async function withList(altinn: Altinn): Promise<{ url: string; lists: URL[]; stop(): void }> {
  const lists: URL[] = [];
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url as string, altinn.url);
    const { host: _, connection: __, ...headers } = request.headers as Record<string, string>;
    const body = request.method === 'GET' ? undefined : await buffer(request);
    const answer = await fetch(url, { method: request.method ?? 'GET', headers, ...(body && { body }) });
    const isList = url.pathname === listPath && request.method === 'GET';
    if (isList) lists.push(url);
    const own = isList && answer.status === 404;
    response.writeHead(own ? 200 : answer.status, {
      'content-type': own ? 'application/json' : (answer.headers.get('content-type') ?? 'text/plain'),
    });
    response.end(
      own
        ? JSON.stringify({ ids: listOf(altinn, url.searchParams) })
        : Buffer.from(await answer.arrayBuffer()),
    );
  };
  const server = createServer((request, response) => void pass(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lists,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function listOf({ simulator }: Altinn, query: URLSearchParams): string[] {
  const [from, to] = ['from', 'to'].map((name) => Date.parse(query.get(name) as string)) as [number, number];
  return simulator.letters
    .all()
    .filter(({ resourceId, requestedPublishTime: at, changes }) => {
      const ever = changes.some(({ status }) => status === query.get('status'));
      return resourceId === query.get('resourceId') && at > from && at < to && ever;
    })
    .sort((a, b) => b.requestedPublishTime - a.requestedPublishTime)
    .slice(0, 1_000)
    .map(({ id }) => id);
}
