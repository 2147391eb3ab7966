import { randomUUID } from 'node:crypto';
import { QueueClient } from '@azure/storage-queue';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { sampleEvent } from '../../../infra/dev/sample-event.ts';
import { type App, get, post, startApp, statusOf } from '../../support/app.ts';
import { deadLetterRows } from '../../support/dead-letter-rows.ts';
import { type StorageProxy, startStorageProxy } from '../../support/storage-proxy.ts';
import { until } from '../../support/until.ts';

const direct = inject('storage').storage as string;
let storage: StorageProxy;
let app: App;

beforeAll(async () => {
  storage = await startStorageProxy(direct);
  app = await startApp({
    AzureWebJobsStorage: storage.connectionString,
    AzureFunctionsJobHost__extensions__queues__visibilityTimeout: '00:00:01',
  });
});
afterEach(() => {
  storage.before = () => true;
});
afterAll(async () => {
  await app.stop();
  await storage.stop();
});

describe('storage that does not take an event', () => {
  it.each([
    ['refuses connections', false as const],
    ['is out of order', 500],
    ['is busy', 503],
    ['refuses the key', 403],
  ])('and %s: 503, and 200 once it is back', async (_what, verdict) => {
    storage.before = () => verdict;
    const event = sampleEvent('correspondencepublished');
    const answer = await post(app, event);
    expect(answer.status).toBe(503);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    storage.before = () => true;
    expect((await post(app, event)).status).toBe(200);
    expect((await statusOf(app, event.resourceinstance as string)).timeline).toHaveLength(1);
  });

  it('and never answers: 503 within ten seconds and a little', async () => {
    storage.before = ({ service, method }) =>
      service === 'queue' && method === 'POST' ? new Promise(() => {}) : true;
    const began = Date.now();
    expect((await post(app, sampleEvent('correspondencepublished'))).status).toBe(503);
    expect(Date.now() - began).toBeLessThan(11_500);
  });

  it('is what health and status say', async () => {
    storage.before = () => 500;
    const health = await get(app, '/api/health', '');
    expect(health.status).toBe(503);
    expect(JSON.parse(health.body)).toMatchObject({ queues: 'does not answer', tables: 'does not answer' });
    expect((await get(app, `/api/correspondences/${randomUUID()}`)).status).toBe(503);
  });
});

describe('tables that are down', () => {
  it('put the event back for ten seconds, and it is tracked then', async () => {
    storage.before = ({ service }) => (service === 'table' ? 503 : true);
    const event = sampleEvent('correspondencereceiverread');
    expect((await post(app, event)).status).toBe(200);
    await until(() =>
      /message\.retried queue=correspondence-events attempt=1 delaySeconds=10 ageSeconds=\d+/.test(
        app.output(),
      ),
    );
    storage.before = () => true;
    expect((await statusOf(app, event.resourceinstance as string)).status).toBe('read');
  });

  // Slow on purpose: the lost answer costs a try, and the next one is ten seconds later.
  it('whose answer to an insert is lost make no event a duplicate of itself', async () => {
    const lost = new Set<string>();
    storage.after = ({ service, body }) => {
      const id = service === 'table' && /"RowKey":"(event:[^"]+)"/.exec(body)?.[1];
      if (!id || lost.has(id)) return true;
      lost.add(id);
      return false;
    };
    const event = sampleEvent('correspondencereceiverneverread');
    await post(app, event);
    const { followUps } = await statusOf(
      app,
      event.resourceinstance as string,
      (status) => status.followUps.length > 0,
    );
    storage.after = () => true;
    expect(followUps).toMatchObject([{ kind: 'never-read', state: 'open' }]);
  });
});

describe('five tries, then poison', () => {
  const poison = new QueueClient(direct, 'correspondence-events-poison');

  // Slow on purpose: five tries a second apart, and ten seconds until what was redriven comes again.
  it('an event that can be neither tracked nor put back is redriven from poison and tracked', async () => {
    const event = sampleEvent('correspondencepublished');
    let isTaken = false;
    const failed = () => app.output().match(/ error track-events /g)?.length ?? 0;
    const before = failed();
    // Everything that the function itself could do fails; the host's own operations go on.
    storage.before = ({ service, method, path, body }) => {
      if (service === 'table') {
        isTaken ||= body.includes(event.id);
        return 503;
      }
      return !(method === 'POST' && path.startsWith('/correspondence-events/messages')) || !isTaken;
    };
    expect((await post(app, event)).status).toBe(200);
    await until(() => /message \S+ is moved to the queue correspondence-events-poison/.test(app.output()));
    expect(failed() - before).toBe(5);
    storage.before = () => true;
    await until(() => /redriven queue=correspondence-events attempt=1/.test(app.output()));
    expect((await statusOf(app, event.resourceinstance as string)).timeline).toHaveLength(1);
    expect((await poison.getProperties()).approximateMessagesCount).toBe(0);
  });

  it('a message that is not ours is dead-lettered with its text', async () => {
    await poison.createIfNotExists();
    await poison.sendMessage(Buffer.from('{"who":"knows"}').toString('base64'));
    const isOurs = ({ raw }: { raw: string }) => raw === '{"who":"knows"}';
    const row = await until(async () => (await deadLetterRows(direct)).find(isOurs));
    expect(row.reason).toMatch(/five tries/);
  });
});
