import { setTimeout as delay } from 'node:timers/promises';
import type { Runtime } from '../../../shared/runtime/http.ts';
import { AzureError } from '../client/azure-error.ts';

/** Milliseconds: Azure gives a new role assignment ten minutes to be effective. */
export const patience = 10 * 60_000;
/** Milliseconds between two tries. */
const pause = 15_000;

/** What is not yet so, and may become so by itself. */
export class NotYet extends Error {
  override name = 'NotYet';
}

export interface Patient extends Runtime {
  /** A line of progress. */
  readonly tell: (line: string) => void;
}

/**
 * Tries until it works, for ten minutes at the most, and tells of each try that did not.
 * @throws what the last try threw, and at once what no waiting can help
 */
export async function patiently<T>(
  work: () => Promise<T>,
  { tell, now = Date.now, sleep = delay }: Patient,
): Promise<T> {
  const start = now();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const waited = now() - start;
      if (!isEarly(error) || waited + pause > patience) throw error;
      const seconds = Math.round(waited / 1_000);
      tell(`Waiting (${seconds} s of ${patience / 1_000} s): ${(error as Error).message}`);
      await sleep(pause);
    }
  }
}

/** A role that was assigned a minute ago looks like none. */
function isEarly(error: unknown): boolean {
  return (
    error instanceof NotYet ||
    (error instanceof AzureError && (error.mayPass || error.code === 'ForbiddenByRbac'))
  );
}
