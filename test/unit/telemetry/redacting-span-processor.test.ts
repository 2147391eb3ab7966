import { InMemorySpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { expect, it } from 'vitest';
import { RedactingSpanProcessor } from '../../../functions/telemetry/redacting-span-processor.ts';

it('exports no query, no password and no person, wherever they stand in a span', async () => {
  const exporter = new InMemorySpanExporter();
  const processor = new RedactingSpanProcessor({ exporter });
  const span = new TracerProvider({ spanProcessors: [processor] }).getTracer('test').startSpan('GET');
  span.setAttributes({
    'url.full': "https://me:hidden@x.example.no/letters/17890112345?$filter=PartitionKey eq 'a'&sig=hidden",
    'url.path': '/letters/17890112345',
    'url.query': '?code=hidden',
    'user.name': 'urn:altinn:person:identifier-no:17890112345',
    'http.response.status_code': 200,
  });
  span.recordException(new Error('no answer of https://x.example.no/?code=hidden about 17890112345'));
  span.setStatus({ code: 2, message: 'no answer of https://x.example.no/?code=hidden' });
  span.end();
  await processor.forceFlush();

  const [exported] = exporter.getFinishedSpans();
  expect(exported?.attributes).toEqual({
    'url.full': 'https://***@x.example.no/letters/***********',
    'url.path': '/letters/***********',
    'user.name': 'urn:altinn:person:identifier-no:***********',
    'http.response.status_code': 200,
  });
  expect(exported?.events).toHaveLength(1);
  expect(exported?.status.message).toBe('no answer of https://x.example.no/?code=***');
  expect(JSON.stringify([exported?.events, exported?.status])).not.toMatch(/hidden|17890112345/);
});
