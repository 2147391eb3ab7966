import { QueueServiceClient } from '@azure/storage-queue';
import { expect, inject, it } from 'vitest';
import { NotDelivered, PerhapsDelivered } from '../../../shared/follow-ups/channels/channel.ts';
import { makeChannels } from '../../../shared/follow-ups/channels/make-channels.ts';
import {
  channelOf,
  closedPort,
  failure,
  letter,
  person,
  receiver,
  reminders,
  send,
  stepOf,
} from '../../support/channels.ts';

const connectionString = inject('storage').channels as string;
const client = QueueServiceClient.fromConnectionString(connectionString);

const channelTo = (queue: string, account = connectionString, options = {}) =>
  channelOf('queue', { QUEUE: queue, STORAGE: account }, options);

async function messagesOf(queue: string) {
  const { receivedMessageItems } = await client
    .getQueueClient(queue)
    .receiveMessages({ numberOfMessages: 32 });
  return receivedMessageItems.map(({ messageText, expiresOn }) => ({
    body: JSON.parse(Buffer.from(messageText, 'base64').toString()),
    expiresOn,
  }));
}

it('puts a message that says what the webhook says, and never expires', async () => {
  await client.createQueue('letters-to-print');
  const step = stepOf({ sendersReference: 'blåbærsyltetøy 😀' });
  expect(await send(channelTo('letters-to-print'), step)).toBe('201');
  await send(channelTo('letters-to-print', connectionString, { includePersons: true }), step);
  const [redacted, named] = await messagesOf('letters-to-print');
  const { idempotencyKey: id, type, timestamp, traceparent, data } = step;
  expect(named?.body).toEqual({ id, type, timestamp, traceparent, data });
  expect(redacted?.body).toEqual({
    ...named?.body,
    data: { ...data, recipient: 'urn:altinn:person:identifier-no:***********' },
  });
  expect(redacted?.expiresOn?.getUTCFullYear()).toBe(9999);
});

it('uses the storage of the data where no other is set', async () => {
  await client.createQueue('own-queue');
  const policy = new Map([['x', { name: 'x', type: 'queue', options: {} }]]);
  const made = makeChannels(
    policy,
    { CHANNEL_X_QUEUE: 'own-queue' },
    { webhook: undefined, reminders, storage: { connectionString } },
  );
  await send(made.get('x') as never);
  expect(await messagesOf('own-queue')).toHaveLength(1);
});

it('makes no queue: where it is missing nobody would read it', async () => {
  const error = await failure(send(channelTo('misspelt')));
  expect(error).toBeInstanceOf(NotDelivered);
  expect(error).toMatchObject({
    permanent: true,
    message: 'the queue of CHANNEL_X_QUEUE did not take the message (404 QueueNotFound)',
  });
});

it('takes what just has room, and refuses what has none for good', async () => {
  await client.createQueue('large');
  const room =
    48 * 1024 -
    Buffer.byteLength(
      JSON.stringify({
        id: stepOf().idempotencyKey,
        ...stepOf(),
        idempotencyKey: undefined,
        data: { ...stepOf().data, recipient: undefined, sendersReference: '' },
      }),
    );
  const sized = (length: number) => stepOf({ recipient: undefined, sendersReference: 'x'.repeat(length) });
  expect(await send(channelTo('large'), sized(room))).toBe('201');
  const error = await failure(send(channelTo('large'), sized(room + 1)));
  expect(error).toBeInstanceOf(NotDelivered);
  expect(error).toMatchObject({ permanent: true });
  expect(error.message).toContain('larger than 48 KiB');
});

it('tells a refusal from what is not known, and repeats no secret', async () => {
  const key = /AccountKey=([^;]+)/.exec(connectionString)?.[1] ?? '';
  const at = (endpoint: string) =>
    `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=${key};QueueEndpoint=${endpoint};`;
  const wrongKey = connectionString.replace(key, Buffer.from('another key').toString('base64'));
  const failing = await receiver((response) => response.writeHead(500).end());
  const cases = [
    [wrongKey, NotDelivered, true],
    [at(`http://127.0.0.1:${await closedPort()}/a`), NotDelivered, false],
    [at(`${new URL(failing.url).origin}/a`), PerhapsDelivered, undefined],
  ] as const;
  for (const [account, type, permanent] of cases) {
    const error = await failure(send(channelTo('letters-to-print', account)));
    expect(error).toBeInstanceOf(type);
    expect(error.permanent).toBe(permanent);
    for (const hidden of [key, '127.0.0.1', letter, person]) expect(error.message).not.toContain(hidden);
  }
});
