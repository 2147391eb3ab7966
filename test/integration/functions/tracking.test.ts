import { randomUUID } from 'node:crypto';
import { QueueClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { sampleEvent } from '../../../infra/dev/sample-event.ts';
import { rowsOf } from '../../../infra/scenario/stored.ts';
import { catalogue, type EventName, lookUp, typePrefix } from '../../../shared/events/catalogue.ts';
import { tableNames } from '../../../shared/storage/stores.ts';
import { eventMessage } from '../../../shared/tracking/event-message.ts';
import { type App, get, post, startApp, statusOf } from '../../support/app.ts';
import { deadLetterRows } from '../../support/dead-letter-rows.ts';
import { eventOf } from '../../support/fixture.ts';
import { until } from '../../support/until.ts';

const storage = inject('storage').tracking as string;
const queue = new QueueClient(storage, 'correspondence-events');
let app: App;

beforeAll(async () => {
  app = await startApp({ AzureWebJobsStorage: storage });
});
afterAll(() => app.stop());

const collections = {
  correspondence: 'correspondences',
  attachment: 'attachments',
  'notification-order': 'notification-orders',
};

describe('every type of the catalogue', () => {
  it.each(Object.keys(catalogue) as EventName[])('%s states its fact about its thing', async (name) => {
    const event = sampleEvent(name);
    await post(app, event);
    const row = lookUp(typePrefix + name);
    const id = event.resourceinstance as string;
    const status = await statusOf(app, id, () => true, collections[row?.about ?? 'correspondence']);
    expect(status.facts).toEqual({ [row?.fact as string]: event.time });
    expect(status.timeline).toMatchObject([{ id: event.id, type: event.type, time: event.time }]);
  });
});

describe('a timeline', () => {
  it('takes sixteen events of one letter at the same moment', async () => {
    const resourceinstance = randomUUID();
    const names = Object.keys(catalogue).filter(
      (name) => lookUp(typePrefix + name)?.about === 'correspondence',
    );
    const events = names.slice(0, 16).map((name) => sampleEvent(name, { resourceinstance }));
    const answers = await Promise.all(events.map((event) => post(app, event)));
    expect(answers.map(({ status }) => status)).toEqual(events.map(() => 200));
    const status = await statusOf(app, resourceinstance, ({ timeline }) => timeline.length === events.length);
    expect(new Set(status.timeline.map(({ id }) => id))).toEqual(new Set(events.map(({ id }) => id)));
    expect(Object.keys(status.facts)).toHaveLength(events.length);
  });

  it('has an event once that came three times', async () => {
    const event = sampleEvent('correspondencereceiverread');
    for (let time = 0; time < 3; time++) await post(app, event);
    await until(
      () => (app.output().match(new RegExp(`duplicate .*event=${event.id}`, 'g')) ?? []).length === 2,
    );
    const { timeline } = await statusOf(app, event.resourceinstance as string);
    expect(timeline).toHaveLength(1);
  });

  it('keeps an unknown type, an odd casing and an unknown attribute', async () => {
    const resourceinstance = randomUUID();
    await post(app, sampleEvent('correspondencereceiverframed', { resourceinstance, newattribute: 'x' }));
    await post(
      app,
      sampleEvent('no.altinn.correspondence.Published', { resourceinstance: resourceinstance.toUpperCase() }),
    );
    const status = await statusOf(app, resourceinstance, ({ timeline }) => timeline.length === 2);
    expect(Object.keys(status.facts)).toEqual(['published']);
    const rows = await rowsOf(storage, tableNames.timeline);
    const stored = rows.filter(({ partitionKey }) => partitionKey === resourceinstance);
    expect(stored.map(({ event }) => JSON.parse(String(event)))).toContainEqual(
      expect.objectContaining({ newattribute: 'x' }),
    );
    expect(app.output()).toContain(
      'event.unknown-type type=no.altinn.correspondence.correspondencereceiverframed',
    );
  });

  it('redacts national identity numbers in what it answers', async () => {
    const event = sampleEvent('correspondencepublished', {
      subject: 'urn:altinn:person:identifier-no:17890112345',
    });
    await post(app, event);
    const { recipient } = await statusOf(app, event.resourceinstance as string);
    expect(recipient).toBe('urn:altinn:person:identifier-no:***********');
    const { body } = await get(app, `/api/correspondences/${event.resourceinstance}`);
    expect(body).not.toContain('17890112345');
  });

  it('is of one kind: the id of an attachment is no correspondence', async () => {
    const event = sampleEvent('attachmentpublished');
    await post(app, event);
    await statusOf(app, event.resourceinstance as string, () => true, 'attachments');
    expect((await get(app, `/api/correspondences/${event.resourceinstance}`)).status).toBe(404);
  });
});

describe('an event that is not Correspondence’s own', () => {
  it('leaves nothing in storage or in the log, whether posted or on the queue already', async () => {
    const person = '13845678914';
    const dialog = eventOf('dialog-created');
    expect((await post(app, dialog)).status).toBe(200);
    const queued = eventMessage(dialog, { via: 'push', enqueuedAt: new Date().toISOString() });
    await queue.createIfNotExists();
    await queue.sendMessage(Buffer.from(JSON.stringify(queued)).toString('base64'));
    await until(() => (app.output().match(/event.other events=1/g) ?? []).length === 2);
    expect((await get(app, `/api/correspondences/${dialog.resourceinstance}`)).status).toBe(404);
    const rows = [tableNames.timeline, tableNames.deadLetters].map((name) => rowsOf(storage, name));
    expect(JSON.stringify(await Promise.all(rows))).not.toContain(person);
    expect(app.output()).not.toContain(person);
  });
});

describe('what cannot be tracked is dead-lettered with its reason and raw text', () => {
  it.each([
    ['no resourceinstance', { resourceinstance: undefined }],
    ['a resourceinstance that is no id', { resourceinstance: 'letter 1' }],
  ])('%s', async (_what, attributes) => {
    const event = sampleEvent('correspondencepublished', attributes);
    expect((await post(app, event)).status).toBe(200);
    const row = await until(async () =>
      (await deadLetterRows(storage)).find(({ raw }) => raw.includes(event.id)),
    );
    expect(row.reason).toMatch(/resourceinstance/);
    expect(JSON.parse(row.raw).body.event).toEqual(JSON.parse(JSON.stringify(event)));
  });

  it.each([
    ['text', 'not json at all'],
    ['a number', '123'],
    [
      'a message of tomorrow that does not say how often it was tried',
      JSON.stringify({ schemaVersion: 2, event: {} }),
    ],
    [
      'a message without an event',
      JSON.stringify({
        schemaVersion: 1,
        messageId: '1',
        attempt: 1,
        enqueuedAt: new Date(),
        via: 'push',
        body: {},
      }),
    ],
  ])('a message that is %s', async (_what, text) => {
    await queue.createIfNotExists();
    await queue.sendMessage(Buffer.from(text).toString('base64'));
    const row = await until(async () => (await deadLetterRows(storage)).find(({ raw }) => raw === text));
    expect(row.reason).toMatch(/not a message of this queue/);
  });
});
