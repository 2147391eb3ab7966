import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { bundles } from '../../../infra/dev/bundles.mjs';
import { type Host, startHost } from '../../../infra/dev/host/host.ts';
import { sampleEvent } from '../../../infra/dev/sample-event.ts';
import { post, statusOf } from '../../support/app.ts';
import { deadLetterRows } from '../../support/dead-letter-rows.ts';
import { describeOperation, type StorageProxy, startStorageProxy } from '../../support/storage-proxy.ts';
import { until } from '../../support/until.ts';

// The app with reactions of an owner's: the bundle as it is built, but for functions/reactions.ts.
const storage = inject('storage').reactions as string;
/** The ids of letters in the messages that were put on the queue reactions. */
const enqueued: string[] = [];
let proxy: StorageProxy;
const directory = mkdtempSync(join(tmpdir(), 'altinn-reactions-'));
const logged: string[] = [];
let host: Host;

beforeAll(async () => {
  await build({
    ...bundles.app,
    outdir: directory,
    plugins: [
      {
        name: 'reactions of an owner',
        setup: ({ onResolve }) =>
          void onResolve({ filter: /^\.\/reactions\.ts$/ }, () => ({
            path: join(process.cwd(), 'test/fixtures/reactions.ts'),
          })),
      },
    ],
  });
  copyFileSync('host.json', join(directory, 'host.json'));
  copyFileSync('test/fixtures/host-app/package.json', join(directory, 'package.json'));
  proxy = await startStorageProxy(storage);
  proxy.before = (operation) => {
    if (describeOperation(operation) === 'queue reactions: put') {
      const [, text = ''] = /<MessageText>(.*)<\/MessageText>/s.exec(operation.body) ?? [];
      enqueued.push(JSON.parse(Buffer.from(text, 'base64').toString()).body.event.resourceinstance);
    }
    return true;
  };
  process.env.AzureWebJobsStorage = proxy.connectionString;
  host = await startHost({
    directory,
    port: 0,
    functionKey: 'test-key',
    log: (level, source, message) => void logged.push(`${level} ${source} ${message}`),
  });
});
afterAll(async () => {
  await host.stop();
  await proxy.stop();
  rmSync(directory, { recursive: true });
});

const send = async (name: string) => {
  const event = sampleEvent(name);
  await post(host, event);
  return event.resourceinstance as string;
};

it('a case system that hangs or is down holds up no tracking, and its events come again', async () => {
  const id = await send('correspondencereceiverconfirmed');
  expect((await statusOf(host, id)).status).toBe('confirmed');
  await until(() =>
    logged.some((line) =>
      /^warning react message\.retried queue=reactions attempt=1 .*reason="the case system is down"/.test(
        line,
      ),
    ),
  );
  const hanging = await send('correspondencepublished');
  expect((await statusOf(host, hanging)).status).toBe('published');
  const read = await send('correspondencereceiverread');
  await until(() =>
    logged.some((line) => line.includes(`case system told key=correspondencereceiverread-${read}`)),
  );
  expect((await statusOf(host, read)).status).toBe('read');
});

it('what it will never take is dead-lettered at once, and says why', async () => {
  const id = await send('correspondencepurged');
  const row = await until(async () => (await deadLetterRows(storage)).find(({ raw }) => raw.includes(id)));
  expect(row).toMatchObject({ partitionKey: 'reactions', reason: 'no such case' });
});

it('a type without a reaction enqueues nothing', async () => {
  const id = await send('correspondencereceiverneverread');
  expect((await statusOf(host, id, ({ followUps }) => followUps.length > 0)).status).toBe('neverRead');
  // What is enqueued is before the event is done; one that came later is done too.
  const later = await send('correspondencereceiverread');
  await until(() => enqueued.includes(later));
  expect(enqueued).not.toContain(id);
});
