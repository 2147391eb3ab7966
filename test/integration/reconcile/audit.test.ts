import { QueueClient } from '@azure/storage-queue';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { type Altinn, startAltinn } from '../../../infra/simulator/altinn.ts';
import { makeEvents } from '../../../shared/altinn/api/events.ts';
import { makePlatform } from '../../../shared/altinn/api/platform.ts';
import { makeTokens } from '../../../shared/altinn/auth/tokens.ts';
import { DeadLetters } from '../../../shared/queue/dead-letters.ts';
import { Checkpoints } from '../../../shared/reconcile/checkpoints.ts';
import { reconcile } from '../../../shared/reconcile/reconcile.ts';
import { type AltinnSettings, readAltinnSettings } from '../../../shared/settings/altinn.ts';
import { connectStorage } from '../../../shared/storage/connect.ts';
import type { EventMessage } from '../../../shared/tracking/event-message.ts';
import { deriveStatus } from '../../../shared/tracking/status.ts';
import { entriesOf, Timeline } from '../../../shared/tracking/timeline.ts';
import { cli, organization, settingsOf } from '../../support/altinn/cli.ts';
import { withList } from '../../support/altinn/with-list.ts';
import { silentLog } from '../../support/log.ts';

// The command line against the simulated Altinn over real HTTP, with the receiver's storage in Azurite.
const connectionString = inject('storage').audit as string;
const { queues, tables } = connectStorage({ connectionString });
const timeline = new Timeline(tables.timeline);
const resource = 'urn:altinn:resource:my-letters';

let altinn: Altinn;
let front: Awaited<ReturnType<typeof withList>>;
let settings: Record<string, string>;

beforeEach(async () => {
  altinn = await startAltinn({
    timeScale: 0,
    seed: 7,
    startTime: new Date(Date.now() - 3 * 24 * 3_600_000),
    resources: { 'my-letters': organization },
  });
  front = await withList(altinn);
  settings = {
    ...settingsOf(altinn),
    ALTINN_ENVIRONMENT: front.url,
    ALTINN_RESOURCES: 'my-letters',
    AzureWebJobsStorage: connectionString,
  };
});
afterEach(async () => {
  front.stop();
  await altinn.stop();
});

/** Tracks what is on the queue. @returns how the events came */
async function track(): Promise<string[]> {
  const queue = new QueueClient(connectionString, queues.events.name);
  const ways: string[] = [];
  for (;;) {
    const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 32 });
    if (receivedMessageItems.length === 0) return ways;
    for (const { messageId, popReceipt, messageText } of receivedMessageItems) {
      const message = JSON.parse(Buffer.from(messageText, 'base64').toString()) as EventMessage;
      await timeline.record(message.body.event.resourceinstance as string, message);
      ways.push(message.via);
      await queue.deleteMessage(messageId, popReceipt);
    }
  }
}

/** What of a letter came to be, as the list tells it. */
const told = ['published', 'read', 'confirmed', 'purged', 'publishFailed'] as const;
async function factsOf(id: string): Promise<string[]> {
  const { facts } = deriveStatus(entriesOf(await tables.timeline.list(id, 'event:')));
  return told.filter((fact) => facts[fact]);
}
function truth(): Map<string, string[]> {
  return new Map(
    altinn.simulator.letters.all().map(({ id, changes }) => {
      const ever = new Set(changes.map(({ status }) => status as string));
      const facts = {
        published: ever.has('Published'),
        read: ever.has('Read'),
        confirmed: ever.has('Confirmed'),
        purged: ever.has('PurgedByRecipient') || ever.has('PurgedByAltinn'),
        publishFailed: ever.has('Failed'),
      };
      return [id, told.filter((fact) => facts[fact])];
    }),
  );
}

describe('events that are lost at the source', () => {
  it('are no loss: after a pull and an audit every status is right, and the next audit finds nothing', async () => {
    const { simulator } = altinn;
    simulator.turn({ loseEvent: 0.5 });
    simulator.createLetters({}, 40);
    simulator.createLetters({ publishFails: true }, 3);
    await simulator.advance({ hours: 2 });
    for (const [index, letter] of simulator.letters.all().entries()) {
      if (index % 2 === 0 && index < 40) simulator.letters.read(letter);
      if (index % 3 === 0 && index < 40) simulator.letters.confirm(letter);
      if (index % 5 === 0 && index < 40) simulator.letters.purge(letter, 'PurgedByRecipient');
    }
    await simulator.advance({ hours: 1 });

    const client = readAltinnSettings(settings) as AltinnSettings;
    const platform = makePlatform({ environment: client.environment, tokens: makeTokens(client) });
    await reconcile(resource, {
      events: makeEvents(platform),
      timeline,
      queue: queues.events,
      deadLetters: new DeadLetters(tables.deadLetters),
      checkpoints: new Checkpoints(tables.checkpoints),
      log: silentLog,
    });
    await track();
    const wrong = async () => {
      const ids: string[] = [];
      for (const [id, facts] of truth()) {
        if (JSON.stringify(await factsOf(id)) !== JSON.stringify(facts)) ids.push(id);
      }
      return ids;
    };
    const before = await wrong();
    expect(before.length, 'the pull cannot know').toBeGreaterThan(10);

    const since = new Date(Date.now() - 4 * 24 * 3_600_000).toISOString();
    const dry = await cli(['audit', '--since', since, '--dry-run', '--json'], settings);
    expect(dry.code).toBe(0);
    const [{ missing }] = JSON.parse(dry.stdout).reports;
    expect(missing).toBeGreaterThanOrEqual(before.length);
    expect(await track()).toEqual([]);

    const { code, stdout } = await cli(['audit', '--since', since, '--json'], settings);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      dryRun: false,
      reports: [{ resource, letters: 43, missing, requests: 6, incomplete: 0 }],
    });
    expect(await track()).toEqual(Array.from({ length: missing }, () => 'asked'));
    expect(await wrong()).toEqual([]);

    const again = await cli(['audit', '--since', since], settings);
    expect(again.stdout).toBe(
      `${resource}: 43 letters, 0 facts missing, 0 known by a push alone, 6 requests (now on the queue)\n`,
    );
    expect(front.lists.every(({ searchParams }) => searchParams.get('role') === 'Sender')).toBe(true);
    expect(
      simulator.letters.all().every(({ changes }) => changes.every(({ status }) => status !== 'Fetched')),
      'no letter was touched',
    ).toBe(true);
  });
});

describe('the command audit', () => {
  it('needs --since, a resource, and the storage of the receiver', async () => {
    const { AzureWebJobsStorage: _, ...withoutStorage } = settings;
    const { ALTINN_RESOURCES: __, ...withoutResource } = settings;
    expect(await cli(['audit'], settings)).toMatchObject({ code: 2 });
    expect(await cli(['audit', '--since', 'yesterday'], settings)).toMatchObject({ code: 2 });
    const later = await cli(['audit', '--since', '2026-01-02', '--until', '2026-01-01'], settings);
    expect(later).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--since is not before --until'),
    });
    expect(await cli(['audit', '--since', '2026-01-01'], withoutResource)).toMatchObject({ code: 2 });
    const storage = await cli(['audit', '--since', '2026-01-01'], withoutStorage);
    expect(storage).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('AzureWebJobsStorage is missing'),
    });
    expect(front.lists).toEqual([]);
  });
});
