import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { timeSpan } from '../../../infra/dev/host/config.ts';
import { startHost } from '../../../infra/dev/host/host.ts';
import { filterLog } from '../../../infra/dev/host/log.ts';
import { makeApp, runHost, temporaryDirectory } from '../../support/host.ts';

it('says where it listens and what triggers what', async () => {
  const { url, functions } = await runHost();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(functions).toContainEqual({ name: 'echo', trigger: 'GET,POST /api/echo/{name}/{extra?}' });
  expect(functions).toContainEqual({ name: 'by-name', trigger: 'GET /api/by-name' });
});

it("rejects with the entry point's own error", async () => {
  vi.stubEnv('HOST_APP', 'throws');
  await expect(runHost()).rejects.toThrow(/^FOLLOW_UP_GRACE is "soon": it must be/);
  vi.stubEnv('HOST_APP', '');
  await runHost();
});

it('rejects an entry point that registers nothing', async () => {
  vi.stubEnv('HOST_APP', 'registers nothing');
  await expect(runHost()).rejects.toThrow(/registered no functions/);
});

it('rejects a trigger that it does not have', async () => {
  vi.stubEnv('HOST_APP', 'blob');
  await expect(runHost()).rejects.toThrow('Function "blob": the embedded host has no blobTrigger');
});

it('rejects a queue trigger without its connection setting, or with a wrong one', async () => {
  vi.stubEnv('HOST_QUEUE', 'some-queue');
  vi.stubEnv('HOST_CONNECTION', 'OTHER_STORAGE');
  await expect(runHost()).rejects.toThrow('Function "work" needs the setting OTHER_STORAGE');
  vi.stubEnv('OTHER_STORAGE', 'nonsense');
  await expect(runHost()).rejects.toThrow('The setting OTHER_STORAGE is no storage connection string');
});

it('rejects an app that was not built, and a host.json that is none', async () => {
  const directory = makeApp();
  writeFileSync(join(directory, 'package.json'), '{"main":"dist/none.js"}');
  await expect(runHost({ directory })).rejects.toThrow('dist/none.js is missing: build the app first');
  writeFileSync(join(directory, 'host.json'), '{');
  await expect(runHost({ directory })).rejects.toThrow(/host\.json is not valid JSON/);
  await expect(runHost({ directory: temporaryDirectory() })).rejects.toThrow(/host\.json is missing/);
  await expect(runHost({ queues: { batchSize: 33 } })).rejects.toThrow('batchSize must be 1 to 32');
});

it('rejects a taken port, and leaves nothing behind', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  const { port } = await new Promise<AddressInfo>((resolve) =>
    other.on('listening', () => resolve(other.address() as AddressInfo)),
  );
  await expect(runHost({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  other.close();
  await runHost();
});

it('is one per process', async () => {
  await runHost();
  await expect(startHost({ directory: makeApp(), port: 0, functionKey: 'x' })).rejects.toThrow(
    'one per process',
  );
});

it('reads time spans', () => {
  expect(['00:00:02', '01:00:00', '1.00:00:00', '00:00:00.5', 250].map(timeSpan)).toEqual([
    2000, 3_600_000, 86_400_000, 500, 250,
  ]);
  expect(() => timeSpan('2 s')).toThrow('"2 s" is not a time span such as 00:00:30');
});

it('logs from the level of host.json on', () => {
  const seen: string[] = [];
  const log = filterLog((level) => seen.push(level), 'Warning');
  for (const level of ['debug', 'information', 'warning', 'error'] as const) log(level, 'x', 'y');
  expect(seen).toEqual(['warning', 'error']);
});
