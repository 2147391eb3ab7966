import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { claimDirectory } from './azurite-claim.ts';

/** The account and the key that every storage emulator has; they are public and open nothing else. */
const standardAccount = 'devstoreaccount1';
const standardKey =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface AzuriteOptions {
  /** Where the data is kept, one Azurite at a time; without it the data lives in memory and ends with it. */
  readonly directory?: string;
  /** Each port is a free one when it is not given. */
  readonly blobPort?: number;
  readonly queuePort?: number;
  readonly tablePort?: number;
  /** Names of accounts besides the standard one, so that tests can share an Azurite and no data. */
  readonly accounts?: readonly string[];
  /** What its environment has besides this one's. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Azurite {
  readonly pid: number;
  /** Of the standard account, or of one of the `accounts`. */
  connectionString(account?: string): string;
  /** Lets it write its data and end; killed when that takes more than 10 s. */
  stop(): Promise<void>;
}

/**
 * Starts Azurite as a child process and resolves when blob, queue and table listen on 127.0.0.1. It ends when
 * this process ends, however that happens, and a Ctrl-C in the terminal does not reach it.
 * Rejects when a port is taken (`code: 'EADDRINUSE'`), the directory is in use, or it ends before it listens.
 */
export async function startAzurite(options: AzuriteOptions = {}): Promise<Azurite> {
  const { directory, blobPort = 0, queuePort = 0, tablePort = 0, accounts = [], environment } = options;
  const claim = directory === undefined ? undefined : await claimDirectory(directory);
  const require = createRequire(__filename);
  const child = spawn(
    process.execPath,
    [
      ...['--require', join(__dirname, 'azurite-leash.cjs')],
      ...(directory === undefined ? ['--require', join(__dirname, 'azurite-no-sweep.cjs')] : []),
      require.resolve('azurite/dist/src/azurite.js'),
      ...['blob', 'queue', 'table'].map((service) => `--${service}Host=127.0.0.1`),
      ...[`--blobPort=${blobPort}`, `--queuePort=${queuePort}`, `--tablePort=${tablePort}`],
      ...['--skipApiVersionCheck', '--disableTelemetry', '--silent'],
      ...(directory === undefined ? ['--inMemoryPersistence'] : ['--location', directory]),
    ],
    {
      // A group of its own: the terminal's Ctrl-C must not end it before the host is done with it.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...process.env,
        ...environment,
        AZURITE_ACCOUNTS: [standardAccount, ...accounts].map((name) => `${name}:${standardKey}`).join(';'),
      },
    },
  );
  const { blob, queue, table } = await listening(child);
  claim?.hold(child.pid as number, Number(new URL(queue as string).port));
  return {
    pid: child.pid as number,
    connectionString(account = standardAccount) {
      const endpoints = `BlobEndpoint=${blob}/${account};QueueEndpoint=${queue}/${account};TableEndpoint=${table}/${account};`;
      return `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${standardKey};${endpoints}`;
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        if (child.connected) child.disconnect();
        const ended = await Promise.race([once(child, 'exit'), delay(10_000, undefined, { ref: false })]);
        if (!ended) child.kill('SIGKILL');
      }
      claim?.release();
    },
  };
}

/** Reads the addresses from what Azurite prints; the table's is the last. */
async function listening(child: ChildProcess): Promise<Record<string, string>> {
  const addresses: Record<string, string> = {};
  let output = '';
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output = (output + chunk).slice(-10_000);
      for (const [, service, url] of output.matchAll(
        /Azurite (\w+) service is successfully listening at (\S+)\n/g,
      )) {
        addresses[(service as string).toLowerCase()] = url as string;
      }
      if (addresses.table) resolve(addresses);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('close', (code) => reject(whyEnded(output, code)));
  });
}

function whyEnded(output: string, code: number | null): Error {
  const port = /EADDRINUSE\D*?[\d.]+:(\d+)/.exec(output)?.[1];
  if (port) return Object.assign(new Error(`Azurite's port ${port} is taken`), { code: 'EADDRINUSE' });
  return new Error(`Azurite ended (${code}) before it listened: ${output.trim().split('\n').at(-1)}`);
}
