import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import type { FollowUpKind } from '../../shared/events/catalogue.ts';
import { mayNamePerson } from './persons.ts';

/** One call about a follow-up, whose signature was right. */
export interface Call {
  /** The `webhook-id`: the same for each time that this step of this follow-up is sent. */
  readonly id: string;
  readonly type: string;
  readonly kind: FollowUpKind;
  readonly correspondenceId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface CaseSystem {
  readonly url: string;
  readonly secret: string;
  readonly calls: readonly Call[];
  /** Calls that were no good: a wrong signature, or a person named. */
  readonly faults: readonly string[];
  stop(): Promise<void>;
}

/** The system that hears of follow-ups: it checks each signature with the `standardwebhooks` package. */
export async function startCaseSystem(): Promise<CaseSystem> {
  const secret = `whsec_${Buffer.from('a secret for demonstrations').toString('base64')}`;
  const verifier = new Webhook(secret);
  const calls: Call[] = [];
  const faults: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request).catch(() => '');
    try {
      verifier.verify(body, request.headers as Record<string, string>);
    } catch (error) {
      faults.push(`a call was not signed as it should be: ${(error as Error).message}`);
      return void response.writeHead(401).end();
    }
    const { type, data } = JSON.parse(body) as { type: string; data: Call };
    const { kind, correspondenceId } = data;
    calls.push({ id: String(request.headers['webhook-id']), type, kind, correspondenceId, at: Date.now() });
    if (mayNamePerson(body)) faults.push(`a call about ${correspondenceId} names a person`);
    response.writeHead(204).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/follow-ups`,
    secret,
    calls,
    faults,
    stop() {
      server.closeAllConnections();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}
