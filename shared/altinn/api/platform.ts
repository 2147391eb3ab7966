import { guidPattern } from '../../runtime/guid.ts';
import { type Answer, NoAnswer, parseJson, type Runtime, retryAfter, send } from '../../runtime/http.ts';
import type { AltinnToken } from '../auth/altinn-token.ts';
import { notificationsScope, readScope, writeScope } from '../auth/scopes.ts';
import type { Tokens } from '../auth/tokens.ts';
import type { AltinnEnvironment } from '../environment.ts';
import { AltinnError, noAccess, readProblem } from './altinn-error.ts';
import { makeGate } from './gate.ts';

export type Method = 'GET' | 'POST' | 'DELETE';

export interface Extra {
  readonly query?: URLSearchParams;
  readonly body?: object;
  /** 4 by default; 1 for who comes again later without. */
  readonly maxTries?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Platform {
  readonly environment: AltinnEnvironment;
  /**
   * Makes one of the few requests that are allowed, and gives the answer's body: JSON's value, or else `undefined`.
   * @throws AltinnError for an answer that is no 2xx, and for none at all
   * @throws TokenError
   */
  request(method: Method, path: string, extra?: Extra): Promise<unknown>;
}

interface Deps extends Runtime {
  readonly environment: AltinnEnvironment;
  readonly tokens: Tokens;
  /** Requests a second about letters that this process makes at the most, whoever asks. */
  readonly maxRate?: number;
}

interface Allowed {
  readonly method: Method;
  readonly path: RegExp;
  /** The one `role` that the query may have. */
  readonly role?: 'Sender' | 'Recipient';
  /** Checked on the very token that is sent. */
  readonly scope?: string;
  /** Whether it keeps to `maxRate`. */
  readonly isPaced?: true;
}

const listPath = /^\/correspondence\/api\/v1\/correspondence$/;

/**
 * Every request that is ever made with our token. A letter is only looked at, and only with the write scope: without
 * it Altinn takes the reader for the recipient and records the letter as fetched, and `/content` marks it as read. A
 * list of letters records nothing of any of them, so a recipient may ask for its own without that scope.
 *
 * Source: Altinn/altinn-correspondence, `GetCorrespondenceOverviewHandler`; it publishes no rate limit.
 */
const allowed: readonly Allowed[] = [
  { method: 'GET', path: /^\/events\/api\/v1\/subscriptions(\/\d+)?$/ },
  { method: 'POST', path: /^\/events\/api\/v1\/subscriptions$/ },
  { method: 'DELETE', path: /^\/events\/api\/v1\/subscriptions\/\d+$/ },
  { method: 'GET', path: /^\/events\/api\/v1\/events$/ },
  {
    method: 'GET',
    path: new RegExp(`^/correspondence/api/v1/correspondence/${guidPattern}(/details)?$`),
    scope: writeScope,
    isPaced: true,
  },
  {
    method: 'GET',
    path: new RegExp(`^/correspondence/api/v1/attachment/${guidPattern}/details$`),
    scope: writeScope,
    isPaced: true,
  },
  { method: 'GET', path: listPath, role: 'Sender', scope: writeScope, isPaced: true },
  { method: 'GET', path: listPath, role: 'Recipient', scope: readScope, isPaced: true },
  { method: 'POST', path: /^\/notifications\/api\/v1\/future\/orders$/, scope: notificationsScope },
  {
    method: 'GET',
    path: new RegExp(`^/notifications/api/v1/future/shipment/${guidPattern}$`),
    scope: notificationsScope,
  },
];

/** Makes the way to Altinn's platform: the token, the time-outs, the tries and the pace. */
export function makePlatform({ environment, tokens, maxRate = 10, ...runtime }: Deps): Platform {
  const gate = makeGate(maxRate, runtime);
  return {
    environment,
    async request(method, path, { query, body, maxTries, signal } = {}) {
      const rule = allowed.find((rule) => isOf(rule, method, path, query));
      if (!rule) throw new Error(`${method} ${path} is not among the requests that are made to Altinn`);
      const what = `${method} ${path}`;
      const url = `${environment.platform}${path}${query ? `?${query}` : ''}`;
      const attempt = async (token: AltinnToken) => {
        requireScope(rule.scope, token, what);
        const request = async () => {
          if (rule.isPaced) await gate();
          return { method, ...content(body), headers: headersFor(token, body) };
        };
        return send(url, request, runtime, { maxTries, signal }).catch((error) => {
          if (!(error instanceof NoAnswer)) throw error;
          throw new AltinnError(`Altinn could not be reached by ${what} (${error.message})`, {});
        });
      };
      const token = await tokens.current();
      let answer = await attempt(token);
      if (answer.status === 401 && readProblem(answer).errorCode !== noAccess) {
        answer = await attempt(await tokens.renew(token));
      }
      if (answer.status < 200 || answer.status > 299) throw errorOf(answer, what, runtime);
      return parseJson(answer.text);
    },
  };
}

function isOf(rule: Allowed, method: Method, path: string, query?: URLSearchParams): boolean {
  if (rule.method !== method || !rule.path.test(path)) return false;
  const roles = query?.getAll('role') ?? [];
  return rule.role === undefined || (roles.length === 1 && roles[0] === rule.role);
}

function requireScope(scope: string | undefined, token: AltinnToken, what: string): void {
  if (!scope || token.scopes.includes(scope)) return;
  const danger = ', and without it Altinn would take us for the recipient and mark the letter as fetched';
  throw new AltinnError(
    `${what} was not sent: the token lacks the scope ${scope}${scope === writeScope ? danger : ''}`,
    { status: 403, reason: `the token lacks the scope ${scope}` },
  );
}

const content = (body: object | undefined) => (body ? { body: JSON.stringify(body) } : {});

function headersFor(token: AltinnToken, body: object | undefined): Record<string, string> {
  return {
    accept: 'application/json, application/cloudevents+json',
    authorization: token.authorization(),
    ...(body && { 'content-type': 'application/json' }),
  };
}

function errorOf(answer: Answer, what: string, runtime: Runtime): AltinnError {
  const { errorCode, reason } = readProblem(answer);
  const wait = retryAfter(answer.headers, runtime);
  const code = errorCode === undefined ? '' : ` with code ${errorCode}`;
  return new AltinnError(`Altinn answered ${answer.status}${code} to ${what}${reason ? `: ${reason}` : ''}`, {
    status: answer.status,
    errorCode,
    reason,
    retryAfter: wait === undefined ? undefined : Math.ceil(wait / 1_000),
  });
}
