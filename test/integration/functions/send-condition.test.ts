import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { composeReminders } from '../../../functions/compose-reminders.ts';
import { connectAltinn } from '../../../functions/connect-altinn.ts';
import { sampleEvent } from '../../../infra/dev/sample-event.ts';
import { reminder, reminderOptions } from '../../../shared/follow-ups/channels/reminder.ts';
import { readConfiguration } from '../../../shared/settings/configuration.ts';
import type { Log } from '../../../shared/signals/log.ts';
import { type App, post, startApp, statusOf } from '../../support/app.ts';
import { MemoryStorage } from '../../support/memory-storage.ts';
import { makeClient, ownerScopes, startTestAltinn } from '../../support/simulator.ts';
import { until } from '../../support/until.ts';

// The app's send condition, asked by a simulated Altinn Notifications about the letters of a simulated Altinn.
let altinn: Awaited<ReturnType<typeof startTestAltinn>>;
let app: App;
let settings: Record<string, string>;

beforeAll(async () => {
  altinn = await startTestAltinn({ startTime: new Date(Date.now() - 300 * 24 * 3_600_000) });
  const { client } = altinn;
  settings = {
    AzureWebJobsStorage: inject('storage').sendcondition as string,
    FOLLOW_UP_GRACE: 'PT1S',
    FOLLOW_UP_SINCE: '2020-01-01',
    ALTINN_PACE: '100',
    ALTINN_MAX_PACE: '100',
    ALTINN_ENVIRONMENT: altinn.url,
    MASKINPORTEN_URL: altinn.maskinportenUrl,
    MASKINPORTEN_CLIENT_ID: client.clientId,
    MASKINPORTEN_KEY: JSON.stringify({
      ...(await exportJWK(client.privateKey)),
      kid: client.publicJwk.kid,
    }),
  };
  app = await startApp(settings);
});
afterEach(() =>
  altinn.simulator.turn({
    loseEvent: 0,
    apis: { correspondence: { serverError: 0, latency: 0 }, token: { serverError: 0 } },
  }),
);
afterAll(async () => {
  await app.stop();
  await altinn.stop();
});

const published = async (spec: object = {}) => {
  const [id] = altinn.simulator.createLetters({ dueInDays: 7, ...spec }) as [string];
  await altinn.simulator.advance({ seconds: 1 });
  return id;
};
const path = (id: string, kind: string) => `/api/correspondences/${id}/send-condition/${kind}`;
async function ask(id: string, kind = 'never-read', token?: string | null) {
  const bearer = token === undefined ? await altinn.conditionToken() : token;
  const answer = await fetch(`${app.url}${path(id, kind)}`, {
    headers: bearer === null ? {} : { authorization: `Bearer ${bearer}` },
  });
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
}
const saying = (sendNotification: boolean) => ({ status: 200, body: JSON.stringify({ sendNotification }) });

describe('a letter that nobody has read', () => {
  it('is reminded of, until it is read; asking marks it as nothing', async () => {
    const id = await published();
    expect(await ask(id)).toMatchObject(saying(true));
    expect(await ask(id, 'unread')).toMatchObject(saying(true));
    expect(altinn.simulator.letters.get(id)?.changes.map(({ status }) => status)).not.toContain('Fetched');
    altinn.simulator.turn({ loseEvent: 1 });
    altinn.simulator.read(id);
    expect(await ask(id)).toMatchObject(saying(false));
  });

  it('is reminded of its confirmation until that is there, read or not', async () => {
    const id = await published({ confirmationNeeded: true });
    altinn.simulator.read(id);
    expect(await ask(id, 'never-confirmed')).toMatchObject(saying(true));
    altinn.simulator.confirm(id);
    await altinn.simulator.advance({ seconds: 10 });
    expect(await ask(id, 'never-confirmed')).toMatchObject(saying(false));
    expect(await ask(id, 'unconfirmed')).toMatchObject(saying(false));
  });

  it('is reminded of in spite of a forged event, and quietly of none that is purged or is not out yet', async () => {
    const id = await published();
    await post(app, sampleEvent('correspondencereceiverread', { resourceinstance: id }));
    await statusOf(app, id, ({ facts }) => facts.read);
    expect(await ask(id)).toMatchObject(saying(true));
    altinn.simulator.purge(id);
    expect(await ask(id)).toMatchObject(saying(false));
    expect(await ask(await published({ publishInDays: 3 }))).toMatchObject(saying(false));
  });
});

it('answers a hundred that are asked about at once', async () => {
  const ids = await Promise.all(Array.from({ length: 100 }, () => published()));
  const answers = await Promise.all(ids.map((id) => ask(id)));
  expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 200));
});

describe('who is not Altinn Notifications', () => {
  it('is answered 401, and learns nothing', async () => {
    const id = await published();
    const { privateKey } = await generateKeyPair('RS256');
    const forged = new SignJWT({
      iss: altinn.maskinportenUrl,
      scope: 'altinn:system/notifications.condition.check',
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'maskinporten' })
      .setExpirationTime('2m')
      .sign(privateKey);
    const at = Math.floor(Date.now() / 1_000);
    const tokens = await Promise.all([
      null,
      'nonsense',
      forged,
      altinn.conditionToken({ scope: ownerScopes }),
      altinn.conditionToken({ consumer: { authority: 'iso6523-actorid-upis', ID: '0192:310000001' } }),
      altinn.conditionToken({ iss: 'https://maskinporten.no/' }),
      altinn.conditionToken({ exp: at - 60 }),
      altinn.conditionToken({ nbf: at + 60 }),
    ]);
    const answers = await Promise.all(tokens.map((token) => ask(id, 'never-read', token)));
    expect(answers.map(({ status }) => status)).toEqual(tokens.map(() => 401));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(answers[0]?.headers.get('www-authenticate')).toBe('Bearer');
    expect(await ask('00000000-0000-4000-8000-000000000000', 'nothing', null)).toMatchObject({ status: 401 });
  });

  it('gets nowhere else with such a token', async () => {
    const id = await published();
    const headers = { authorization: `Bearer ${await altinn.conditionToken()}` };
    for (const other of [`/api/correspondences/${id}`, `/api/attachments/${id}`]) {
      expect((await fetch(`${app.url}${other}`, { headers })).status).toBe(401);
    }
    const event = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: '{}' };
    expect((await fetch(`${app.url}/api/events`, event)).status).toBe(401);
    expect((await fetch(`${app.url}${path(id, 'never-read')}`, { method: 'POST', headers })).status).toBe(
      404,
    );
  });
});

it('knows of no other kinds and ids', async () => {
  const id = await published();
  for (const kind of ['publish-failed', 'read', 'NEVER-READ']) expect((await ask(id, kind)).status).toBe(404);
  expect((await ask('no-id')).status).toBe(404);
});

describe('where Altinn does not answer', () => {
  it('it cannot be told of a letter whose reading was merely pushed', async () => {
    const id = await published();
    await post(app, sampleEvent('correspondencereceiverread', { resourceinstance: id }));
    await statusOf(app, id, ({ facts }) => facts.read);
    altinn.simulator.turn({ apis: { correspondence: { serverError: 1 } } });
    expect((await ask(id)).status).toBe(503);
  });

  it('what it has said before settles it', async () => {
    const id = await published();
    altinn.simulator.turn({ loseEvent: 1 });
    altinn.simulator.read(id);
    await post(app, sampleEvent('correspondencereceiverneverread', { resourceinstance: id }));
    await statusOf(app, id, ({ facts }) => facts.read);
    altinn.simulator.turn({ apis: { correspondence: { serverError: 1 } } });
    expect(await ask(id)).toMatchObject(saying(false));
  });

  it('in time, the answer is there in less than five seconds', async () => {
    const id = await published();
    altinn.simulator.turn({ apis: { correspondence: { latency: 8_000 } } });
    const beganAt = performance.now();
    expect((await ask(id)).status).toBe(503);
    expect(performance.now() - beganAt).toBeLessThan(5_000);
  });
});

describe('a reminder, ordered and asked about', () => {
  const log = {} as Log;
  const channel = (more: Record<string, string> = {}) => {
    const configuration = readConfiguration({ ...settings, RECEIVER_PUBLIC_URL: `${app.url}/`, ...more });
    const connected = connectAltinn(configuration, new MemoryStorage().table('shared'));
    return reminder.make({}, reminderOptions.parse({}), {
      reminders: composeReminders(configuration, connected),
    });
  };
  const order = (id: string, { key = `never-read-${id}` } = {}, by = channel()) => {
    const data = {
      ...{ followUpId: key, kind: 'never-read' as const, correspondenceId: id, since: undefined },
      ...{ resource: undefined, recipient: undefined, status: 'neverRead' as const },
    };
    const step = { type: 'follow-up.opened', idempotencyKey: key, timestamp: '', data } as const;
    return by.send(step, log, AbortSignal.timeout(20_000));
  };
  const shipmentsOf = (id: string) =>
    altinn.simulator.notifications.shipments.filter(({ idempotencyId }) => idempotencyId.includes(id));
  // Altinn was slow above, and is left alone for it.
  const untilAsked = async () => {
    const id = await published();
    await until(async () => ((await ask(id)).status === 200 ? true : undefined), 'an answer');
  };
  beforeAll(untilAsked, 60_000);

  it.each(['310000077', '01017012345'])('is sent to %s where the letter is not read', async (recipient) => {
    const id = await published({ recipient });
    expect(await order(id)).toMatch(/^order [0-9a-f-]{36}$/);
    expect(shipmentsOf(id)).toMatchObject([{ to: recipient, status: 'Order_Registered' }]);
    await altinn.simulator.advance({ minutes: 2 });
    expect(shipmentsOf(id)).toMatchObject([
      {
        status: 'Order_Completed',
        sentAt: expect.any(Number),
        conditionCalls: [{ status: 200, sendNotification: true }],
      },
    ]);
  });

  it('is not sent to who reads the letter in between', async () => {
    const id = await published();
    await order(id);
    altinn.simulator.turn({ loseEvent: 1 });
    altinn.simulator.read(id);
    await altinn.simulator.advance({ minutes: 2 });
    expect(shipmentsOf(id)).toMatchObject([
      {
        status: 'Order_SendConditionNotMet',
        sentAt: undefined,
        conditionCalls: [{ status: 200, sendNotification: false }],
      },
    ]);
  });

  it('is asked about once more where Altinn did not answer us, and so not sent to who has read', async () => {
    const id = await published();
    await order(id);
    altinn.simulator.turn({ loseEvent: 1 });
    altinn.simulator.read(id);
    // It is asked within a minute, and a minute after that.
    altinn.simulator.outage({ seconds: 60 }, ['correspondence']);
    await altinn.simulator.advance({ minutes: 5 });
    expect(shipmentsOf(id)).toMatchObject([
      {
        status: 'Order_SendConditionNotMet',
        conditionCalls: [{ status: 503 }, { status: 200, sendNotification: false }],
      },
    ]);
  });

  it('is one order, however often it is ordered', async () => {
    const id = await published();
    const first = await order(id);
    expect(await order(id)).toBe(first);
    expect(shipmentsOf(id)).toHaveLength(1);
    expect(await order(id, { key: `never-read-${id}-2` })).not.toBe(first);
  });

  it('to who can be reached in no way cannot be ordered', async () => {
    altinn.simulator.notifications.unreachable.add('310000088');
    const id = await published({ recipient: '310000088' });
    await expect(order(id)).rejects.toMatchObject({ name: 'NotDelivered', permanent: true });
    expect(shipmentsOf(id)).toEqual([]);
  });

  it('needs a scope that the rest does without', async () => {
    const { privateKey: _, ...client } = await makeClient({
      clientId: 'without-reminders',
      scopes: ownerScopes.split(' '),
    });
    altinn.simulator.clients.register(client);
    const id = await published();
    const without = channel({ MASKINPORTEN_CLIENT_ID: 'without-reminders' });
    await expect(order(id, {}, without)).rejects.toMatchObject({
      permanent: true,
      message: expect.stringContaining('altinn:serviceowner/notifications.create'),
    });
  });

  it('is none where nobody could ask about it', async () => {
    const without = channel({ RECEIVER_PUBLIC_URL: '' });
    await expect(order(await published(), {}, without)).rejects.toMatchObject({
      permanent: true,
      message: expect.stringContaining('RECEIVER_PUBLIC_URL'),
    });
  });
});

describe('the issuer', () => {
  it('may change its key: the new one is known at once, the old one no more', async () => {
    const id = await published();
    const old = await altinn.conditionToken();
    expect((await ask(id, 'never-read', old)).status).toBe(200);
    await altinn.rotateIssuerKey();
    expect((await ask(id)).status).toBe(200);
    expect((await ask(id, 'never-read', old)).status).toBe(401);
  });

  it('may be away: a token that cannot be verified is none that is refused', async () => {
    await app.stop();
    altinn.simulator.turn({ apis: { token: { serverError: 1 } } });
    app = await startApp(settings);
    expect((await ask(await published())).status).toBe(503);
  });
});

it('prints no token', () => {
  expect(app.output()).not.toMatch(/eyJ[A-Za-z0-9_-]{20,}/);
});
