import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the queue triggers read from `extensions.queues` of host.json. Times are in milliseconds. */
export interface QueueOptions {
  readonly batchSize: number;
  readonly newBatchThreshold: number;
  readonly maxDequeueCount: number;
  readonly maxPollingInterval: number;
  readonly visibilityTimeout: number;
  readonly base64: boolean;
}

export interface HostConfig {
  readonly routePrefix: string;
  readonly logLevel: string;
  readonly queues: QueueOptions;
}

interface HostJson {
  extensions?: {
    http?: { routePrefix?: string };
    queues?: {
      batchSize?: number;
      newBatchThreshold?: number;
      maxDequeueCount?: number;
      maxPollingInterval?: string | number;
      visibilityTimeout?: string | number;
      messageEncoding?: string;
    };
  };
  logging?: { logLevel?: { default?: string } };
}

/**
 * Reads `<directory>/host.json`; what it leaves out gets the real host's default (QueuesOptions.cs of the
 * storage extension). Throws when it is not JSON or holds a value that the real host refuses.
 */
export function readHostConfig(directory: string): HostConfig {
  const path = join(directory, 'host.json');
  if (!existsSync(path)) throw new Error(`${path} is missing: a function app needs one`);
  const { extensions, logging } = parse(path);
  const queues = { ...extensions?.queues, ...overridesOf('extensions__queues') };
  const batchSize = Number(queues.batchSize ?? 16);
  if (!(batchSize >= 1 && batchSize <= 32)) throw new Error(`${path}: queues.batchSize must be 1 to 32`);
  const maxDequeueCount = Number(queues.maxDequeueCount ?? 5);
  if (!(maxDequeueCount >= 1)) throw new Error(`${path}: queues.maxDequeueCount must be at least 1`);
  return {
    routePrefix: extensions?.http?.routePrefix ?? 'api',
    logLevel: logging?.logLevel?.default ?? 'Information',
    queues: {
      batchSize,
      newBatchThreshold: Number(queues.newBatchThreshold ?? Math.floor(batchSize / 2)),
      maxDequeueCount,
      maxPollingInterval: Math.max(100, timeSpan(queues.maxPollingInterval ?? '00:01:00')),
      visibilityTimeout: timeSpan(queues.visibilityTimeout ?? 0),
      base64: (queues.messageEncoding ?? 'base64').toLowerCase() !== 'none',
    },
  };
}

/** Values of host.json that app settings replace, `AzureFunctionsJobHost__extensions__queues__batchSize` say. */
function overridesOf(section: string): Record<string, string> {
  const prefix = `azurefunctionsjobhost__${section}__`.toLowerCase();
  const given = Object.entries(process.env).filter(([name]) => name.toLowerCase().startsWith(prefix));
  return Object.fromEntries(given.map(([name, value]) => [name.slice(prefix.length), value as string]));
}

function parse(path: string): HostJson {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as HostJson;
  } catch (error) {
    throw new Error(`${path} is not valid JSON: ${(error as Error).message}`);
  }
}

/** A .NET TimeSpan (`[d.]hh:mm:ss[.fff]`), or a number of milliseconds, in milliseconds. Throws on neither. */
export function timeSpan(value: string | number): number {
  if (typeof value === 'number') return value;
  const [, days = 0, hours, minutes, seconds] =
    /^(?:(\d+)\.)?(\d{1,2}):(\d{1,2}):(\d{1,2}(?:\.\d+)?)$/.exec(value) ?? [];
  if (seconds === undefined) throw new Error(`"${value}" is not a time span such as 00:00:30`);
  return Math.round((((+days * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000);
}

/** Puts the environment's values in place of `%NAME%`. Throws, naming the setting, when one is not set. */
export function resolveSettings(text: string): string {
  return text.replace(/%([^%]+)%/g, (_, name: string) => {
    const value = process.env[name];
    if (value === undefined) throw new Error(`"${text}" needs the setting ${name}, which is not set`);
    return value;
  });
}
