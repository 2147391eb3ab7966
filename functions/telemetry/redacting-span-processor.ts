import type { Attributes } from '@opentelemetry/api';
import { BatchSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { redactPersons } from '../../shared/runtime/redact.ts';
import { redactAddress, sanitize } from '../../shared/runtime/sanitize.ts';

/** Batches spans for export once nothing personal and no key is in them. All of them pass here. */
export class RedactingSpanProcessor extends BatchSpanProcessor {
  override onEnd(span: ReadableSpan): void {
    for (const { attributes } of [span, ...span.events]) if (attributes) redactAttributes(attributes);
    if (span.status.message) span.status.message = sanitize(span.status.message);
    super.onEnd(span);
  }
}

/** Leaves queries out: they hold function keys, storage's signatures and filters, and whom Altinn is asked about. */
function redactAttributes(attributes: Attributes): void {
  delete attributes['url.query'];
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value !== 'string') continue;
    const text = name.startsWith('url.') ? value.replace(/[?#].*$/s, '') : value;
    attributes[name] = redactPersons(redactAddress(text));
  }
}
