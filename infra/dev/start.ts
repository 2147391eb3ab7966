import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import type { Azurite } from './azurite.ts';
import { findEntryPoint } from './host/entry-point.ts';
import { type Host, startHost } from './host/host.ts';
import { describeError } from './host/log.ts';
import { sampleEvent } from './sample-event.ts';
import { readStartSettings, StartError } from './start-settings.ts';
import { openStorage } from './start-storage.ts';

// npm passes on the terminal's Ctrl-C, which has come here already: one key press can be two signals.
const samePress = 500;

/** Where the settings are and Azurite's data goes. */
const directory = process.cwd();
/** The folder that is deployed. */
const app = process.argv[2] ?? 'dist';
let azurite: Azurite | undefined;
let host: Host | undefined;
let stoppingSince: number | undefined;

async function start(): Promise<void> {
  console.log('Embedded Azure Functions host, for development and tests only.');
  const { port, functionKey, lockSeconds } = readStartSettings(directory);
  findEntryPoint(app);
  await checkPort(port);
  azurite = await openStorage(directory);
  console.log('Starting the function app …');
  host = await startHost({ directory: app, port, functionKey, lockSeconds });
  for (const { name, trigger } of host.functions) console.log(`  ${name}: ${trigger}`);
  console.log(welcome(new URL(host.url).port, encodeURIComponent(functionKey)));
}

function welcome(port: string, key: string): string {
  const base = `http://localhost:${port}/api`;
  const id = randomUUID();
  const event = sampleEvent('correspondencepublished', {
    subject: 'urn:altinn:organization:identifier-no:991825827',
    resourceinstance: id,
  });
  return `
Ready. The webhook: ${base}/events?code=${key}

Send it an event:
  curl -i "${base}/events?code=${key}" -H "Content-Type: application/json" -d '${JSON.stringify(event)}'
See what became of it:
  curl "${base}/correspondences/${id}?code=${key}"
Or one event of every known type, for one letter:
  npm run send -- --all
Health: ${base}/health

Ctrl-C stops it.
`;
}

/** Looks before anything is started, so that a taken port is the first and the only thing to be said. */
async function checkPort(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve()));
  }).catch((error) => {
    throw portError(error, port);
  });
}

function portError({ code, message }: NodeJS.ErrnoException, port: number): StartError {
  const reason = code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${message})`;
  return new StartError(`Port ${port} ${reason}. Choose another, such as: PORT=7072 npm start`);
}

async function stop(): Promise<void> {
  await host?.stop();
  await azurite?.stop();
}

async function fail(error: unknown): Promise<never> {
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number };
  const isBug = error instanceof TypeError || error instanceof ReferenceError || error instanceof SyntaxError;
  const taken = code === 'EADDRINUSE' && port !== undefined;
  console.error(taken ? portError(error as Error, port).message : isBug ? describeError(error) : message);
  await stop();
  process.exit(1);
}

function onSignal(): void {
  if (stoppingSince !== undefined) {
    if (Date.now() - stoppingSince > samePress) process.exit(1);
    return;
  }
  stoppingSince = Date.now();
  console.log('\nStopping: work in hand is finished first. Ctrl-C once more stops at once.');
  stop().then(() => process.exit(0), fail);
}

/** npm ends the shell that it runs a script in, and what the shell started knows it by its new parent alone. */
function stopWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent && stoppingSince === undefined) onSignal();
  }, 500).unref();
}

process.on('SIGINT', onSignal);
process.on('SIGTERM', onSignal);
if (process.env.npm_lifecycle_event) stopWithParent();
start().catch(fail);
