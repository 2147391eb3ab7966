import { exportJWK } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { sampleEvent } from '../../../infra/dev/sample-event.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../../infra/dev/webhook-receiver.ts';
import { rowsOf } from '../../../infra/scenario/stored.ts';
import { letterMark } from '../../../infra/simulator/correspondence/text.ts';
import { tableNames } from '../../../shared/storage/stores.ts';
import { type App, post, startApp, statusOf } from '../../support/app.ts';
import { ownerScopes, startTestAltinn } from '../../support/simulator.ts';

// The guard, with an Altinn that can be asked: what it knows and never told us.
let altinn: Awaited<ReturnType<typeof startTestAltinn>>;
let receiver: WebhookReceiver;
let app: App;
let key: string;

const start = (settings: Record<string, string> = {}) =>
  startApp({
    AzureWebJobsStorage: inject('storage').guard as string,
    FOLLOW_UP_GRACE: 'PT1S',
    FOLLOW_UP_SINCE: '2020-01-01',
    ALTINN_PACE: '100',
    ALTINN_MAX_PACE: '100',
    FOLLOW_UP_WEBHOOK_URL: receiver.url,
    FOLLOW_UP_WEBHOOK_SECRET: receiver.secret,
    ALTINN_ENVIRONMENT: altinn.url,
    MASKINPORTEN_URL: altinn.maskinportenUrl,
    MASKINPORTEN_CLIENT_ID: altinn.client.clientId,
    MASKINPORTEN_KEY: key,
    ...settings,
  });

beforeAll(async () => {
  // Its letters are due in what is the past for the app.
  altinn = await startTestAltinn({ startTime: new Date(Date.now() - 300 * 24 * 3_600_000) });
  receiver = await startWebhookReceiver();
  const { client } = altinn;
  key = JSON.stringify({ ...(await exportJWK(client.privateKey)), kid: client.publicJwk.kid });
  app = await start();
});
afterEach(() => altinn.simulator.turn({ loseEvent: 0, apis: { correspondence: { serverError: 0 } } }));
afterAll(async () => {
  await app.stop();
  await receiver.stop();
  await altinn.stop();
});

/** A letter of the simulated Altinn that is past its due date, everything said about it known to the app. */
async function overdue(
  before: (id: string) => unknown = () => {},
  confirmationNeeded = true,
): Promise<string> {
  const { simulator } = altinn;
  const [id] = simulator.createLetters({ dueInDays: 7, confirmationNeeded }) as [string];
  await simulator.advance({ days: 1 });
  await before(id);
  await simulator.advance({ days: 7 });
  for (const { event, correspondenceId, lost } of simulator.log.all()) {
    if (correspondenceId === id && !lost) await post(app, event);
  }
  return id;
}

const calls = (id: string) => receiver.received.filter(({ payload }) => payload.data.correspondenceId === id);
const lost = (happens: () => unknown) => {
  altinn.simulator.turn({ loseEvent: 1 });
  happens();
  altinn.simulator.turn({ loseEvent: 0 });
};
const every = (state: string) => (status: { followUps: { state: string }[] }) =>
  status.followUps.length > 0 && status.followUps.every((each) => each.state === state);

describe('before a follow-up acts, Altinn is asked', () => {
  it('and knows of nothing: it acts and says that it asked, and the letter is not marked by our asking', async () => {
    const id = await overdue();
    await statusOf(app, id, every('notified'));
    expect(calls(id).map(({ payload }) => payload.data.checkedWithAltinn)).toEqual([true, true]);
    const published = altinn.simulator.log.all().filter(({ correspondenceId }) => correspondenceId === id);
    expect(published.map(({ name }) => name).filter((name) => /read$|confirmed$/.test(name))).toEqual([
      'correspondencereceiverneverread',
      'correspondencereceiverneverconfirmed',
    ]);
    expect(altinn.simulator.truth(id)[0]?.facts.read).toBeUndefined();
  });

  it('and knows that it was confirmed: nobody is notified, and the facts stand in the timeline', async () => {
    const id = await overdue((id) => {
      lost(() => altinn.simulator.read(id));
      lost(() => altinn.simulator.confirm(id));
    });
    const missed = altinn.simulator.log.all().filter((each) => each.correspondenceId === id && each.lost);
    expect(missed.length).toBeGreaterThan(0);
    // Whether due or not by Altinn's own account, somebody says so.
    for (const name of ['correspondencereceiverneverread', 'correspondencereceiverneverconfirmed']) {
      await post(app, sampleEvent(name, { resourceinstance: id }));
    }
    const status = await statusOf(app, id, (each) => every('suppressed')(each) && !!each.facts.confirmed);
    expect(status.followUps).toHaveLength(2);
    expect(status.timeline.map(({ id }) => id)).toContain('asked-details-correspondencereceiverconfirmed');
    expect(calls(id)).toEqual([]);
  });

  it('and knows that it was purged: nobody is notified', async () => {
    const id = await overdue((id) => lost(() => altinn.simulator.purge(id)), false);
    await post(app, sampleEvent('correspondencereceiverneverread', { resourceinstance: id }));
    const status = await statusOf(app, id, (each) => every('suppressed')(each) && !!each.facts.purged);
    expect(status.timeline.map(({ id }) => id)).toContain('asked-details-correspondencepurged');
    expect(calls(id)).toEqual([]);
  });

  it('and is down: nobody is notified, and the status says for what it waits', async () => {
    altinn.simulator.turn({ apis: { correspondence: { serverError: 1 } } });
    const id = await overdue();
    const { followUps } = await statusOf(
      app,
      id,
      ({ followUps }) => followUps.length === 2 && followUps.every((each) => each.waitingFor),
    );
    expect(followUps).toMatchObject([
      { state: 'open', waitingFor: expect.stringContaining('Altinn answered 503'), tries: 1 },
      { state: 'open', waitingFor: expect.stringContaining('Altinn answered 503'), tries: 1 },
    ]);
    expect(calls(id)).toEqual([]);
  });
});

describe('a token that would mark a letter as fetched', () => {
  it('is never used to ask', async () => {
    await app.stop();
    app = await start({
      MASKINPORTEN_SCOPES: ownerScopes.replace('altinn:correspondence.write', 'altinn:correspondence.read'),
    });
    const id = await overdue();
    await statusOf(app, id, every('notified'));
    expect(calls(id).map(({ payload }) => payload.data.checkedWithAltinn)).toEqual([undefined, undefined]);
    expect(altinn.simulator.letters.get(id)?.changes.map(({ status }) => status)).not.toContain('Fetched');
  });
});

it('keeps nothing of a letter’s text: not in storage, not in what is posted, not in the log', async () => {
  const connectionString = inject('storage').guard as string;
  const rows = await Promise.all(Object.values(tableNames).map((name) => rowsOf(connectionString, name)));
  expect(rows.flat().length).toBeGreaterThan(10);
  expect(JSON.stringify(rows)).not.toContain(letterMark);
  expect(JSON.stringify(receiver.received)).not.toContain(letterMark);
  expect(app.output()).not.toContain(letterMark);
});

it('prints no private key and no token', () => {
  expect(app.output()).not.toMatch(/"d":|eyJ[A-Za-z0-9_-]{20,}/);
});
