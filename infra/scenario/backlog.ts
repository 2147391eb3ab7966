import { setTimeout as delay } from 'node:timers/promises';
import { countMessages } from './stored.ts';

/** Azurite gives out a deep queue's messages ever more slowly: some thousand of them, and it hardly gets anywhere. */
const deep = 200;

export interface Backlog {
  /** Whether the receiver has more events in hand than it should. */
  readonly isDeep: boolean;
  stop(): Promise<void>;
}

/** Watches how many events are on the receiver's queue. */
export function watchBacklog(connectionString: string): Backlog {
  const ended = new AbortController();
  let isDeep = false;
  const watch = async () => {
    while (!ended.signal.aborted) {
      const count = await countMessages(connectionString, ['correspondence-events']).catch(() => 0);
      isDeep = count > deep;
      await delay(100, undefined, { signal: ended.signal }).catch(() => {});
    }
  };
  const watching = watch();
  return {
    get isDeep() {
      return isDeep;
    },
    stop() {
      ended.abort();
      return watching;
    },
  };
}
