import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

type Attributes = { key: string; value: { stringValue?: string; intValue?: number } }[];

export interface LogRecord {
  readonly severityText: string;
  readonly body: { readonly stringValue: string };
  readonly traceId?: string;
  readonly attributes: Attributes;
}

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly links?: readonly { readonly traceId: string }[];
  readonly attributes: Attributes;
}

/** An OpenTelemetry collector that takes OTLP over HTTP as JSON, on this machine. */
export async function startCollector() {
  const server = createServer(async (request, response) => {
    const body = await text(request).catch(() => '');
    if (collector.hangs || !body) return;
    collector.bodies.push(body);
    const { resourceLogs = [], resourceSpans = [] } = JSON.parse(body);
    for (const { scopeLogs } of resourceLogs)
      for (const { logRecords } of scopeLogs) collector.logs.push(...logRecords);
    for (const { scopeSpans } of resourceSpans)
      for (const { spans } of scopeSpans) collector.spans.push(...spans);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const collector = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Takes requests and never answers. */
    hangs: false,
    /** All that came, as it came. */
    bodies: [] as string[],
    logs: [] as LogRecord[],
    spans: [] as Span[],
    stop() {
      server.closeAllConnections();
      return new Promise<void>((closed) => server.close(() => closed()));
    },
  };
  return collector;
}

/** An attribute's value. */
export function attribute({ attributes }: { attributes: Attributes }, name: string) {
  const { stringValue, intValue } = attributes.find(({ key }) => key === name)?.value ?? {};
  return stringValue ?? intValue;
}
