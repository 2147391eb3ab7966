import type { app as functionApp } from '@azure/functions';
import { context, DiagLogLevel, diag } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { AlwaysOnSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import { within } from '../../shared/runtime/timeout.ts';
import { diagnostics } from './diagnostics.ts';
import { makeInvocationSpans } from './invocation-spans.ts';
import { makeLogRecords } from './log-records.ts';
import { traceRequests } from './outgoing-requests.ts';
import { RedactingSpanProcessor } from './redacting-span-processor.ts';

/**
 * Milliseconds that the last records have to get out when the instance ends: the host waits for five seconds.
 * Source: Azure/azure-functions-host, `WorkerConstants.cs`.
 */
const flushMs = 3_000;

/**
 * Exports log lines and spans by OTLP over HTTP, as the standard `OTEL_EXPORTER_OTLP_…` variables say, in batches and
 * out of the way of any answer. What the collector does not take is dropped.
 */
export function startTelemetry(app: typeof functionApp): void {
  diag.setLogger(diagnostics(), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const resource = resourceFromAttributes({
    'service.name': process.env.WEBSITE_SITE_NAME || 'altinn-correspondence-events',
  }).merge(detectResources({ detectors: [envDetector] }));
  const logs = new LoggerProvider({
    resource,
    processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter() })],
  });
  const spans = new TracerProvider({
    resource,
    // Whoever calls the webhook has no say in whether a trace of ours is kept.
    sampler: new AlwaysOnSampler(),
    spanProcessors: [new RedactingSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  traceRequests(spans);

  const record = makeLogRecords(logs);
  app.hook.log(record);
  app.hook.preInvocation(makeInvocationSpans(spans, record));
  app.hook.appTerminate(async () => {
    await within(flushMs, Promise.all([logs.shutdown(), spans.shutdown()])).catch(() => {});
  });
  // The last thing: from here on the host leaves the log to us.
  // Source: Azure/azure-functions-host, `OpenTelemetryConfigurationExtensions.cs`.
  app.setup({ capabilities: { WorkerOpenTelemetryEnabled: true } });
}
