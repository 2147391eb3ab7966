import { type Log, logTo } from '../../shared/signals/log.ts';

/** A log that calls this with every line. */
export function logInto(write: (line: string) => void): Log {
  return logTo({ info: write, warn: write, error: write });
}

/** A log that nobody reads. */
export const silentLog = logInto(() => {});
