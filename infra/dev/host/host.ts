import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type HostConfig, readHostConfig } from './config.ts';
import { type App, loadApp, type RegisteredFunction } from './core.ts';
import { serveHttp } from './http.ts';
import { triggerOf } from './invoke.ts';
import { describeError, filterLog, type Log, logToConsole } from './log.ts';
import { type Listener, listenToQueue } from './queue.ts';
import { listenToTimer } from './timer.ts';

/**
 * An Azure Functions host for development and tests, in the app's own process. It is not for production.
 *
 * It loads the very bundle that is deployed and answers its `require('@azure/functions-core')`, so functions
 * and hooks register as on Azure, and requests, messages and answers go through the library's own conversion.
 *
 * As the real host: route prefix, routes in order of function name, function keys, 404 for a wrong method, 204
 * for no result, 500 without a body for a thrown error, a chunked body that arrives empty; queue batches,
 * polling back-off, base64, trigger metadata, `visibilityTimeout`, `maxDequeueCount` and `-poison`; NCRONTAB
 * and time span timers; graceful stop.
 *
 * Not as the real host:
 * - a message is locked for `lockSeconds` (30), renewed at half time, instead of 10 minutes: what a killed
 *   host had in hand comes back soon;
 * - it listens on 127.0.0.1 alone, has no `/admin`, and one key opens every function, also of level admin;
 * - bodies up to 10 MB instead of 100; no HTTP streaming, cookies, content negotiation or route constraints;
 * - only HTTP, queue and timer triggers, no further bindings, no retry policies, no function timeout,
 *   no dynamic concurrency, no identity-based connections;
 * - a timer keeps no status between starts, so it is never past due;
 * - an entry point that throws or registers nothing ends the start, where Azure shows an app without functions.
 */
export interface Host {
  /** Where it listens, such as `http://127.0.0.1:7071`. */
  readonly url: string;
  readonly functions: readonly { readonly name: string; readonly trigger: string }[];
  /** Takes nothing new, lets work in hand finish (at most 30 s), then runs the appTerminate hooks. */
  stop(): Promise<void>;
}

export interface HostOptions {
  /** Where the app's package.json and host.json are. */
  readonly directory: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly functionKey: string;
  /** How long a message in hand stays invisible after its host was killed; whole seconds, 30 by default. */
  readonly lockSeconds?: number;
  /** Gets every log call that host.json's default log level lets through; the console by default. */
  readonly log?: Log;
}

const maxStopMs = 30_000;
let hasApp = false;

/**
 * Starts a host; one at a time in a process. Rejects, with nothing left running, when the app cannot be
 * loaded (with what its entry point threw), registers nothing, uses a trigger or a binding that is not
 * supported, misses a connection setting, or when the port is taken (`EADDRINUSE`).
 */
export async function startHost(options: HostOptions): Promise<Host> {
  if (hasApp) throw new Error('this process runs a function app already: one per process');
  hasApp = true;
  try {
    return await start(options);
  } catch (error) {
    hasApp = false;
    throw error;
  }
}

async function start({
  directory,
  port,
  functionKey,
  lockSeconds = 30,
  ...options
}: HostOptions): Promise<Host> {
  process.env.AZURE_FUNCTIONS_ENVIRONMENT ??= 'Development';
  const config = readHostConfig(directory);
  const app = loadApp(directory, filterLog(options.log ?? logToConsole, config.logLevel));
  const http = serveHttp(app, functionsOf(app, 'httptrigger'), { ...config, functionKey });
  const listeners = createListeners(app, config, lockSeconds);

  await app.runHooks('appStart', {
    hookData: {},
    appHookData: app.appHookData,
    functionAppDirectory: directory,
  });
  const { HttpUri } = (await app.model.getCapabilities?.({})) ?? {};
  if (HttpUri) throw new Error('the embedded host has no HTTP streaming: leave enableHttpStream off');
  app.started = true;

  http.server.listen(port, '127.0.0.1');
  await once(http.server, 'listening');
  for (const listener of listeners.values()) listener.start();

  async function shutDown(): Promise<void> {
    const drained = Promise.all([http.drain(), ...[...listeners.values()].map((each) => each.drain())]);
    const inTime = await Promise.race([drained.then(() => true), delay(maxStopMs, false, { ref: false })]);
    if (!inTime) app.log('warning', 'host', 'stopped with work in hand: it took longer than 30 s');
    await app
      .runHooks('appTerminate', { hookData: {}, appHookData: app.appHookData })
      .catch((error) => app.log('error', 'host', describeError(error)));
    http.server.closeAllConnections();
    hasApp = false;
  }

  let stopping: Promise<void> | undefined;
  return {
    url: `http://127.0.0.1:${(http.server.address() as AddressInfo).port}`,
    functions: [...app.functions.keys()].map((name) => ({
      name,
      trigger: http.titles.get(name) ?? listeners.get(name)?.title ?? '',
    })),
    stop() {
      stopping ??= shutDown();
      return stopping;
    },
  };
}

function createListeners(app: App, config: HostConfig, lockSeconds: number): Map<string, Listener> {
  const listeners = new Map<string, Listener>();
  for (const fn of app.functions.values()) {
    const { type } = triggerOf(fn).options;
    const further = Object.values(fn.bindings).find((each) => !/^(http|\w+trigger)$/i.test(each.type));
    if (further) throw new Error(`Function "${fn.name}": the embedded host has no ${further.type} bindings`);
    switch (type.toLowerCase()) {
      case 'httptrigger':
        break;
      case 'queuetrigger':
        listeners.set(fn.name, listenToQueue(app, fn, { ...config.queues, lockSeconds }));
        break;
      case 'timertrigger':
        listeners.set(fn.name, listenToTimer(app, fn));
        break;
      default:
        throw new Error(
          `Function "${fn.name}": the embedded host has no ${type}; it has http, queue and timer`,
        );
    }
  }
  return listeners;
}

function functionsOf(app: App, type: string): RegisteredFunction[] {
  return [...app.functions.values()].filter((fn) => triggerOf(fn).options.type.toLowerCase() === type);
}
