import { randomBytes } from 'node:crypto';

const pattern = /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}$/;

/** A new W3C trace context, for what begins here. Source: W3C, "Trace Context", `traceparent`. */
export function newTraceparent(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
}

/** The trace id of a trace context: 32 hexadecimal digits, the same from the webhook's request to the channel's call. */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  return pattern.exec(traceparent ?? '')?.[1];
}
