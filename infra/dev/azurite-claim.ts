import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** The right to a data directory. */
export interface Claim {
  /** Writes down who has it: two Azurites on the same files would lose each other's data. */
  hold(pid: number, queuePort: number): void;
  release(): void;
}

/**
 * Claims a data directory for one Azurite, and makes it. Waits up to 2 s for one that is just ending.
 * Rejects, naming the process, when another Azurite goes on using it.
 */
export async function claimDirectory(directory: string): Promise<Claim> {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'azurite.pid');
  const until = Date.now() + 2000;
  for (let holder = await holderOf(path); holder; holder = await holderOf(path)) {
    if (Date.now() > until) {
      throw new Error(`${directory} is in use by another Azurite, process ${holder}: stop that one first`);
    }
    await delay(100);
  }
  return {
    hold: (pid, queuePort) => writeFileSync(path, `${pid} ${queuePort}`),
    release: () => rmSync(path, { force: true }),
  };
}

/** The process that is written down, if it lives and its port answers: after a restart either may be another's. */
async function holderOf(path: string): Promise<number | undefined> {
  try {
    const [pid, port] = readFileSync(path, 'utf8').split(' ').map(Number) as [number, number];
    process.kill(pid, 0);
    return (await answers(port)) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Whether something takes connections on that port of 127.0.0.1. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}
