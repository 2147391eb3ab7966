import Module, { createRequire } from 'node:module';
import { findEntryPoint } from './entry-point.ts';
import type { Level, Log } from './log.ts';
import { type Line, throughLogHooks } from './log-hooks.ts';

// The part of `@azure/functions-core` that the library uses. It has no package and so no types of its own:
// see types-core/index.d.ts of Azure/azure-functions-nodejs-worker.
export interface TypedData {
  string?: string;
  json?: string;
  bytes?: Uint8Array;
  int?: number;
  double?: number;
  http?: HttpData;
}
interface Nullable {
  value: string;
}
export interface HttpData {
  url?: string;
  method?: string;
  nullableHeaders?: Record<string, Nullable>;
  nullableQuery?: Record<string, Nullable>;
  nullableParams?: Record<string, Nullable>;
  body?: TypedData | null;
  statusCode?: string;
  headers?: Record<string, string>;
  cookies?: unknown[];
}
export interface Binding {
  type: string;
  direction: 'in' | 'out';
  [option: string]: unknown;
}
export type Callback = (...args: unknown[]) => unknown;
export interface RegisteredFunction {
  readonly name: string;
  readonly bindings: Record<string, Binding>;
  readonly callback: Callback;
}
export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: Callback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<{ returnValue?: TypedData | null }>;
}
interface ProgrammingModel {
  getInvocationModel(context: object): InvocationModel;
  getCapabilities?(capabilities: Record<string, string>): Promise<Record<string, string>>;
}
type HookCallback = (context: object) => unknown;
const hookNames = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation', 'log'];

class Disposable {
  static from(...all: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const each of all) each.dispose();
    });
  }
  readonly dispose: () => unknown;
  constructor(dispose: () => unknown) {
    this.dispose = dispose;
  }
}

/** A loaded function app: what its entry point registered. */
export class App {
  readonly functions = new Map<string, RegisteredFunction>();
  readonly hooks = new Map<string, HookCallback[]>(hookNames.map((name) => [name, []]));
  readonly appHookData = {};
  readonly log: Log;
  started = false;

  constructor(log: Log) {
    this.log = log;
  }

  /** Runs the hooks of that name, in the order they were registered; one that throws stops the rest. */
  async runHooks(name: string, context: object): Promise<void> {
    for (const hook of this.hooks.get(name) ?? []) await hook(context);
  }

  /** A line of the worker's, through the log hooks. */
  workerLog(source: string, line: Omit<Line, 'appHookData'>): void {
    const hooks = this.hooks.get('log') ?? [];
    const { level, message } = throughLogHooks(hooks, { ...line, appHookData: this.appHookData });
    this.log(level, source, message);
  }

  get model(): ProgrammingModel {
    if (!model) throw new Error('the app did not load @azure/functions');
    return model;
  }
}

// The library asks for the core once per process, so these outlive an app.
let app: App | undefined;
let model: ProgrammingModel | undefined;

const core = {
  version: '3.12.0',
  hostVersion: '4.1041.0',
  Disposable,
  setProgrammingModel: (value: ProgrammingModel) => {
    model = value;
  },
  getProgrammingModel: () => model,
  log: (level: Level, category: string, message: string) =>
    app?.workerLog('host', { level, category, message, hookData: {} }),
  registerHook(name: string, hook: HookCallback): Disposable {
    const hooks = app?.hooks.get(name);
    if (!hooks) throw new RangeError(`The embedded host runs no "${name}" hooks`);
    hooks.push(hook);
    return new Disposable(() => {
      if (hooks.includes(hook)) hooks.splice(hooks.indexOf(hook), 1);
    });
  },
  registerFunction(metadata: { name: string; bindings: Record<string, Binding> }, callback: Callback) {
    if (!app || app.started) throw new Error('A function can only be registered during app startup.');
    const { functions } = app;
    const isDisabled = process.env[`AzureWebJobs.${metadata.name}.Disabled`]?.toLowerCase() === 'true';
    if (!isDisabled) functions.set(metadata.name, { ...metadata, callback });
    return new Disposable(() => functions.delete(metadata.name));
  },
};

/** Answers `require('@azure/functions-core')` in this process, as the worker does (its setupCoreModule.ts). */
function answerCoreRequire(): void {
  const original = Module.prototype.require as typeof Module.prototype.require & { answersCore?: boolean };
  if (original.answersCore) return;
  const patched = function (this: NodeJS.Module, id: string): unknown {
    return id === '@azure/functions-core' ? core : Reflect.apply(original, this, [id]);
  };
  Module.prototype.require = Object.assign(patched, { answersCore: true }) as typeof original;
}

/**
 * Loads the app in `directory` from the `main` of its package.json, afresh each time.
 * Throws what the entry point throws, and when the entry point is missing or registers no function.
 */
export function loadApp(directory: string, log: Log): App {
  const entry = findEntryPoint(directory);
  answerCoreRequire();
  app = new App(log);
  const load = createRequire(entry);
  delete load.cache[load.resolve(entry)];
  load(entry);
  if (app.functions.size === 0) throw new Error(`${entry} registered no functions`);
  return app;
}
