import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Api, altinnToken, apiOf, reminderScope, startTestAltinn } from '../../support/simulator.ts';

let altinn: Awaited<ReturnType<typeof startTestAltinn>>;
let api: Api;
let endpoint: string;
let asked: IncomingMessage[];
let answer: () => [status: number, body: string];
const server = createServer((request, response) => {
  asked.push(request);
  const [status, body] = answer();
  response.writeHead(status).end(body);
});

beforeAll(async () => {
  altinn = await startTestAltinn();
  api = apiOf(altinn, await altinnToken(altinn, altinn.client, reminderScope));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/may-i`;
});
afterAll(async () => {
  server.close();
  await altinn.stop();
});
beforeEach(() => {
  asked = [];
  answer = () => [200, '{"sendNotification":true}'];
});

const settings = {
  channelSchema: 'EmailPreferred',
  emailSettings: { subject: 'A letter', body: 'There is a letter.' },
  smsSettings: { body: 'There is a letter.' },
};
const toOrganization = (orgNumber = '310000001') => ({ recipientOrganization: { orgNumber, ...settings } });

let made = 0;
const order = (changes: object = {}) =>
  api('POST', '/notifications/api/v1/future/orders', {
    idempotencyId: `order-${++made}`,
    conditionEndpoint: endpoint,
    recipient: toOrganization(),
    ...changes,
  });

interface Ordered {
  readonly notificationOrderId: string;
  readonly notification: { readonly shipmentId: string; readonly reminders?: { shipmentId: string }[] };
}
const ordered = async (changes: object = {}) => {
  const answer = await order(changes);
  expect(answer.status).toBe(201);
  return (await answer.json()) as Ordered;
};
const shipment = async (id: string) =>
  (await (await api('GET', `/notifications/api/v1/future/shipment/${id}`)).json()) as {
    status: string;
    recipients: { status: string }[];
  };

describe('an order', () => {
  it('is registered, and the same idempotencyId again gives the first one', async () => {
    const first = await order({ idempotencyId: 'the-same' });
    const again = await order({ idempotencyId: 'the-same', recipient: toOrganization('310000002') });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(await again.json()).toEqual(await first.json());
    expect(altinn.simulator.notifications.shipments.filter(({ to }) => to === '310000002')).toEqual([]);
  });

  it.each<[string, object]>([
    ['no recipient', { recipient: {} }],
    ['two recipients', { recipient: { ...toOrganization(), recipientEmail: { emailAddress: 'a@b.no' } } }],
    ['a number that is too short', { recipient: toOrganization('31000000') }],
    ['an endpoint that is no address', { conditionEndpoint: '/may-i' }],
    ['no id', { idempotencyId: '' }],
    ['a time without a zone', { requestedSendTime: '2030-01-01T00:00:00' }],
    ['a time that has passed', { requestedSendTime: '2020-01-01T00:00:00Z' }],
    [
      'no text of an SMS',
      {
        recipient: {
          recipientOrganization: { ...toOrganization().recipientOrganization, smsSettings: null },
        },
      },
    ],
    ['a reminder without a time', { reminders: [{ recipient: toOrganization() }] }],
  ])('with %s is refused with 400', async (_, changes) => {
    expect((await order(changes)).status).toBe(400);
  });

  it('needs the scope, and a token', async () => {
    const without = apiOf(altinn, await altinnToken(altinn, altinn.client));
    expect((await without('POST', '/notifications/api/v1/future/orders', {})).status).toBe(403);
    expect((await apiOf(altinn)('POST', '/notifications/api/v1/future/orders', {})).status).toBe(401);
  });

  it('to somebody who can be reached in no way is refused with 422, and a reserved person is no such', async () => {
    altinn.simulator.notifications.unreachable.add('310000009');
    altinn.simulator.notifications.reserved.add('01017012345');
    expect((await order({ recipient: toOrganization('310000009') })).status).toBe(422);
    const { notification } = await ordered({
      recipient: { recipientPerson: { nationalIdentityNumber: '01017012345', ...settings } },
    });
    await altinn.simulator.advance({ minutes: 1 });
    expect(await shipment(notification.shipmentId)).toMatchObject({
      status: 'Order_Completed',
      recipients: [],
    });
  });
});

describe('the condition', () => {
  it('is asked just before sending, with a token of Maskinporten', async () => {
    const { notification } = await ordered({
      requestedSendTime: new Date(altinn.simulator.clock.now() + 3_600_000).toISOString(),
    });
    await altinn.simulator.advance({ minutes: 59 });
    expect(asked).toEqual([]);
    expect((await shipment(notification.shipmentId)).status).toBe('Order_Registered');
    await altinn.simulator.advance({ minutes: 2 });
    expect(asked).toHaveLength(1);
    const token = asked[0]?.headers.authorization?.slice('Bearer '.length) as string;
    const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(`${altinn.maskinportenUrl}jwk`)));
    expect(payload).toMatchObject({
      iss: altinn.maskinportenUrl,
      scope: 'altinn:system/notifications.condition.check',
      consumer: { ID: '0192:991825827' },
    });
    expect(await shipment(notification.shipmentId)).toMatchObject({
      status: 'Order_Completed',
      recipients: [{ status: 'Email_Delivered' }],
    });
  });

  it('that says no ends the order', async () => {
    answer = () => [200, '{"sendNotification":false}'];
    const { notification } = await ordered();
    await altinn.simulator.advance({ minutes: 5 });
    expect(asked).toHaveLength(1);
    expect(await shipment(notification.shipmentId)).toMatchObject({
      status: 'Order_SendConditionNotMet',
      recipients: [],
    });
  });

  it.each<[string, number, string]>([
    ['an error', 503, ''],
    ['nothing of use', 200, '{}'],
    ['another case', 200, '{"SendNotification":false}'],
  ])(
    'that answers with %s is asked once more after a minute, and then it is sent',
    async (_, status, body) => {
      answer = () => [status, body];
      const { notification } = await ordered();
      await altinn.simulator.advance({ minutes: 1 });
      expect((await shipment(notification.shipmentId)).status).toBe('Order_Processing');
      await altinn.simulator.advance({ minutes: 5 });
      expect(asked).toHaveLength(2);
      expect((await shipment(notification.shipmentId)).status).toBe('Order_Completed');
    },
  );

  it('can be made to fail on its way', async () => {
    altinn.simulator.turn({ failCondition: 1 });
    await ordered();
    await altinn.simulator.advance({ minutes: 5 });
    altinn.simulator.turn({ failCondition: 0 });
    expect(asked).toEqual([]);
  });

  it('is asked as late as it is made to be, and when that is can be told', async () => {
    const { notifications, clock } = altinn.simulator;
    expect(notifications.nextAt).toBe(Number.POSITIVE_INFINITY);
    altinn.simulator.turn({ delayNotifications: 3600 });
    const now = clock.now();
    for (let count = 0; count < 20; count++) await ordered();
    altinn.simulator.turn({ delayNotifications: 0 });
    expect(notifications.nextAt).toBeGreaterThan(now);
    await altinn.simulator.advance({ minutes: 2 });
    expect(asked.length).toBeLessThan(10);
    await altinn.simulator.advance({ minutes: 60 });
    expect(asked).toHaveLength(20);
    expect(notifications.nextAt).toBe(Number.POSITIVE_INFINITY);
  });

  it('of a reminder is asked when that is due', async () => {
    const { notification } = await ordered({
      reminders: [{ delayDays: 7, conditionEndpoint: `${endpoint}?reminder`, recipient: toOrganization() }],
    });
    await altinn.simulator.advance({ days: 1 });
    expect(asked.map(({ url }) => url)).toEqual(['/may-i']);
    answer = () => [200, '{"sendNotification":false}'];
    await altinn.simulator.advance({ days: 7 });
    expect(asked.map(({ url }) => url)).toEqual(['/may-i', '/may-i?reminder']);
    const [reminder] = notification.reminders ?? [];
    expect((await shipment(reminder?.shipmentId as string)).status).toBe('Order_SendConditionNotMet');
  });
});

it('signs with another key once that is rotated, and the old one is gone', async () => {
  const before = await altinn.conditionToken();
  await altinn.rotateIssuerKey();
  const keys = createRemoteJWKSet(new URL(`${altinn.maskinportenUrl}jwk`));
  await expect(jwtVerify(before, keys)).rejects.toThrow(/no applicable key/);
  await jwtVerify(await altinn.conditionToken(), keys);
});
