import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { Poster } from '../../../infra/simulator/events/post.ts';

it('takes another connection when the kept one is closed as it is used', async () => {
  const used = new WeakSet<object>();
  let closed = 0;
  const server = createServer(({ socket }, response) => {
    if (used.has(socket)) {
      closed += 1;
      socket.destroy();
    } else {
      used.add(socket);
      response.writeHead(200).end();
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const poster = new Poster();
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  for (let count = 0; count < 3; count += 1) {
    expect(await poster.post({ endpoint, body: '{}', timeout: 5000 })).toBe(200);
  }
  expect(closed).toBe(2);
  poster.stop();
  server.closeAllConnections();
  server.close();
});
