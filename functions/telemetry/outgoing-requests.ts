import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import type { TracerProvider } from '@opentelemetry/sdk-trace';

/**
 * Makes a span of each request that a function makes: by `fetch`, and by storage's clients over `node:http`. They get
 * no header of ours: there is no global propagator, and the channel's call has its `traceparent` already.
 */
export function traceRequests(tracerProvider: TracerProvider): void {
  registerInstrumentations({
    tracerProvider,
    instrumentations: [
      new UndiciInstrumentation({ requireParentforSpans: true }),
      new HttpInstrumentation({
        disableIncomingRequestInstrumentation: true,
        requireParentforOutgoingSpans: true,
      }),
    ],
  });
  // They are patched in place where they are required next, and the app's bundle has required them before.
  require('node:http');
  require('node:https');
}
