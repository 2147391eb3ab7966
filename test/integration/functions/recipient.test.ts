import { exportJWK } from 'jose';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { startWebhookReceiver, type WebhookReceiver } from '../../../infra/dev/webhook-receiver.ts';
import { type App, post, startApp, statusOf } from '../../support/app.ts';
import { recipient, resource, startTestAltinn } from '../../support/simulator.ts';

// A recipient's installation: a system user, whose looks at a letter would be recorded as Fetched.
const subunit = '310000077';
let altinn: Awaited<ReturnType<typeof startTestAltinn>>;
let receiver: WebhookReceiver;
let app: App;

beforeAll(async () => {
  // Its letters are due in what is the past for the app.
  const startTime = new Date(Date.now() - 60 * 24 * 3_600_000);
  altinn = await startTestAltinn({ startTime, subunits: { [recipient]: [subunit] } });
  receiver = await startWebhookReceiver();
  const { client } = altinn;
  app = await startApp({
    AzureWebJobsStorage: inject('storage').recipient as string,
    FOLLOW_UP_GRACE: 'PT1S',
    FOLLOW_UP_SINCE: '2020-01-01',
    ALTINN_PACE: '100',
    ALTINN_MAX_PACE: '100',
    RECONCILE_SCHEDULE: '*/2 * * * * *',
    FOLLOW_UP_WEBHOOK_URL: receiver.url,
    FOLLOW_UP_WEBHOOK_SECRET: receiver.secret,
    ALTINN_ENVIRONMENT: altinn.url,
    ALTINN_RESOURCES: resource,
    ALTINN_SYSTEM_USER_ORG: recipient,
    ALTINN_SUBUNITS: subunit,
    MASKINPORTEN_URL: altinn.maskinportenUrl,
    MASKINPORTEN_CLIENT_ID: client.clientId,
    MASKINPORTEN_KEY: JSON.stringify({ ...(await exportJWK(client.privateKey)), kid: client.publicJwk.kid }),
  });
});
afterAll(async () => {
  await app.stop();
  await receiver.stop();
  await altinn.stop();
});

const calls = (id: string) => receiver.received.filter(({ payload }) => payload.data.correspondenceId === id);
const states = ({ followUps }: { followUps: { state: string }[] }) => followUps.map(({ state }) => state);

/** A letter, overdue, of which nothing was pushed: the receiver pulls what it has to know. */
async function overdue(to: string, happens: (id: string) => unknown = () => {}): Promise<string> {
  const { simulator } = altinn;
  const [id] = simulator.createLetters({ recipient: to, dueInDays: 2, confirmationNeeded: false }) as [
    string,
  ];
  await simulator.advance({ days: 3 });
  await happens(id);
  return id;
}

it('has follow-ups checked with Altinn’s lists, and no letter recorded as fetched', async () => {
  const unread = await overdue(recipient);
  const ofSubunit = await overdue(subunit);
  // Read after its due date, which no event tells its recipient.
  const read = await overdue(recipient, (id) => altinn.simulator.read(id));
  await statusOf(app, unread, (status) => states(status).includes('notified'));
  await statusOf(app, ofSubunit, (status) => states(status).includes('notified'));
  const settled = await statusOf(
    app,
    read,
    (status) => states(status).includes('suppressed') && !!status.facts.read,
  );

  expect(calls(unread).map(({ payload }) => payload.data)).toMatchObject([
    { checkedWithAltinn: true, recipient: `urn:altinn:organization:identifier-no:${recipient}` },
  ]);
  expect(calls(ofSubunit).map(({ payload }) => payload.data)).toMatchObject([
    { checkedWithAltinn: true, recipient: `urn:altinn:organization:identifier-no:${subunit}` },
  ]);
  expect(calls(read)).toEqual([]);
  expect(settled.timeline.map(({ id }) => id)).toContain('asked-list-correspondencereceiverread');
  for (const id of [unread, ofSubunit]) {
    const held = altinn.simulator.letters.get(id)?.changes.map(({ status }) => status);
    expect(held).not.toContain('Fetched');
    expect(held).not.toContain('Read');
  }
});

it('notifies nobody of what was pushed alone: it waits for the pull to bring it', async () => {
  const [id] = altinn.simulator.createLetters({ recipient, dueInDays: 30 }) as [string];
  await altinn.simulator.advance({ days: 1 });
  const published = altinn.simulator.log.all().find(({ correspondenceId }) => correspondenceId === id);
  const forged = {
    ...published?.event,
    id: 'forged',
    type: 'no.altinn.correspondence.correspondencereceiverneverread',
    resourceinstance: id,
    resource,
  };
  await post(app, forged);
  const { followUps } = await statusOf(app, id, (status) =>
    status.followUps.some(({ waitingFor }) => waitingFor),
  );
  expect(followUps).toMatchObject([{ state: 'open', waitingFor: expect.stringContaining('the pull') }]);
  expect(calls(id)).toEqual([]);
});
