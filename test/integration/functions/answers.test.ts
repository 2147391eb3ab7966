import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { connect } from 'node:net';
import { QueueClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { sampleEvent } from '../../../infra/dev/sample-event.ts';
import { type App, get, post, startApp } from '../../support/app.ts';
import { eventOf } from '../../support/fixture.ts';
import { until } from '../../support/until.ts';

// Every row of the answer table, through real HTTP, the deployed bundle and a real queue. Tracking is switched off,
// so that what was enqueued can be counted.
const storage = inject('storage').answers as string;
const queue = new QueueClient(storage, 'correspondence-events');
let app: App;

beforeAll(async () => {
  app = await startApp({ AzureWebJobsStorage: storage, 'AzureWebJobs.track-events.Disabled': 'true' });
});
afterAll(() => app.stop());

async function enqueued(): Promise<number> {
  if (!(await queue.exists())) return 0;
  return (await queue.getProperties()).approximateMessagesCount ?? 0;
}

/** What the call adds to the queue. */
async function adding<T>(call: () => Promise<T>): Promise<[T, number]> {
  const before = await enqueued();
  const answer = await call();
  return [answer, (await enqueued()) - before];
}

const event = () => sampleEvent('correspondencepublished');

describe('a CloudEvent', () => {
  it.each([
    'application/json; charset=utf-8',
    'application/json',
    'application/cloudevents+json',
    'application/cloudevents+json; charset=UTF-8',
    'Application/JSON',
  ])('as %s is answered 200 with an empty body and is on the queue', async (contentType) => {
    const [answer, added] = await adding(() =>
      post(app, event(), { headers: { 'content-type': contentType } }),
    );
    expect(answer).toMatchObject({ status: 200, body: '' });
    expect(added).toBe(1);
  });

  it('is on the queue as base64 of a message that holds it verbatim, for ever', async () => {
    await queue.clearMessages();
    const sent = { ...event(), anattribute: 'of tomorrow', NotSeenYet: [1, { a: null }] };
    await post(app, sent);
    const [message] = (await queue.receiveMessages()).receivedMessageItems;
    const queued = JSON.parse(Buffer.from(message?.messageText ?? '', 'base64').toString());
    expect(queued).toMatchObject({ schemaVersion: 1, via: 'push', attempt: 1 });
    expect(queued.body.event).toEqual(sent);
    expect(message?.expiresOn.getFullYear()).toBeGreaterThan(9000);
  });

  it('of an unknown type and an unknown resource is kept', async () => {
    const type = 'no.altinn.correspondence.correspondenceforwarded';
    const resource = 'urn:altinn:resource:of-nobody';
    const unknown = { id: 'x', source: 'somewhere', type, specversion: '1.0', resource };
    const [answer, added] = await adding(() => post(app, unknown));
    expect([answer.status, added]).toEqual([200, 1]);
  });

  it('of exactly 32 KiB is taken, of one byte more is not', async () => {
    const padded = (bytes: number) => {
      const bare = { ...event(), padding: '' };
      return { ...bare, padding: 'x'.repeat(bytes - JSON.stringify(bare).length) };
    };
    const [fits, added] = await adding(() => post(app, padded(32768)));
    expect([fits.status, added]).toEqual([200, 1]);
    const [tooLarge, none] = await adding(() => post(app, padded(32769)));
    expect([tooLarge.status, none]).toEqual([413, 0]);
  });
});

describe('the validation event', () => {
  it('is answered 200, logged with its subscription and not enqueued', async () => {
    const validation = {
      specversion: '1.0',
      id: '694caa35-8b25-4cd7-b800-f6eeb93c56ed',
      source: 'https://platform.altinn.no/events/api/v1/subscriptions/1234',
      type: 'platform.events.validatesubscription',
    };
    const [answer, added] = await adding(() => post(app, validation));
    expect([answer.status, added]).toEqual([200, 0]);
    expect(app.output()).toMatch(/subscription\.validated subscription=1234/);
  });
});

describe('an event that is not Correspondence’s own', () => {
  const dialog = () => ({ ...eventOf('dialog-created'), id: randomUUID() });

  it('is answered 200, counted and not enqueued, and nobody is named', async () => {
    const [answer, added] = await adding(() => post(app, dialog()));
    expect([answer.status, answer.body, added]).toEqual([200, '', 0]);
    await until(() => /event\.other events=1 trace=/m.test(app.output()));
    expect(app.output()).not.toContain('13845678914');
  });

  it('is left out of an array, the rest of which is enqueued', async () => {
    const [answer, added] = await adding(() => post(app, [dialog(), event(), dialog(), event()]));
    expect([answer.status, added]).toEqual([200, 2]);
    await until(() => /event\.other events=2 trace=/m.test(app.output()));
  });
});

describe('an array of CloudEvents', () => {
  it.each(['application/json', 'application/cloudevents-batch+json'])(
    'as %s is enqueued whole',
    async (contentType) => {
      const headers = { 'content-type': contentType };
      const [answer, added] = await adding(() => post(app, [event(), event(), event()], { headers }));
      expect([answer.status, added]).toEqual([200, 3]);
    },
  );

  it('with one bad member is refused whole, and the member is named', async () => {
    const [answer, added] = await adding(() => post(app, [event(), { ...event(), id: undefined }, event()]));
    expect([answer.status, added]).toEqual([400, 0]);
    expect(JSON.parse(answer.body).errors).toEqual([{ attribute: '[1].id', problem: 'is missing' }]);
  });

  it('that is none, as a batch, is refused', async () => {
    const headers = { 'content-type': 'application/cloudevents-batch+json' };
    expect((await post(app, event(), { headers })).status).toBe(400);
  });
});

describe('what is refused', () => {
  it.each([
    ['JSON that is no CloudEvent', '{"id":"1"}'],
    ['JSON that is no object', '42'],
    ['what is not JSON', '{"id":'],
    ['nothing', ''],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['nesting beyond reason', `${'['.repeat(5000)}${']'.repeat(5000)}`],
    ['another version of CloudEvents', { ...event(), specversion: '0.3' }],
  ])('%s: 400', async (_what, body) => {
    const [answer, added] = await adding(() => post(app, body));
    expect([answer.status, added]).toEqual([400, 0]);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(answer.body)).toMatchObject({
      status: 400,
      title: expect.any(String),
      detail: expect.any(String),
    });
  });

  it.each(['text/plain', 'application/xml', 'application/vnd.something+json', ''])(
    'media type "%s": 415',
    async (type) => {
      const answer = await post(app, event(), { headers: { 'content-type': type } });
      expect(answer.status).toBe(415);
    },
  );

  it('a chunked body: 411', async () => {
    const status = await new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
      const chunked = request(
        `${app.url}/api/events?code=test-key`,
        { method: 'POST', headers },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      chunked.on('error', reject);
      chunked.write(JSON.stringify(event()));
      chunked.end();
    });
    expect(status).toBe(411);
  });

  it('names the attribute and never repeats a value', async () => {
    const { body } = await post(app, {
      ...event(),
      id: 17890112345,
      type: { secret: 'marker-of-mine' },
      source: '',
    });
    expect(JSON.parse(body).errors).toEqual([
      { attribute: 'id', problem: 'must be a string' },
      { attribute: 'source', problem: 'must not be empty' },
      { attribute: 'type', problem: 'must be a string' },
    ]);
    expect(body).not.toMatch(/17890112345|marker-of-mine/);
  });

  it.each(['', 'wrong', 'test-key2'])('the key "%s": 401', async (key) => {
    const [answer, added] = await adding(() => post(app, event(), { key }));
    expect([answer.status, added]).toEqual([401, 0]);
  });

  it('another method: 404', async () => {
    expect((await get(app, '/api/events')).status).toBe(404);
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      expect((await post(app, event(), { method })).status).toBe(404);
    }
  });

  it('a caller that goes away in the middle of its body leaves the app alive', async () => {
    const { port } = new URL(app.url);
    await new Promise<void>((closed) => {
      const socket = connect(Number(port), 'localhost', () => {
        socket.write(
          'POST /api/events?code=test-key HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n',
        );
        socket.write('Content-Length: 400\r\n\r\n{"specversion":', () => socket.destroy());
      });
      socket.on('close', () => closed());
    });
    expect((await post(app, event())).status).toBe(200);
  });
});

describe('health', () => {
  it('is anonymous and says that both services answer', async () => {
    const { status, body } = await get(app, '/api/health', '');
    expect([status, JSON.parse(body)]).toEqual([
      200,
      {
        status: 'ok',
        queues: 'ok',
        tables: 'ok',
        followUps: 'on what is pushed',
      },
    ]);
  });
});

describe('status', () => {
  it.each(['correspondences', 'attachments', 'notification-orders'])(
    '%s: 404 unknown, 400 not an id, 401 without a key or with a wrong one',
    async (collection) => {
      const path = `/api/${collection}/da4ceacc-ad44-4e54-99b6-b58e3c13c785`;
      expect((await get(app, path)).status).toBe(404);
      expect((await get(app, `/api/${collection}/not-an-id`)).status).toBe(400);
      for (const key of ['wrong', '']) expect((await get(app, path, key)).status).toBe(401);
    },
  );
});
