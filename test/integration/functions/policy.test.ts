import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { QueueServiceClient } from '@azure/storage-queue';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { sampleEvent } from '../../../infra/dev/sample-event.ts';
import { type App, get, post, startApp, statusOf } from '../../support/app.ts';
import { until } from '../../support/until.ts';

const connectionString = inject('storage').policy as string;
const queue = QueueServiceClient.fromConnectionString(connectionString).getQueueClient('letters-to-print');
const policy = {
  linkTemplate: 'https://sak.example.no/brev/{correspondenceId}',
  channels: { 'case-team': { type: 'teams' }, post: { type: 'email' }, print: { type: 'queue' } },
  kinds: {
    'never-read': {
      steps: [
        { after: 'PT0S', channel: 'case-team' },
        { after: 'PT0S', channel: 'post', nextAtOnceIfFailed: true },
        { after: 'PT1S', channel: 'print' },
      ],
    },
    'never-confirmed': { steps: [{ after: 'P30D', channel: 'print' }] },
    'notification-failed': { steps: [{ after: 'PT0S', channel: 'case-team' }] },
    unread: {
      watch: { after: 'PT3S', resources: ['altinn-correspondence-test-resource-1'] },
      steps: [{ after: 'PT0S', channel: 'print' }],
    },
  },
};

let app: App;
const cards: string[] = [];
const mails: string[] = [];
/** What the mail server answers to a recipient; undefined where it takes it. */
let refusal: Error | undefined;
const teams = createServer(async (request, response) => {
  cards.push(await text(request));
  response.writeHead(202).end();
});
const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onRcptTo: (_address, _session, done) => done(refusal),
  onData(stream, _session, done) {
    text(stream).then((mail) => {
      mails.push(mail);
      done();
    }, done);
  },
});

beforeAll(async () => {
  await queue.create();
  teams.listen(0, '127.0.0.1');
  smtp.listen(0, '127.0.0.1');
  await Promise.all([once(teams, 'listening'), once(smtp.server, 'listening')]);
  app = await startApp({
    AzureWebJobsStorage: connectionString,
    FOLLOW_UP_GRACE: 'PT1S',
    FOLLOW_UP_SINCE: '2026-01-01',
    FOLLOW_UP_POLICY: JSON.stringify(policy),
    CHANNEL_CASE_TEAM_URL: `http://127.0.0.1:${(teams.address() as AddressInfo).port}/workflows?sig=secret`,
    CHANNEL_POST_HOST: '127.0.0.1',
    CHANNEL_POST_PORT: String((smtp.server.address() as AddressInfo).port),
    CHANNEL_POST_TLS: 'off',
    CHANNEL_POST_FROM: 'follow-ups@etaten.example',
    CHANNEL_POST_TO: 'team@etaten.example',
    CHANNEL_PRINT_QUEUE: 'letters-to-print',
  });
});
afterAll(async () => {
  await app.stop();
  teams.close();
  await new Promise<void>((resolve) => smtp.close(() => resolve()));
});

const happen = (id: string, name: string) => post(app, sampleEvent(name, { resourceinstance: id }));
const about = (all: readonly string[], id: string) => all.filter((each) => each.includes(id));
const printed = async (id: string) => {
  const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: 32 });
  return peekedMessageItems
    .map(({ messageText }) => JSON.parse(Buffer.from(messageText, 'base64').toString()))
    .filter(({ data }) => data.correspondenceId === id);
};

describe('a policy, on the app that is deployed', { timeout: 60_000 }, () => {
  it('has each step taken by its channel, in its time, and the closing told to each', async () => {
    const id = randomUUID();
    await happen(id, 'correspondencereceiverneverread');
    await until(async () => (await printed(id)).length === 1 || undefined);
    expect([about(cards, id), about(mails, id)].map(({ length }) => length)).toEqual([1, 1]);
    expect(about(cards, id)[0]).toContain(`https://sak.example.no/brev/${id}`);
    expect((await printed(id))[0]).toMatchObject({
      id: `never-read-${id}-1-print`,
      type: 'follow-up.opened',
      data: { step: { number: 3, of: 3, channel: 'print' }, round: 1 },
    });
    await happen(id, 'correspondencereceiverread');
    await statusOf(app, id, ({ followUps }) => followUps.some(({ state }) => state === 'closed'));
    expect([about(cards, id), about(mails, id)].map(({ length }) => length)).toEqual([2, 2]);
    expect((await printed(id)).map(({ type }) => type)).toEqual(['follow-up.opened', 'follow-up.closed']);
    const history = JSON.parse((await get(app, `/api/follow-ups/never-read-${id}`)).body).history as {
      what: string;
      channel?: string;
      note?: string;
    }[];
    const steps = history.filter(({ what }) => what === 'step');
    expect(steps.map(({ channel }) => channel)).toEqual(['case-team', 'post', 'print']);
    expect(steps.map(({ note }) => note)).toEqual(['202', expect.stringContaining('250'), '201']);
    expect(history.at(0)?.what).toBe('opened');
    expect(history.at(-1)).toMatchObject({ what: 'closed', note: 'read' });
  });

  it('goes on with the next step where a channel refuses, and says so there', async () => {
    const id = randomUUID();
    refusal = Object.assign(new Error('no such mailbox'), { responseCode: 550 });
    await happen(id, 'correspondencereceiverneverread');
    const [message] = await until(async () => {
      const all = await printed(id);
      return all.length > 0 ? all : undefined;
    });
    refusal = undefined;
    expect(message.data.failed).toMatchObject({ channel: 'post' });
    expect(about(mails, id)).toEqual([]);
    expect(app.output()).toMatch(new RegExp(`follow-up.step-failed .*id=${id} .*channel=post`));
  });

  it('opens the kinds that it names, and no other', async () => {
    const [failed, partly] = [randomUUID(), randomUUID()];
    await happen(partly, 'correspondencenotificationfailed');
    await happen(failed, 'correspondencenotificationallfailed');
    await until(() => about(cards, failed).length === 1 || undefined);
    const list = JSON.parse((await get(app, '/api/follow-ups')).body) as { followUps: { id: string }[] };
    expect(JSON.stringify(list)).toContain(failed);
    expect(JSON.stringify(list)).not.toContain(partly);
  });

  it('watches for what Altinn sends no event of, and leaves what was read', async () => {
    const [unread, read] = [randomUUID(), randomUUID()];
    for (const id of [unread, read]) await happen(id, 'correspondencepublished');
    await happen(read, 'correspondencereceiverread');
    await until(async () => (await printed(unread)).length === 1 || undefined);
    expect(await printed(read)).toEqual([]);
  });

  it('leaves a follow-up alone that a person has closed', async () => {
    const id = randomUUID();
    await happen(id, 'correspondencereceiverneverconfirmed');
    await statusOf(app, id, ({ followUps }) => followUps.some(({ state }) => state === 'open'));
    const answer = await post(
      app,
      { reason: 'the recipient has called', by: 'Kari, postmottak' },
      {
        path: `/api/follow-ups/never-confirmed-${id}/close`,
      },
    );
    expect(answer.status).toBe(200);
    const [followUp] = (await statusOf(app, id)).followUps;
    expect(followUp).toMatchObject({ state: 'closed', reason: 'byPerson' });
    expect(app.output()).not.toContain('postmottak');
    expect(app.output()).not.toContain('sig=secret');
  });
});
