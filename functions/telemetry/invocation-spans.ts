import type { LogHookContext, PreInvocationContext } from '@azure/functions';
import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { messageOf } from '../../shared/runtime/message-of.ts';
import { sanitize } from '../../shared/runtime/sanitize.ts';
import { readTraceparent, writeTraceparent } from './traceparent.ts';

/**
 * Makes a span of each invocation, and runs the function in it. That of a queue message continues the trace of the
 * request that the message began with, and is linked to the host's; any other continues the host's.
 *
 * The function gets its span as its trace context, so that the messages it makes name that.
 *
 * @param log takes what a function throws: the host does not say it where the log is left to us
 */
export function makeInvocationSpans(
  spans: TracerProvider,
  log: (line: Pick<LogHookContext, 'level' | 'category' | 'message' | 'invocationContext'>) => void,
) {
  const tracer = spans.getTracer('altinn-correspondence-events');
  return (hook: PreInvocationContext): void => {
    const { invocationContext, functionHandler } = hook;
    const isMessage = invocationContext.options.trigger.type === 'queueTrigger';
    const host = readTraceparent(invocationContext.traceContext?.traceParent);
    const [input] = hook.inputs as [{ traceparent?: unknown } | null | undefined];
    const parent = (isMessage && readTraceparent(input?.traceparent)) || host;
    hook.functionHandler = async (...given) => {
      const span = tracer.startSpan(
        invocationContext.functionName,
        {
          kind: isMessage ? SpanKind.CONSUMER : SpanKind.INTERNAL,
          attributes: { 'faas.invocation_id': invocationContext.invocationId },
          links: host && host !== parent ? [{ context: host }] : [],
        },
        parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT,
      );
      const traceParent = writeTraceparent(span.spanContext());
      invocationContext.traceContext = { ...invocationContext.traceContext, traceParent };
      return context.with(trace.setSpan(ROOT_CONTEXT, span), async () => {
        try {
          return await functionHandler(...given);
        } catch (error) {
          const message = sanitize(messageOf(error));
          span.setStatus({ code: SpanStatusCode.ERROR, message });
          log({ level: 'error', category: 'user', message, invocationContext });
          throw error;
        } finally {
          span.end();
        }
      });
    };
  };
}
