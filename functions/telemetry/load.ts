import { app } from '@azure/functions';
import { messageOf } from '../../shared/runtime/message-of.ts';
import type { Configuration } from '../../shared/settings/configuration.ts';

/**
 * Starts OpenTelemetry where the settings ask for it. It is a bundle of its own, `dist/telemetry.js`, so that it takes
 * no time of a start without it.
 * @returns what to warn of: where it does not start, the app works without, and the host goes on taking the log
 */
export function loadTelemetry(telemetry: Configuration['telemetry']): string[] {
  if (telemetry === 'off') return [];
  try {
    const { startTelemetry } = require('./telemetry.js') as typeof import('./start.ts');
    startTelemetry(app);
    return [];
  } catch (error) {
    return [`OpenTelemetry did not start: ${messageOf(error)}`];
  }
}
