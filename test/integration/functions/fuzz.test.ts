import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { sampleEvent } from '../../../infra/dev/sample-event.ts';
import { type App, post, startApp } from '../../support/app.ts';

// Whatever is posted: only the answers of the table, and the process lives.
let app: App;

beforeAll(async () => {
  app = await startApp({
    AzureWebJobsStorage: inject('storage').fuzz as string,
    'AzureWebJobs.track-events.Disabled': 'true',
  });
});
afterAll(() => app.stop());

const good = JSON.stringify(sampleEvent('correspondencepublished'));
const attributes = [
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'resource',
  'resourceinstance',
  'data',
];
const hostileKeys = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'toJSON'];

const truncated = fc.nat(good.length).map((length) => good.slice(0, length));
const mutated = fc
  .tuple(
    fc.nat(good.length - 1),
    fc.constantFrom('"', '{', '}', '[', ',', ':', '\\', '\u0000', '\ud800', '1', 'null'),
  )
  .map(([at, put]) => good.slice(0, at) + put + good.slice(at + 1));
const wrongTypes = fc
  .dictionary(fc.constantFrom(...attributes, ...hostileKeys), fc.jsonValue({ maxDepth: 4 }))
  .map((wrong) =>
    JSON.stringify(wrong).replace(/^\{/, `{"specversion":"1.0","__proto__":{"polluted":true},`),
  );
const overwritten = fc
  .tuple(fc.constantFrom(...attributes, ...hostileKeys), fc.jsonValue())
  .map(([name, value]) => `${good.slice(0, -1)},${JSON.stringify(name)}:${JSON.stringify(value)}}`);
const bytes = fc.uint8Array({ maxLength: 2000 }).map((array) => Buffer.from(array));
const utf16 = fc.constant(Buffer.from(good, 'utf16le'));
const huge = fc
  .nat(5)
  .map((times) => JSON.stringify({ ...JSON.parse(good), padding: 'x'.repeat(times * 16_000) }));
const deep = fc
  .integer({ min: 1, max: 15_000 })
  .map((depth) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`);
const batches = fc
  .array(fc.oneof(fc.constant(good), wrongTypes, fc.constant('null')), { maxLength: 5 })
  .map((members) => `[${members.join(',')}]`);
const numbers = fc
  .nat(6000)
  .map((count) => `${good.slice(0, -1)},"n":[${Array(count).fill('1e20').join(',')}]}`);

const body = fc.oneof(
  truncated,
  mutated,
  wrongTypes,
  overwritten,
  bytes,
  utf16,
  huge,
  deep,
  batches,
  numbers,
  fc.json(),
);
const contentType = fc.oneof(
  { arbitrary: fc.constant('application/json; charset=utf-8'), weight: 8 },
  {
    arbitrary: fc.constantFrom(
      'text/plain',
      '',
      'application/cloudevents-batch+json',
      'application/json;;;=',
      'application/json; charset=utf-16',
    ),
    weight: 2,
  },
);

// Slow on purpose: 3,000 real requests.
it('3,000 generated bodies get an answer of the table', async () => {
  const answers: Record<number, number> = {};
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(body, contentType), { minLength: 30, maxLength: 30 }),
      async (batch) => {
        const given = await Promise.all(
          batch.map(([content, type]) => post(app, content, { headers: { 'content-type': type } })),
        );
        for (const { status, body } of given) {
          answers[status] = (answers[status] ?? 0) + 1;
          expect([200, 400, 413, 415]).toContain(status);
          expect(body === '').toBe(status === 200);
        }
      },
    ),
    { numRuns: 100 },
  );
  expect(Object.keys(answers).sort()).toEqual(['200', '400', '413', '415']);
  expect(app.process.exitCode).toBeNull();
  expect((await post(app, good)).status).toBe(200);
}, 90_000);
