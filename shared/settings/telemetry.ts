import { declared, type Values } from './declared.ts';
import type { Reading } from './reading.ts';

const { mode, endpoint } = declared.telemetry.settings;

/** Whether log lines and spans are exported. Notes an export that goes nowhere. */
export function telemetryOf(reading: Reading<'telemetry'>): Values<'telemetry'>['telemetry']['mode'] {
  const { telemetry } = reading.values;
  if (telemetry.mode === 'otlp' && !reading.has(endpoint)) {
    reading.wrong(endpoint, `is missing, and ${mode.name} is otlp`);
  }
  return telemetry.mode;
}
