/** The levels of the library, least important first. */
const levels = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'] as const;

export type Level = (typeof levels)[number];

/** Takes one log call: its level, the function it came from (or `host`) and its text. */
export type Log = (level: Level, source: string, message: string) => void;

/**
 * One log call as `<time> <level> <function> <message>`: errors and warnings to stderr, the rest to stdout.
 * Lines after the first (a stack) are indented, so that every entry still begins with its time.
 */
export const logToConsole: Log = (level, source, message) => {
  const line = `${new Date().toISOString()} ${level} ${source} ${message.replace(/\r?\n/g, '\n    ')}`;
  // The console, unlike the streams under it, outlives a reader that went away.
  if (levels.indexOf(level) >= levels.indexOf('warning')) console.error(line);
  else console.log(line);
};

/** Passes on what is at least as important as `threshold`; an unknown threshold counts as `information`. */
export function filterLog(log: Log, threshold: string): Log {
  const known = (levels as readonly string[]).indexOf(threshold.toLowerCase());
  const least = known < 0 ? levels.indexOf('information') : known;
  return (level, source, message) => {
    if (levels.indexOf(level) >= least) log(level, source, message);
  };
}

/** What to print of something thrown: the stack, which begins with the message, and never its other fields. */
export function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The message alone, for a condition that is expected to happen and needs no stack. */
export function reasonOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return (message || code || String(error)).split('\n', 1)[0] ?? '';
}
