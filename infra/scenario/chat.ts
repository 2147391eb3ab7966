import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What was posted to the chat. */
export interface Post {
  /** In simulated milliseconds. */
  readonly at: number;
  readonly body: string;
}

export interface Chat {
  readonly url: string;
  readonly posts: readonly Post[];
  stop(): Promise<void>;
}

/** A workflow of Teams: takes whatever is posted to it. */
export async function startChat(now: () => number): Promise<Chat> {
  const posts: Post[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request).catch(() => undefined);
    // Whoever posted was killed.
    if (body === undefined) return;
    posts.push({ at: now(), body });
    response.writeHead(202).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/workflow`,
    posts,
    stop() {
      server.closeAllConnections();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}
