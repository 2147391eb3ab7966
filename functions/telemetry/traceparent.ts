import type { SpanContext } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';

/** The span that a W3C `traceparent` names; `undefined` for anything else. */
export function readTraceparent(value: unknown): SpanContext | undefined {
  const span = typeof value === 'string' && parseTraceParent(value);
  return span ? { ...span, isRemote: true } : undefined;
}

/** A span as W3C `traceparent` has it. */
export function writeTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}
