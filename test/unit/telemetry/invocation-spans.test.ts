import { InvocationContext, PreInvocationContext } from '@azure/functions';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { expect, it } from 'vitest';
import { makeInvocationSpans } from '../../../functions/telemetry/invocation-spans.ts';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceParent = `00-${trace}-00f067aa0ba902b7-01`;

/** Runs a function once, and gives its span, what was logged, and the trace context that it had. */
async function run(
  trigger: string,
  input: unknown,
  { handler = () => {}, host = traceParent }: { handler?: () => unknown; host?: string } = {},
) {
  const exporter = new InMemorySpanExporter();
  const logged: string[] = [];
  const spans = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const invocationContext = new InvocationContext({
    functionName: 'a-function',
    traceContext: { traceParent: host },
    options: { trigger: { name: 'x', type: trigger } },
  });
  let given: string | undefined;
  const hook = new PreInvocationContext({
    invocationContext,
    inputs: [input],
    functionCallback: (_input, context) => {
      given = context.traceContext?.traceParent;
      return handler();
    },
  });
  makeInvocationSpans(spans, ({ level, message }) => logged.push(`${level} ${message}`))(hook);
  const thrown = await Promise.resolve(hook.functionHandler(input, invocationContext)).then(
    () => undefined,
    (error: Error) => error.message,
  );
  const [span] = exporter.getFinishedSpans();
  if (!span) throw new Error('there was no span');
  return { span, logged, given, thrown };
}

it('continues the trace of the host, and hands its own span on', async () => {
  const { span, given } = await run('httpTrigger', {
    traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  });
  expect(span.spanContext().traceId).toBe(trace);
  expect([span.parentSpanContext?.spanId, span.links]).toEqual(['00f067aa0ba902b7', []]);
  expect(given).toBe(`00-${trace}-${span.spanContext().spanId}-01`);
});

it('continues the trace of a queue message, with a link to the host’s', async () => {
  const { span } = await run('queueTrigger', { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` });
  expect(span.parentSpanContext).toMatchObject({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) });
  expect(span.links).toMatchObject([{ context: { traceId: trace, spanId: '00f067aa0ba902b7' } }]);
});

it.each([[null], ['text'], [{ traceparent: 'nonsense' }], [{ traceparent: 1 }]])(
  'continues the host’s where the message has no trace: %j',
  async (message) => {
    const { span } = await run('queueTrigger', message);
    expect([span.spanContext().traceId, span.links]).toEqual([trace, []]);
  },
);

it('begins a trace where there is none', async () => {
  const { span, given } = await run('timerTrigger', {}, { host: '' });
  expect(span.parentSpanContext).toBeUndefined();
  expect(given).toContain(span.spanContext().traceId);
});

it('logs what a function throws, redacted, marks the span, and throws it on', async () => {
  const { span, logged, thrown } = await run(
    'timerTrigger',
    {},
    {
      handler: () => {
        throw new Error('no letter of 17890112345');
      },
    },
  );
  expect(thrown).toBe('no letter of 17890112345');
  expect(logged).toEqual(['error no letter of ***********']);
  expect(span.status).toEqual({ code: 2, message: 'no letter of ***********' });
});
