import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvocationContext, type Timer } from '@azure/functions';
import { QueueClient } from '@azure/storage-queue';
import { composeFollowUps } from '../../functions/compose-follow-ups.ts';
import { makeDueFollowUps } from '../../functions/due-follow-ups.ts';
import { makeFollowUp } from '../../functions/follow-up.ts';
import { LiveFollowUps } from '../../shared/follow-ups/live-follow-ups.ts';
import type { AskAltinn } from '../../shared/follow-ups/question.ts';
import { FollowUps } from '../../shared/follow-ups/store.ts';
import { DeadLetters } from '../../shared/queue/dead-letters.ts';
import { Retries } from '../../shared/queue/retries.ts';
import { eachAtOnce } from '../../shared/runtime/at-once.ts';
import { readConfiguration } from '../../shared/settings/configuration.ts';
import { connectStorage } from '../../shared/storage/connect.ts';
import { Timeline } from '../../shared/tracking/timeline.ts';
import { median, table } from './report.ts';

const [rounds, letters] = [5, 500];
/** How many messages of a queue an instance has in hand: `batchSize` of host.json. */
const atOnce = 16;

const overdue = '2026-08-20T06:00:00Z';

/** An Altinn that answers at once that a letter is overdue. */
const askAltinn: AskAltinn = async () => ({
  is: 'known',
  question: 'details',
  facts: { published: '2026-08-01T06:00:00Z' },
  published: '2026-08-01T06:00:00Z',
  dueAt: overdue,
  needsConfirmation: false,
  resource: 'urn:altinn:resource:brev',
  recipient: undefined,
});

/** How many steps a second one process takes, from the timer's tick to the last step that is recorded. */
export async function benchSteps(connectionString: string): Promise<void> {
  let posted = 0;
  const receiver = createServer((request, response) => {
    request.resume().on('end', () => {
      posted++;
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => void receiver.listen(0, '127.0.0.1', resolve));
  const environment = {
    AzureWebJobsStorage: connectionString,
    FOLLOW_UP_GRACE: 'PT0S',
    FOLLOW_UP_SINCE: '2000-01-01T00:00:00Z',
    FOLLOW_UP_WEBHOOK_URL: `http://localhost:${(receiver.address() as AddressInfo).port}/`,
    FOLLOW_UP_WEBHOOK_SECRET: `whsec_${Buffer.alloc(24, 1).toString('base64')}`,
  };
  const { queues, tables } = connectStorage({ connectionString });
  const live = new LiveFollowUps(tables.liveFollowUps);
  const followUps = new FollowUps(tables.timeline, live);
  const stores = { followUps, live, timeline: new Timeline(tables.timeline), queues, tables };
  const composed = composeFollowUps(readConfiguration(environment), {
    ...stores,
    altinn: undefined,
    environment,
  });
  const common = { deadLetters: new DeadLetters(tables.deadLetters), retries: new Retries(tables.retries) };
  const context = () => new InvocationContext({ functionName: 'bench', logHandler: () => {} });
  const tick = makeDueFollowUps(composed.release);
  const queue = new QueueClient(connectionString, queues.followUps.name);
  await queue.createIfNotExists();

  const fill = () =>
    eachAtOnce(Array.from({ length: letters }), 32, async () => {
      const followUp = { kind: 'never-read', correspondenceId: randomUUID() } as const;
      await composed.release.due.add({ ...followUp, at: overdue, rank: 'verified-opening' });
      await followUps.add({ ...followUp, state: 'open', openedAt: overdue, dueAt: overdue });
    });
  const run = async (asks: boolean) => {
    const guard = { ...composed.guard, askAltinn: asks ? askAltinn : undefined };
    const { handle } = makeFollowUp({ ...common, queue: queues.followUps, guard });
    await fill();
    posted = 0;
    const [began, cpu] = [performance.now(), process.cpuUsage()];
    await tick({} as Timer, context());
    const releasedMs = performance.now() - began;
    await eachAtOnce(Array.from({ length: atOnce }), atOnce, async () => {
      while (posted < letters) {
        const { receivedMessageItems } = await queue.receiveMessages({ visibilityTimeout: 600 });
        for (const { messageText, messageId, popReceipt } of receivedMessageItems) {
          await handle(JSON.parse(Buffer.from(messageText, 'base64').toString()), context());
          await queue.deleteMessage(messageId, popReceipt);
        }
      }
    });
    const ms = performance.now() - began;
    const { user, system } = process.cpuUsage(cpu);
    return { perSecond: (letters * 1_000) / ms, releasedMs, cpuMs: (user + system) / 1_000 / letters };
  };

  const ways = { 'without credentials': false, 'with an Altinn that answers at once': true };
  const took: Record<string, Awaited<ReturnType<typeof run>>[]> = {};
  for (let round = -1; round < rounds; round++) {
    for (const [way, asks] of Object.entries(ways)) {
      const result = await run(asks);
      if (round >= 0) took[way] = [...(took[way] ?? []), result];
    }
  }
  console.log(`\nSteps: ${letters} that are due at once, by webhook (medians of ${rounds}, in turns)\n`);
  table(
    ['', 'steps/s', 'of that the release, ms', 'CPU ms/step'],
    Object.entries(took).map(([way, runs]) => [
      way,
      median(runs.map(({ perSecond }) => perSecond)).toFixed(0),
      median(runs.map(({ releasedMs }) => releasedMs)).toFixed(0),
      median(runs.map(({ cpuMs }) => cpuMs)).toFixed(1),
    ]),
  );
  receiver.close();
}
