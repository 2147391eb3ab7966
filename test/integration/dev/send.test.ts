import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { catalogue } from '../../../shared/events/catalogue.ts';
import { type App, startApp, statusOf } from '../../support/app.ts';
import { until } from '../../support/until.ts';

let app: App;
beforeAll(async () => {
  app = await startApp({ AzureWebJobsStorage: inject('storage').start as string });
});
afterAll(() => app.stop());

async function send(...args: string[]): Promise<{ code: number | null; out: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'infra/dev/send.ts', ...args]);
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('exit', resolve)),
  ]);
  return { code, out: out + err };
}
const url = () => ['--url', `${app.url}/api/events?code=test-key`];

it('sends one event of a type, and says what was answered and where to look', async () => {
  const letter = 'da4ceacc-ad44-4e54-99b6-b58e3c13c785';
  const time = '2026-02-01T12:00:00.1234567Z';
  const { code, out } = await send(
    'correspondencereceiverread',
    '--letter',
    letter,
    '--time',
    time,
    ...url(),
  );
  expect([code, out]).toEqual([
    0,
    expect.stringMatching(/^200 .*receiverread id=[\s\S]*api\/correspondences\/da4c/),
  ]);
  expect((await statusOf(app, letter)).facts).toEqual({ read: time });
});

it('sends an event from a file as it is: sent twice, it is there once', async () => {
  for (const _ of [1, 2]) {
    const { code } = await send('test/fixtures/seed-published-2024.json', ...url());
    expect(code).toBe(0);
  }
  const { id } = JSON.parse(readFileSync('test/fixtures/seed-published-2024.json', 'utf8'));
  await until(() => app.output().match(new RegExp(`duplicate .*event=${id}`)));
  const { facts, timeline } = await statusOf(
    app,
    'da4ceacc-ad44-4e54-99b6-b58e3c13c785',
    (each) => each.facts.published,
  );
  expect(facts.published).toBe('2024-04-19T07:22:19.438039Z');
  expect(timeline.filter((entry) => entry.id === id)).toHaveLength(1);
});

it('sends every known type for one letter and prints its status', async () => {
  const { code, out } = await send('--all', ...url());
  expect(code).toBe(0);
  expect(out.match(/^200 /gm)).toHaveLength(Object.keys(catalogue).length);
  expect(JSON.parse(out.slice(out.indexOf('\n{')))).toMatchObject({
    status: 'purged',
    facts: { read: expect.any(String) },
  });
}, 60_000);

it.each([
  [['x', 'y'], 'One event type or one file is wanted'],
  [['nothing.json'], 'nothing.json could not be read'],
  [['correspondencepublished', '--url', 'http://127.0.0.1:9/api/events'], 'npm start'],
  [['correspondencepublished', '--what'], "Unknown option '--what'"],
])('%j is a clear error', async (args, message) => {
  const { code, out } = await send(...args);
  expect([code, out]).toEqual([1, expect.stringContaining(message)]);
});

it('says what the webhook refused', async () => {
  const { code, out } = await send('correspondencepublished', '--url', `${app.url}/api/events?code=wrong`);
  expect([code, out]).toEqual([1, expect.stringMatching(/^401 /)]);
});
