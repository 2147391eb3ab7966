import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { inject } from 'vitest';
import { type AppProcess, startAppProcess } from '../../infra/dev/app-process.ts';
import { until } from './until.ts';

export type App = AppProcess;

/** So that no test waits for a timer of minutes. */
const quick = {
  LOCAL_FUNCTION_KEY: 'test-key',
  FOLLOW_UP_SCHEDULE: '* * * * * *',
  FOLLOW_UP_LEASE: 'PT12S',
  // What an owner has at the root is not what the product is tried with.
  FOLLOW_UP_POLICY: 'none',
};

/** The app with settings of its own; `AzureWebJobsStorage` is needed. All it prints is looked at after the suite. */
export function startApp(settings: Record<string, string>): Promise<App> {
  const log = join(inject('outputDirectory'), `${randomUUID()}.log`);
  return startAppProcess({ ...quick, ...settings }, log);
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

export interface Post {
  readonly headers?: Record<string, string>;
  readonly key?: string | undefined;
  readonly path?: string;
  readonly method?: string;
}

/** Posts a body as Altinn Events does. */
export function post(
  app: Pick<App, 'url'>,
  body: string | Buffer | object,
  options: Post = {},
): Promise<Answer> {
  const { headers, key = 'test-key', path = '/api/events', method = 'POST' } = options;
  const content = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return send(`${app.url}${path}?code=${key}`, method, content, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(content)),
    ...headers,
  });
}

export function get(app: Pick<App, 'url'>, path: string, key = 'test-key'): Promise<Answer> {
  return send(`${app.url}${path}?code=${key}`, 'GET', '', {});
}

function send(
  url: string,
  method: string,
  content: string | Buffer,
  headers: Record<string, string>,
): Promise<Answer> {
  const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers: given }, async (response) => {
      const body = await text(response).catch(reject);
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: body ?? '' });
    });
    outgoing.on('error', reject).end(content);
  });
}

/** The status of a letter, once `ready` says that it has come so far. */
export async function statusOf(
  app: Pick<App, 'url'>,
  id: string,
  ready: (status: Status) => unknown = () => true,
  collection = 'correspondences',
): Promise<Status> {
  return until(async () => {
    const { status, body } = await get(app, `/api/${collection}/${id}`);
    if (status !== 200) return undefined;
    const parsed = JSON.parse(body) as Status;
    return ready(parsed) ? parsed : undefined;
  }, `${collection}/${id}`);
}

export interface Status {
  readonly recipient?: string;
  readonly status: string;
  readonly facts: Record<string, string>;
  readonly timeline: { id: string; type: string; time: string; receivedAt: string }[];
  readonly followUps: {
    kind: string;
    state: string;
    openedAt: string;
    notifiedAt?: string;
    closedAt?: string;
    reason?: string;
    waitingFor?: string;
    tries?: number;
  }[];
}
