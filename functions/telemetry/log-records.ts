import type { LogHookContext, LogLevel } from '@azure/functions';
import type { LoggerProvider } from '@opentelemetry/sdk-logs';

/** OpenTelemetry's numbers of the levels. What is below them is left out, as host.json does. */
const severities: Partial<Record<LogLevel, number>> = {
  information: 9,
  warning: 13,
  error: 17,
  critical: 21,
};

/** The worker's own lines (`system`) are left out below warnings. */
const least = { user: 9, system: 13, customMetric: Number.POSITIVE_INFINITY } as const;

/** Makes a log record of each line, in the trace of its invocation. The lines are redacted where they are written. */
export function makeLogRecords(logs: LoggerProvider) {
  const logger = logs.getLogger('altinn-correspondence-events');
  return ({
    level,
    category,
    message,
    invocationContext,
  }: Pick<LogHookContext, 'level' | 'category' | 'message' | 'invocationContext'>): void => {
    const severityNumber = severities[level] ?? 0;
    if (severityNumber < least[category]) return;
    logger.emit({
      severityNumber,
      severityText: level,
      body: message,
      attributes: {
        ...(invocationContext && {
          'faas.name': invocationContext.functionName,
          'faas.invocation_id': invocationContext.invocationId,
        }),
      },
    });
  };
}
