import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A clock that other processes go by. */
export interface StoryClock {
  /** A process with this in its environment goes by the clock. */
  readonly environment: Record<string, string>;
  /** Shows a time, in milliseconds since 1970. */
  show(time: number): void;
  inHand(): InHand;
  /** Forgets what a receiver had in hand that was killed. */
  letGo(): void;
  close(): void;
}

/** What the receiver is at. */
export interface InHand {
  /** How many invocations that have to do with time: all but those that take in and track events. */
  readonly timely: number;
  /** Since when it has the oldest of those; infinite when there is none. */
  readonly eventSince: number;
}

/** Makes a clock of a file, of three numbers: what it shows, and what the receiver has in hand. */
export function openStoryClock(time: number): StoryClock {
  const directory = mkdtempSync(join(tmpdir(), 'story-clock-'));
  const path = join(directory, 'clock');
  const file = openSync(path, 'w+');
  const write = (numbers: readonly number[], at: number) =>
    writeSync(file, new Float64Array(numbers), 0, 8 * numbers.length, at);
  const clock: StoryClock = {
    environment: { STORY_CLOCK: path, NODE_OPTIONS: `--require "${join(__dirname, 'clocked.cjs')}"` },
    show: (time) => write([Math.floor(time)], 0),
    inHand() {
      const [timely = 0, eventSince = 0] = readNumbers(file);
      return { timely, eventSince };
    },
    letGo: () => write([0, Number.POSITIVE_INFINITY], 8),
    close() {
      closeSync(file);
      rmSync(directory, { recursive: true });
    },
  };
  clock.show(time);
  clock.letGo();
  return clock;
}

function readNumbers(file: number): Float64Array {
  const numbers = new Float64Array(2);
  readSync(file, numbers, 0, 16, 8);
  return numbers;
}
