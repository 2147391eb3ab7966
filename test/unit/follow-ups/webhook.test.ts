import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { NotDelivered, type Step } from '../../../shared/follow-ups/channels/channel.ts';
import { logChannel } from '../../../shared/follow-ups/channels/log.ts';
import { webhookChannel } from '../../../shared/follow-ups/channels/webhook.ts';
import { logInto, silentLog } from '../../support/log.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const letter = '5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90';
const step: Step = {
  type: 'follow-up.opened',
  idempotencyKey: `never-read-${letter}-opened`,
  timestamp: '2026-08-20T06:05:00.000Z',
  data: {
    followUpId: `never-read-${letter}`,
    kind: 'never-read',
    correspondenceId: letter,
    resource: 'urn:altinn:resource:brev-fra-etaten',
    recipient: 'urn:altinn:person:identifier-no:13845678914',
    since: '2026-08-19T06:00:03.4817266Z',
    status: 'neverRead',
  },
};
const log = silentLog;

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const stops: (() => void)[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const stop of stops.splice(0)) stop();
});

/** A receiver on a free port that answers as notified. */
async function receiver(answer: (response: ServerResponse, received: Received) => void) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const { method, url, headers } = request;
    const one = { method, url, headers, body: await text(request) };
    received.push(one);
    answer(response, one);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?tenant=1` };
}

const { signal } = new AbortController();

it('posts nothing unsigned: without its secret nobody is told, and it is sent again', async () => {
  const channel = webhookChannel({ url: 'http://127.0.0.1:1/x', secret: undefined, includePersons: false });
  const sent = channel.send(step, silentLog, new AbortController().signal);
  await expect(sent).rejects.toThrow(NotDelivered);
  await expect(sent).rejects.toThrow(/^FOLLOW_UP_WEBHOOK_SECRET is a Key Vault reference/);
});

const channelTo = (url: string, includePersons = false) => webhookChannel({ url, secret, includePersons });
const answering = (status: number) =>
  receiver((response) => response.writeHead(status).end('{"secret":"of theirs"}'));

async function failure(sent: Promise<unknown>): Promise<Error> {
  return sent.then(
    () => {
      throw new Error('it was delivered');
    },
    (error: Error) => error,
  );
}

describe('webhookChannel', () => {
  it('posts the step as Standard Webhooks says', async () => {
    const { received, url } = await answering(200);
    await channelTo(url).send(step, log, signal);
    const [one] = received;
    expect(received).toHaveLength(1);
    expect(one).toMatchObject({
      method: 'POST',
      url: '/hook?tenant=1',
      headers: {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(one?.body ?? '')),
        'webhook-id': step.idempotencyKey,
        'webhook-timestamp': expect.stringMatching(/^\d{10}$/),
        'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
      },
    });
    expect(Math.abs(Number(one?.headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(5);
  });

  it('is verified by a receiver’s library, and not with another secret, id, time or body', async () => {
    const { received, url } = await answering(204);
    await channelTo(url).send(step, log, signal);
    const { body = '', headers = {} } = received[0] ?? {};
    const given = headers as Record<string, string>;
    expect(new Webhook(secret).verify(body, given)).toEqual(JSON.parse(body));
    const other = `whsec_${Buffer.from('another secret of 24 byte').toString('base64')}`;
    expect(() => new Webhook(other).verify(body, given)).toThrow();
    expect(() => new Webhook(secret).verify(`${body} `, given)).toThrow();
    expect(() => new Webhook(secret).verify(body, { ...given, 'webhook-id': 'x' })).toThrow();
    const later = String(Number(given['webhook-timestamp']) + 1);
    expect(() => new Webhook(secret).verify(body, { ...given, 'webhook-timestamp': later })).toThrow();
  });

  it('is signed by HMAC-SHA256 over id, time and the bytes of the body', async () => {
    const { received, url } = await answering(200);
    const data = { ...step.data, resource: 'urn:altinn:resource:blåbærsyltetøy-😀' };
    await channelTo(url).send({ ...step, data }, log, signal);
    const { body = '', headers = {} } = received[0] ?? {};
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    expect(headers['webhook-signature']).toBe(
      `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
    );
    expect(JSON.parse(body).data.resource).toBe(data.resource);
  });

  it('says what the follow-up is about, with a person redacted', async () => {
    const { received, url } = await answering(200);
    await channelTo(url).send(step, log, signal);
    expect(JSON.parse(received[0]?.body ?? '')).toEqual({
      type: 'follow-up.opened',
      timestamp: step.timestamp,
      data: { ...step.data, recipient: 'urn:altinn:person:identifier-no:***********' },
    });
  });

  it('names a person where the owner asks for it', async () => {
    const { received, url } = await answering(200);
    await channelTo(url, true).send(step, log, signal);
    expect(JSON.parse(received[0]?.body ?? '').data).toEqual(step.data);
  });

  it('names an organisation', async () => {
    const { received, url } = await answering(200);
    const recipient = 'urn:altinn:organization:identifier-no:310654321';
    await channelTo(url).send({ ...step, data: { ...step.data, recipient } }, log, signal);
    expect(JSON.parse(received[0]?.body ?? '').data.recipient).toBe(recipient);
  });

  it('says why it was closed', async () => {
    const { received, url } = await answering(200);
    const data = { ...step.data, reason: 'read', status: 'read' } as const;
    await channelTo(url).send({ ...step, type: 'follow-up.closed', data }, log, signal);
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({
      type: 'follow-up.closed',
      data: { reason: 'read' },
    });
  });

  it('has the same id and body each time', async () => {
    const { received, url } = await answering(200);
    await channelTo(url).send(step, log, signal);
    await channelTo(url).send(step, log, signal);
    expect(received[0]?.headers['webhook-id']).toBe(received[1]?.headers['webhook-id']);
    expect(received[0]?.body).toBe(received[1]?.body);
  });

  it.each([200, 201, 202, 204, 299])('takes %i for delivered', async (status) => {
    const { url } = await answering(status);
    await expect(channelTo(url).send(step, log, signal)).resolves.toBe(String(status));
  });

  it.each([300, 400, 401, 403, 404, 410, 413, 422])('takes %i for not delivered', async (status) => {
    const { url } = await answering(status);
    const error = await failure(channelTo(url).send(step, log, signal));
    expect(error).toBeInstanceOf(NotDelivered);
    expect(error.message).toBe(`FOLLOW_UP_WEBHOOK_URL answered ${status}`);
  });

  it.each([301, 302, 303, 307, 308])('does not follow %i: it is not delivered', async (status) => {
    const target = await answering(200);
    const { received, url } = await receiver((response) =>
      response.writeHead(status, { location: target.url }).end(),
    );
    expect(await failure(channelTo(url).send(step, log, signal))).toBeInstanceOf(NotDelivered);
    expect(received).toHaveLength(1);
    expect(target.received).toEqual([]);
  });

  it.each([
    ['http://127.0.0.1', 'ECONNREFUSED'],
    ['http://localhost', 'ECONNREFUSED'],
    ['http://nowhere.invalid', '(ENOTFOUND|EAI_AGAIN)'],
  ])('was certainly not delivered where nobody listens at %s', async (host, code) => {
    const server = createTcpServer().listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const error = await failure(channelTo(`${host}:${port}/`).send(step, log, signal));
    expect(error).toBeInstanceOf(NotDelivered);
    expect(error.message).toMatch(new RegExp(`\\(${code}\\)$`));
  });

  it('may have been delivered where the connection is reset after the request was read', async () => {
    const { received, url } = await receiver((response) => response.socket?.resetAndDestroy());
    const error = await failure(channelTo(url).send(step, log, signal));
    expect(received).toHaveLength(1);
    expect(error).not.toBeInstanceOf(NotDelivered);
    expect(error.message).toMatch(
      /^FOLLOW_UP_WEBHOOK_URL could not be reached \((ECONNRESET|UND_ERR_SOCKET)\)$/,
    );
  });

  it('may have been delivered where the connection is closed without an answer', async () => {
    const { url } = await receiver((response) => response.socket?.end());
    expect(await failure(channelTo(url).send(step, log, signal))).not.toBeInstanceOf(NotDelivered);
  });

  it('may have been delivered where no answer comes in time, and says so', async () => {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => timeout(50));
    const { received, url } = await receiver(() => {});
    const error = await failure(channelTo(url).send(step, log, signal));
    expect(received).toHaveLength(1);
    expect(error).not.toBeInstanceOf(NotDelivered);
  });

  it('ends when nobody waits for it any more', async () => {
    const { url } = await receiver(() => {});
    const aborted = AbortSignal.timeout(50);
    expect(await failure(channelTo(url).send(step, log, aborted))).not.toBeInstanceOf(NotDelivered);
  });

  it('says that no answer came in time', async () => {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => timeout(50));
    const { url } = await receiver(() => {});
    expect((await failure(channelTo(url).send(step, log, signal))).message).toContain('TimeoutError');
  });

  it.each([408, 429, 500, 502, 503, 504])('may have been delivered where it answers %i', async (status) => {
    const { url } = await answering(status);
    expect(await failure(channelTo(url).send(step, log, signal))).not.toBeInstanceOf(NotDelivered);
  });

  it('is delivered once the receiver has answered, whatever becomes of the rest of his answer', async () => {
    const { received, url } = await receiver((response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{');
      setTimeout(() => response.socket?.resetAndDestroy(), 5);
    });
    await channelTo(url).send(step, log, signal);
    expect(received).toHaveLength(1);
  });

  it('does not wait for an endless answer', async () => {
    const { url } = await receiver((response) => {
      response.writeHead(200);
      const more = setInterval(() => response.write('x'.repeat(1_000)), 5);
      response.on('close', () => clearInterval(more));
    });
    await expect(channelTo(url).send(step, log, signal)).resolves.toBe('200');
  });

  it('repeats neither secret, address, person nor answer in an error', async () => {
    const { url } = await answering(500);
    const reset = await receiver((response) => response.socket?.resetAndDestroy());
    for (const at of [url, reset.url, 'http://127.0.0.1:1/']) {
      const { message, stack } = await failure(channelTo(at, true).send(step, log, signal));
      for (const hidden of [secret.slice(6), 'tenant=1', '127.0.0.1', '13845678914', 'of theirs']) {
        expect(message).not.toContain(hidden);
        expect(stack).not.toContain(hidden);
      }
    }
  });
});

describe('logChannel', () => {
  it('writes the step in one line, with a person redacted', async () => {
    const lines: string[] = [];
    const write = (line: string) => void lines.push(line);
    await logChannel.send(step, logInto(write), signal);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      new RegExp(`^channel.logged step=follow-up.opened followUpId=never-read-${letter} kind=never-read `),
    );
    expect(lines[0]).not.toContain('13845678914');
  });
});
