import { randomUUID } from 'node:crypto';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { startAppProcess } from '../../../infra/dev/app-process.ts';
import { sampleEvent } from '../../../infra/dev/sample-event.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../../infra/dev/webhook-receiver.ts';
import { type App, post, startApp, statusOf } from '../../support/app.ts';
import { attribute, startCollector } from '../../support/collector.ts';
import { temporaryDirectory } from '../../support/host.ts';
import { until } from '../../support/until.ts';

const person = '17890112345';
let collector: Awaited<ReturnType<typeof startCollector>>;
let receiver: WebhookReceiver;
let app: App;

beforeAll(async () => {
  receiver = await startWebhookReceiver();
});
afterAll(async () => {
  await receiver.stop();
});
beforeEach(async () => {
  collector = await startCollector();
});
afterEach(async () => {
  await app.stop();
  await collector.stop();
});

const settings = () => ({
  AzureWebJobsStorage: inject('storage').telemetry as string,
  FOLLOW_UP_GRACE: 'PT1S',
  FOLLOW_UP_SINCE: '2026-01-01',
  FOLLOW_UP_WEBHOOK_URL: `${receiver.url}?code=hush-hush`,
  FOLLOW_UP_WEBHOOK_SECRET: receiver.secret,
  OPEN_TELEMETRY: 'otlp',
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
});

/** Posts that a letter was never read, and gives its id. */
async function postNeverRead(headers: Record<string, string> = {}): Promise<string> {
  const id = randomUUID();
  const subject = `urn:altinn:person:identifier-no:${person}`;
  const event = sampleEvent('correspondencereceiverneverread', { resourceinstance: id, subject });
  const began = Date.now();
  expect((await post(app, event, { headers })).status).toBe(200);
  expect(Date.now() - began).toBeLessThan(5_000);
  return id;
}

describe('with OpenTelemetry', () => {
  it('exports the log and one trace from the request to the channel’s call, with no person and no key', async () => {
    app = await startApp(settings());
    const trace = randomUUID().replaceAll('-', '');
    const id = await postNeverRead({ traceparent: `00-${trace}-00f067aa0ba902b7-00` });
    await statusOf(app, id, ({ followUps }) => followUps[0]?.state === 'notified');
    const ours = () => collector.spans.filter(({ traceId }) => traceId === trace);
    const named = (name: string) => ours().find((span) => span.name === name);
    await until(
      () => named('follow-up') && ours().some((span) => attribute(span, 'url.path') === '/follow-ups'),
    );

    const request = named('receive-events');
    expect(request?.parentSpanId).toMatch(/^[\da-f]{16}$/);
    for (const name of ['track-events', 'follow-up']) {
      // Of the message, with a link to the host's own.
      expect(named(name)).toMatchObject({ kind: 5, parentSpanId: request?.spanId });
      expect(named(name)?.links?.[0]?.traceId).not.toBe(trace);
    }
    const calls = ours().filter(({ name }) => name === 'POST');
    const under = (path: string) =>
      calls.find((span) => attribute(span, 'url.full')?.toString().endsWith(path));
    expect(under('/correspondence-events/messages')).toMatchObject({ parentSpanId: request?.spanId });
    expect(under('/timeline')).toMatchObject({ parentSpanId: named('track-events')?.spanId });
    expect(under('/follow-ups')).toMatchObject({ parentSpanId: named('follow-up')?.spanId });
    const call = receiver.received.find(({ payload }) => payload.data.correspondenceId === id);
    expect(call?.headers.traceparent).toBe(`00-${trace}-${request?.spanId}-01`);

    const lines = await until(() => {
      const found = collector.logs.filter(({ traceId }) => traceId === trace);
      return found.length >= 4 && found;
    });
    for (const { body } of lines) expect(body.stringValue).toMatch(new RegExp(` trace=${trace}$`));
    const signals = lines.map(({ body }) => body.stringValue.split(' ', 1)[0]);
    expect(signals.sort()).toEqual([
      'event.acknowledged',
      'event.tracked',
      'follow-up.notified',
      'follow-up.opened',
    ]);
    const acknowledged = lines.find(({ body }) => body.stringValue.startsWith('event.acknowledged '));
    expect(acknowledged && attribute(acknowledged, 'faas.name')).toBe('receive-events');

    const all = collector.bodies.join('\n');
    expect(all).not.toMatch(/test-key|hush-hush|whsec_|url\.query|http:[^"]*\?/);
    expect(all).not.toMatch(/(?<![\da-f])\d{11}(?![\da-f])/i);
  });

  it('gets the last lines out when the instance ends', async () => {
    app = await startApp(settings());
    await postNeverRead();
    await app.stop();
    const bodies = collector.logs.map(({ body }) => body.stringValue);
    expect(bodies).toContainEqual(expect.stringMatching(/^event\.acknowledged /));
    expect(collector.spans.map(({ name }) => name)).toContain('receive-events');
  });
});

describe('with a collector that', () => {
  it('never answers, answers and tracks as ever, and ends in time', async () => {
    collector.hangs = true;
    app = await startApp(settings());
    await statusOf(app, await postNeverRead(), ({ followUps }) => followUps[0]?.state === 'notified');
    const began = Date.now();
    expect(await app.stop()).toBe(0);
    expect(Date.now() - began).toBeLessThan(5_000);
  });

  it('is down, does so too, and says it once', async () => {
    await collector.stop();
    app = await startApp(settings());
    await statusOf(app, await postNeverRead(), ({ followUps }) => followUps[0]?.state === 'notified');
    await until(() => app.output().includes('Warning: OpenTelemetry: '));
    await app.stop();
    expect(app.output().match(/OpenTelemetry: /g)).toHaveLength(1);
  });
});

it('works on where OpenTelemetry cannot be loaded, and says so', async () => {
  const folder = join(temporaryDirectory(), 'app');
  cpSync('dist', folder, { recursive: true });
  rmSync(join(folder, 'telemetry.js'));
  const log = join(inject('outputDirectory'), 'telemetry.log');
  app = await startAppProcess({ ...settings(), LOCAL_FUNCTION_KEY: 'test-key' }, log, folder);
  await statusOf(app, await postNeverRead());
  expect(app.output()).toContain("Warning: OpenTelemetry did not start: Cannot find module './telemetry.js'");
});

it('is in a bundle of its own', () => {
  expect(readFileSync('dist/index.js', 'utf8')).not.toMatch(/@opentelemetry|BatchSpanProcessor/);
});
