import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type AppProcess, startAppProcess } from '../../../infra/dev/app-process.ts';
import { sampleEvent } from '../../../infra/dev/sample-event.ts';
import { temporaryDirectory } from '../../support/host.ts';
import { until } from '../../support/until.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const path = `dist-zip/altinn-correspondence-events-${version}.zip`;

/** Packs, and gives the zip's checksum. */
function pack(env: NodeJS.ProcessEnv = {}): string {
  const { status, stderr } = spawnSync(process.execPath, ['infra/dev/package.mjs'], {
    env: { ...process.env, ...env },
  });
  expect(status, String(stderr)).toBe(0);
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

let first: string;
beforeAll(() => {
  first = pack({ TZ: 'Europe/Oslo' });
});

it('is the same zip whenever and wherever it is made, with its checksum beside it', () => {
  expect(pack({ TZ: 'Pacific/Auckland' })).toBe(first);
  expect(readFileSync(`${path}.sha256`, 'utf8')).toBe(
    `${first}  altinn-correspondence-events-${version}.zip\n`,
  );
});

describe('the app from the zip, in a folder that holds nothing else', () => {
  const folder = join(temporaryDirectory(), 'app');
  let app: AppProcess;

  beforeAll(async () => {
    mkdirSync(folder);
    for (const [name, contents] of Object.entries(unzipSync(readFileSync(path)))) {
      writeFileSync(join(folder, name), contents);
    }
    const log = join(inject('outputDirectory'), 'package.log');
    app = await startAppProcess({ DATA_STORAGE: inject('storage').package as string }, log, folder);
  });
  afterAll(async () => {
    await app?.stop();
  });

  it('is complete, and holds nothing of the sources', () => {
    expect(readdirSync(folder).sort()).toEqual([
      'LICENSE',
      'THIRD-PARTY-LICENSES.txt',
      'host.json',
      'index.js',
      'index.js.map',
      'package.json',
      'sbom.cdx.json',
      'telemetry.js',
      'telemetry.js.map',
    ]);
    const { main, dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    expect([main, dependencies]).toEqual(['index.js', undefined]);
    const licences = readFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const name of ['@azure/functions', '@azure/identity', '@azure/storage-queue', 'jose', 'zod']) {
      expect(licences).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(MIT\\)$`, 'm'));
    }
    expect(licences).toMatch(/^@opentelemetry\/sdk-logs \d+\.\d+\.\d+ \(Apache-2\.0\)$/m);
  });

  it('says what is in it: every package whose licence it holds, as it was published', () => {
    const bill = readFileSync(join(folder, 'sbom.cdx.json'), 'utf8');
    expect(readFileSync(path.replace(/zip$/, 'cdx.json'), 'utf8')).toBe(bill);
    const { components, serialNumber } = JSON.parse(bill);
    expect(serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    const licences = readFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    const held = [...licences.matchAll(/^(\S+) (\d+\.\d+\.\d+\S*) \(/gm)];
    expect(held.length).toBeGreaterThan(50);
    expect(components.map(({ purl }: { purl: string }) => purl)).toEqual(
      held.map(([, name = '', version]) => `pkg:npm/${name.replace('@', '%40')}@${version}`),
    );
    const { alg, content } = components[0].hashes[0];
    expect([alg, content]).toEqual(['SHA-512', expect.stringMatching(/^[0-9a-f]{128}$/)]);
  });

  it('takes an event, tracks it and shows it', async () => {
    const letter = '7a0c5d6e-1f2b-4c3d-8e9f-0a1b2c3d4e5f';
    const event = sampleEvent('correspondencepublished', { resourceinstance: letter });
    const answer = await fetch(`${app.url}/api/events?code=local`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
    });
    expect(answer.status).toBe(200);
    const status = () =>
      fetch(`${app.url}/api/correspondences/${letter}?code=local`).then((response) => response.json());
    await until(async () => ((await status()) as { status?: string }).status === 'published');
  });
});
