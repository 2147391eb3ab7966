import type { DiagLogger } from '@opentelemetry/api';
import { sanitize } from '../../shared/runtime/sanitize.ts';

/** Milliseconds between two warnings, for a collector that is down fails every few seconds. */
const betweenMs = 600_000;

/** Says by stderr, which the host logs itself, that the export fails: the first time, and every ten minutes. */
export function diagnostics(
  write: (line: string) => unknown = (line) => process.stderr.write(line),
  now = Date.now,
): DiagLogger {
  let last = Number.NEGATIVE_INFINITY;
  const silent = () => {};
  const warn = (message: string) => {
    if (now() - last < betweenMs) return;
    last = now();
    write(`Warning: OpenTelemetry: ${sanitize(message)}\n`);
  };
  return { error: warn, warn, info: silent, debug: silent, verbose: silent };
}
