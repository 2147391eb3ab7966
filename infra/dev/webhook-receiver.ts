import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

export interface Received {
  /** The `webhook-id`: the same for each time that this step of this follow-up is sent. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly payload: { type: string; timestamp: string; data: Record<string, string> };
}

export interface WebhookReceiver {
  readonly url: string;
  readonly secret: string;
  /** The calls whose signature was right, in order. */
  readonly received: Received[];
  /** What was wrong with the others, which are answered 401. */
  readonly refused: string[];
  /** The status to answer; `undefined` never answers. */
  answer: (call: Received) => number | undefined | Promise<number | undefined>;
  stop(): Promise<void>;
}

export interface WebhookReceiverOptions {
  /** What time it is, in milliseconds since 1970; the real time when not given. */
  readonly now?: () => number;
}

/** A receiver of follow-ups as a case system would write it: it checks each signature with the `standardwebhooks` package. */
export async function startWebhookReceiver({
  now = Date.now,
}: WebhookReceiverOptions = {}): Promise<WebhookReceiver> {
  const secret = `whsec_${Buffer.from('a secret for tests and demonstrations').toString('base64')}`;
  const verifier = new Webhook(secret);
  const server = createServer(async (request, response) => {
    const body = await text(request).catch(() => undefined);
    // Whoever called was killed.
    if (body === undefined) return;
    const { headers } = request;
    try {
      at(now, () => verifier.verify(body, headers as Record<string, string>));
    } catch (error) {
      receiver.refused.push((error as Error).message);
      return void response.writeHead(401).end();
    }
    const id = String(headers['webhook-id']);
    const call = { id, at: now(), headers, body, payload: JSON.parse(body) };
    receiver.received.push(call);
    const status = await receiver.answer(call);
    if (status !== undefined) response.writeHead(status).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/follow-ups`,
    secret,
    received: [],
    refused: [],
    answer: () => 204,
    stop() {
      server.closeAllConnections();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
  return receiver;
}

/** Does something while `Date` says what this does: the package asks nothing else for the time. */
function at(now: () => number, act: () => void): void {
  const real = Date.now;
  Date.now = now;
  try {
    act();
  } finally {
    Date.now = real;
  }
}
