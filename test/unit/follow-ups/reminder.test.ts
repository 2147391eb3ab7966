import { describe, expect, it } from 'vitest';
import { AltinnError } from '../../../shared/altinn/api/altinn-error.ts';
import type { NotificationOrder } from '../../../shared/altinn/api/notifications.ts';
import { TokenError } from '../../../shared/altinn/auth/token-error.ts';
import type { Step, StepData } from '../../../shared/follow-ups/channels/channel.ts';
import { NotDelivered, type PerhapsDelivered } from '../../../shared/follow-ups/channels/channel.ts';
import { reminder, reminderOptions } from '../../../shared/follow-ups/channels/reminder.ts';
import type { Log } from '../../../shared/signals/log.ts';

const organization = 'urn:altinn:organization:identifier-no:310000001';
const person = 'urn:altinn:person:identifier-no:01017012345';
const id = 'b7b9f1c3-0f1a-4b3c-8d2e-5f60718293a4';
const log = {} as Log;
const step = (data: Partial<StepData> = {}, type: Step['type'] = 'follow-up.opened'): Step => ({
  type,
  idempotencyKey: `never-read-${id}-opened`,
  timestamp: '2026-08-20T06:00:00Z',
  data: {
    followUpId: `never-read-${id}`,
    kind: 'never-read',
    correspondenceId: id,
    resource: 'urn:altinn:resource:my-letters',
    // Whoever pushed it: an order never rests on it.
    recipient: 'urn:altinn:organization:identifier-no:310000666',
    since: undefined,
    status: 'neverRead',
    ...data,
  },
});

function start(
  options: object = {},
  { recipient = organization, fails }: { recipient?: string | undefined; fails?: unknown } = {},
) {
  const orders: NotificationOrder[] = [];
  const channel = reminder.make({}, reminderOptions.parse(options), {
    reminders: {
      notifications: {
        async order(order) {
          orders.push(order);
          if (fails) throw fails;
          return { orderId: 'the-order', shipmentId: 'the-shipment' };
        },
      },
      askRecipient: async () => recipient,
      conditionEndpoint: (letter, kind) => `https://app.example.no/${letter}/${kind}`,
    },
  });
  const send = (given = step()) => channel.send(given, log, new AbortController().signal);
  return { channel, send, orders };
}
const errorOf = async (send: Promise<unknown>): Promise<NotDelivered | PerhapsDelivered> =>
  send.then(
    () => expect.fail('it was taken'),
    (error) => error,
  );

describe('a reminder', () => {
  it('is an order for whom Altinn names, with the step’s key and our condition', async () => {
    const { send, orders } = start();
    expect(await send()).toBe('order the-order');
    expect(orders).toMatchObject([
      {
        idempotencyId: `never-read-${id}-opened`,
        sendersReference: `never-read-${id}`,
        conditionEndpoint: `https://app.example.no/${id}/never-read`,
        recipient: {
          recipientOrganization: {
            orgNumber: '310000001',
            resourceId: 'urn:altinn:resource:my-letters',
            channelSchema: 'EmailPreferred',
            emailSettings: { subject: expect.stringContaining('ulest') },
          },
        },
      },
    ]);
    expect(JSON.stringify(orders)).not.toContain('310000666');
  });

  it('goes to a person, by SMS if that is preferred, and only if asked in spite of a reservation', async () => {
    const { send, orders } = start({ prefer: 'sms', ignoreReservation: true }, { recipient: person });
    await send();
    expect(orders[0]?.recipient).toMatchObject({
      recipientPerson: {
        nationalIdentityNumber: '01017012345',
        channelSchema: 'SmsPreferred',
        ignoreReservation: true,
      },
    });
    const usual = start({}, { recipient: person });
    await usual.send();
    expect(usual.orders[0]?.recipient).toMatchObject({ recipientPerson: { ignoreReservation: false } });
  });

  it('says what the policy says, with what is known of the letter', async () => {
    const texts = {
      subject: 'Brev {sendersReference}',
      body: 'Frist {dueDate}: {resource}, {correspondenceId}',
      sms: 'Frist {dueDate}.',
    };
    const data = { sendersReference: 'sak 12', dueAt: '2026-08-19T22:30:00Z' };
    const { send, orders } = start({ texts, sendersReference: 'ref {sendersReference}' });
    await send(step(data));
    expect(orders[0]).toMatchObject({
      sendersReference: 'ref sak 12',
      recipient: {
        recipientOrganization: {
          // In Oslo it is the 20th already.
          emailSettings: { subject: 'Brev sak 12', body: `Frist 20. august 2026: my-letters, ${id}` },
          smsSettings: { body: 'Frist 20. august 2026.' },
        },
      },
    });
  });

  it('is in the language that is asked for, and by its own texts where there are some', async () => {
    const en = { subject: 'Letter', body: 'Due {dueDate}', sms: 'Letter' };
    const english = start({ language: 'en', texts: { en } });
    await english.send(step({ dueAt: '2026-08-20T06:00:00Z' }));
    expect(JSON.stringify(english.orders)).toContain('Due 20 August 2026');
    const nynorsk = start({ language: 'nn', texts: { en } });
    await nynorsk.send(step({ kind: 'unconfirmed' }));
    expect(JSON.stringify(nynorsk.orders)).toContain('stadfeste');
  });

  it('has no person’s number as a reference', async () => {
    const { send, orders } = start({ sendersReference: '{sendersReference}' });
    await send(step({ sendersReference: 'søker 01017012345' }));
    expect(orders[0]?.sendersReference).not.toContain('01017012345');
  });

  it('is not told of a closing', async () => {
    const { channel, send, orders } = start();
    expect(channel.tellsNoClosing).toBe(true);
    await send(step({}, 'follow-up.closed'));
    expect(orders).toEqual([]);
  });
});

describe('a reminder that cannot be ordered', () => {
  it.each<[string, Parameters<typeof start>[1], Partial<StepData>]>([
    ['to somebody else', { recipient: 'urn:altinn:person:idporten-email:somebody@example.no' }, {}],
    ['to nobody', { recipient: '' }, {}],
    ['of another kind', {}, { kind: 'publish-failed' }],
  ])('%s certainly was not, and will not be', async (_, how, data) => {
    const { send, orders } = start({}, how);
    const error = await errorOf(send(step(data)));
    expect(error).toBeInstanceOf(NotDelivered);
    expect(error).toMatchObject({ permanent: true });
    expect(error.message).not.toContain('somebody');
    expect(orders).toEqual([]);
  });

  it('for want of a setting says which', async () => {
    const channel = reminder.make({}, reminderOptions.parse({}), { reminders: { whyNot: 'X is missing' } });
    const error = await errorOf(channel.send(step(), log, new AbortController().signal));
    expect(error).toMatchObject({ permanent: true, message: 'X is missing' });
  });

  const answered = (status: number | undefined, retryAfter?: number) =>
    new AltinnError('Altinn answered', { status, retryAfter });
  it.each<[string, unknown, object]>([
    ['422', answered(422), { name: 'NotDelivered', permanent: true, message: /no way to reach/ }],
    ['400', answered(400), { name: 'NotDelivered', permanent: true }],
    ['401', answered(401), { name: 'NotDelivered', permanent: true, message: /notifications\.create/ }],
    ['403', answered(403), { name: 'NotDelivered', permanent: true, message: /notifications\.create/ }],
    ['429', answered(429, 20), { name: 'NotDelivered', permanent: false, retryAfterMs: 20_000 }],
    ['503', answered(503, 5), { name: 'PerhapsDelivered', retryAfterMs: 5_000 }],
    ['nothing', answered(undefined), { name: 'PerhapsDelivered' }],
    ['what is no order', answered(200), { name: 'PerhapsDelivered' }],
    [
      'no scope',
      new TokenError('scope', 'Maskinporten refuses'),
      { name: 'NotDelivered', permanent: true, message: /notifications\.create/ },
    ],
    ['no Maskinporten', new TokenError('unreachable', 'away'), { name: 'NotDelivered', permanent: false }],
  ])(
    'since it is answered with %s says how',
    async (_, fails, { message, ...wanted }: { message?: RegExp }) => {
      const error = await errorOf(start({}, { fails }).send());
      expect(error).toMatchObject(wanted);
      if (message) expect(error.message).toMatch(message);
    },
  );
});

describe('the options', () => {
  const texts = { subject: 'a', body: 'b', sms: 'c' };
  it.each<[string, object]>([
    ['an unknown one', { preferred: 'sms' }],
    ['an unknown way', { prefer: 'letter' }],
    ['texts without an SMS', { texts: { subject: 'a', body: 'b' } }],
    ['an empty text', { texts: { ...texts, sms: '' } }],
    ['a person as a placeholder', { texts: { ...texts, body: 'Hei {recipient}' } }],
    ['an unknown language', { texts: { de: texts } }],
    ['a subject that is too long', { texts: { ...texts, subject: 'a'.repeat(513) } }],
  ])('refuse %s', (_, options) => {
    expect(reminderOptions.safeParse(options).success).toBe(false);
  });
  it('take texts for one language or for each, or none', () => {
    for (const options of [{}, { texts }, { texts: { nb: texts, en: texts } }]) {
      expect(reminderOptions.safeParse(options).success).toBe(true);
    }
  });
});
