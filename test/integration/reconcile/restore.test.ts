import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { startWebhookReceiver, type WebhookReceiver } from '../../../infra/dev/webhook-receiver.ts';
import { type Altinn, startAltinn } from '../../../infra/simulator/altinn.ts';
import { cli, organization, settingsOf } from '../../support/altinn/cli.ts';
import { type App, startApp, statusOf } from '../../support/app.ts';

// The storage account of the data is lost: docs/operations/restoring.md, step by step.
const day = 24 * 3_600_000;
const ago = (days: number) => new Date(Date.now() - days * day).toISOString();
/** The start line: a day before the account was lost, which is three days ago by Altinn's clock. */
const line = ago(4);

let altinn: Altinn;
let receiver: WebhookReceiver;
let app: App | undefined;

beforeAll(async () => {
  receiver = await startWebhookReceiver();
  altinn = await startAltinn({
    timeScale: 0,
    seed: 9,
    startTime: new Date(ago(42)),
    resources: { 'my-letters': organization },
  });
});
afterAll(async () => {
  await app?.stop();
  await altinn.stop();
  await receiver.stop();
});

it('a receiver whose storage was lost has every status again, tells nobody of old letters, and everybody of new ones and of those that the lost one had not told yet', async () => {
  const { simulator } = altinn;
  const settings = {
    ...settingsOf(altinn),
    ALTINN_RESOURCES: 'my-letters',
    AzureWebJobsStorage: inject('storage').restore as string,
  };
  const ofApp = {
    ...settings,
    ALTINN_PACE: '100',
    ALTINN_MAX_PACE: '100',
    FOLLOW_UP_GRACE: 'PT1S',
    FOLLOW_UP_SINCE: line,
    FOLLOW_UP_WEBHOOK_URL: receiver.url,
    FOLLOW_UP_WEBHOOK_SECRET: receiver.secret,
  };

  // Before: letters that were read, letters that never were, and some of whose events Altinn lost itself.
  simulator.turn({ loseEvent: 0.2 });
  const old = simulator.createLetters({ dueInDays: 7 }, 20);
  await simulator.advance({ days: 1 });
  for (const letter of simulator.letters.all().filter((_, n) => n % 2 === 0)) simulator.letters.read(letter);
  simulator.turn({ loseEvent: 0 });
  await simulator.advance({ days: 35 });
  const [young] = simulator.createLetters({ dueInDays: 5 }) as [string];
  // Due an hour before the loss: its event came, and nobody was told yet.
  const [untold] = simulator.createLetters({ dueInDays: 3 - 1 / 24 }) as [string];
  await simulator.advance({ days: 3 });

  // A new account, with follow-ups paused and the start line a day before the loss.
  app = await startApp({ ...ofApp, FOLLOW_UPS: 'paused' });
  const pulled = await cli(['reconcile', '--since', ago(90)], settings);
  const audited = await cli(['audit', '--since', ago(90)], settings);
  expect([pulled.code, audited.code], pulled.stderr + audited.stderr).toEqual([0, 0]);
  for (const { id, read, facts } of simulator.truth()) {
    const status = await statusOf(app, id, (each) => (read ? each.facts.read : each.facts.published));
    for (const fact of Object.keys(facts)) expect(status.facts, `${id} ${fact}`).toHaveProperty(fact);
  }
  await app.stop();

  // On again: what is old stays quiet, and what is due since then is told.
  app = await startApp(ofApp);
  await simulator.advance({ hours: 60 });
  expect((await cli(['reconcile', '--since', ago(90)], settings)).code).toBe(0);
  for (const id of [young, untold]) {
    await statusOf(app, id, ({ followUps }) => followUps.some(({ state }) => state === 'notified'));
  }
  const told = receiver.received.map(({ payload }) => payload.data.correspondenceId);
  expect(new Set(told)).toEqual(new Set([young, untold]));
  const states: string[] = [];
  for (const id of old) states.push(...(await statusOf(app, id)).followUps.map(({ state }) => state));
  expect(states.length).toBeGreaterThan(0);
  expect(new Set(states)).toEqual(new Set(['suppressed']));
});
