import type { Level } from './log.ts';

/** A line of the worker's log, as its hooks are shown it. */
export interface Line {
  readonly level: Level;
  /** `user`: written by a function; `system`: by the worker or the library. */
  readonly category: string;
  readonly message: string;
  readonly hookData: object;
  readonly appHookData: object;
  /** Of the function that wrote it. */
  readonly invocationContext?: unknown;
}

/**
 * Shows a line to the log hooks before it goes to the host, as the worker's WorkerContext.ts: they may change what a
 * function wrote, and one that throws changes nothing.
 */
export function throughLogHooks(hooks: readonly ((line: object) => unknown)[], line: Line): Line {
  const shown = { ...line };
  try {
    for (const hook of hooks) hook(shown);
  } catch {
    return line;
  }
  return line.category === 'user' ? shown : line;
}
