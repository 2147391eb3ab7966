import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly id: string;
  readonly payload: { type: string; timestamp: string; data: Record<string, string> };
}

export interface WebhookReceiver {
  readonly url: string;
  readonly secret: string;
  /** The calls whose signature was right, in order; a wrong one is an error of the suite. */
  readonly received: Received[];
  /** What to answer; `undefined` never answers. */
  answer: (call: Received) => number | undefined | Promise<number | undefined>;
  stop(): Promise<void>;
}

/** A receiver of follow-ups as a case system would write it: it checks each signature with the `standardwebhooks` package. */
export async function startWebhookReceiver(port = 0): Promise<WebhookReceiver> {
  const secret = `whsec_${Buffer.from('a test secret of enough bytes').toString('base64')}`;
  const verifier = new Webhook(secret);
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const { headers } = request;
    verifier.verify(body, headers as Record<string, string>);
    const call = { headers, id: String(headers['webhook-id']), payload: JSON.parse(body) };
    received.push(call);
    const status = await receiver.answer(call);
    if (status !== undefined) response.writeHead(status).end();
  });
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/follow-ups`,
    secret,
    received,
    answer: () => 204,
    stop() {
      server.closeAllConnections();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
  return receiver;
}
