import { createHmac } from 'node:crypto';
import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type HttpRequest, InvocationContext } from '@azure/functions';
import { QueueClient } from '@azure/storage-queue';
import { makeReceiveEvents } from '../../functions/receive-events.ts';
import { startHost } from '../../infra/dev/host/host.ts';
import { connectStorage } from '../../shared/storage/connect.ts';

// One of the servers that are compared, in a process of its own: it tells its port, and its CPU time when asked.
const [, , way] = process.argv;
const connectionString = process.env.AzureWebJobsStorage as string;
const queueName = 'correspondence-events';

type Answer = (incoming: IncomingMessage) => Promise<number>;

/** (a) The floor: a Put Message signed by hand, over a kept connection. */
function byHand(): Answer {
  const part = (name: string) => new RegExp(`${name}=([^;]+)`).exec(connectionString)?.[1] as string;
  const [account, key] = [part('AccountName'), Buffer.from(part('AccountKey'), 'base64')];
  const target = new URL(`${part('QueueEndpoint')}/${queueName}/messages?messagettl=-1`);
  const agent = new Agent({ keepAlive: true });
  return async (incoming) => {
    const text = (await buffer(incoming)).toString('base64');
    const body = `<QueueMessage><MessageText>${text}</MessageText></QueueMessage>`;
    const date = new Date().toUTCString();
    const resource = `/${account}${target.pathname}\nmessagettl:-1`;
    const signed = `POST\n\n\n${body.length}\n\napplication/xml\n\n\n\n\n\n\nx-ms-date:${date}\nx-ms-version:2021-12-02\n${resource}`;
    const headers = {
      authorization: `SharedKey ${account}:${createHmac('sha256', key).update(signed).digest('base64')}`,
      'content-type': 'application/xml',
      'content-length': body.length,
      'x-ms-date': date,
      'x-ms-version': '2021-12-02',
    };
    const status = await new Promise<number>((resolve, reject) => {
      const outgoing = request(target, { method: 'POST', agent, headers }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0));
      });
      outgoing.on('error', reject).end(body);
    });
    return status === 201 ? 200 : 503;
  };
}

/** (b) The same with the library's `sendMessage`. */
function withLibrary(): Answer {
  const queue = new QueueClient(connectionString, queueName);
  return async (incoming) => {
    await queue.sendMessage((await buffer(incoming)).toString('base64'), { messageTimeToLive: -1 });
    return 200;
  };
}

/** (c) Our handler, given what it asks of a request and no more; the library's conversion is part of (d). */
function withHandler(): Answer {
  const handler = makeReceiveEvents({ queue: connectStorage({ connectionString }).queues.events });
  const context = new InvocationContext({ functionName: 'receive-events', logHandler: () => {} });
  return async (incoming) => {
    const headers = { get: (name: string) => incoming.headers[name] ?? null };
    const request = { headers, arrayBuffer: () => buffer(incoming) };
    const answer = await handler(request as unknown as HttpRequest, context);
    return answer.status ?? 200;
  };
}

async function listen(answer: Answer): Promise<number> {
  const server = createServer(async (incoming, response) => {
    response.writeHead(await answer(incoming), { 'content-length': 0 }).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return (server.address() as AddressInfo).port;
}

/** (d) The embedded host with the bundle that is deployed, its queue triggers switched off. */
async function host(): Promise<number> {
  for (const name of ['track-events', 'follow-up', 'react']) {
    process.env[`AzureWebJobs.${name}.Disabled`] = 'true';
  }
  const { url } = await startHost({ directory: 'dist', port: 0, functionKey: 'bench', log: () => {} });
  return Number(new URL(url).port);
}

const ways: Record<string, () => Promise<number>> = {
  a: () => listen(byHand()),
  b: () => listen(withLibrary()),
  c: () => listen(withHandler()),
  d: host,
};

process.on('message', () => process.send?.(process.cpuUsage()));
process.on('disconnect', () => process.exit());
void ways[way as string]?.().then((port) => process.send?.({ port }));
