import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { type Altinn, type AltinnOptions, startAltinn } from '../../infra/simulator/altinn.ts';
import type { ClientRegistration } from '../../infra/simulator/maskinporten/clients.ts';

export const owner = '991825827';
export const recipient = '310000001';
export const resource = 'urn:altinn:resource:altinn-local-letters';

export const ownerScopes = 'altinn:events.subscribe altinn:serviceowner altinn:correspondence.write';
export const reminderScope = 'altinn:serviceowner/notifications.create';
export const recipientScopes = 'altinn:events.subscribe altinn:correspondence.read';

export interface TestClient extends ClientRegistration {
  readonly privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
}

const keys = generateKeyPair('RS256', { extractable: true });

/** A client of Maskinporten; all share one key, since making one takes a while. */
export async function makeClient(changes: Partial<ClientRegistration> = {}): Promise<TestClient> {
  const { privateKey, publicKey } = await keys;
  const { n, e } = await exportJWK(publicKey);
  return {
    clientId: 'test-client',
    publicJwk: { kty: 'RSA', kid: 'test-key', n: n as string, e: e as string },
    scopes: [...ownerScopes.split(' '), 'altinn:correspondence.read', reminderScope],
    organization: owner,
    serviceOwner: 'ttd',
    ...changes,
    privateKey,
  };
}

/** An Altinn on a clock that stands still, unless it is asked for otherwise. */
export async function startTestAltinn(options: AltinnOptions = {}): Promise<Altinn & { client: TestClient }> {
  const client = await makeClient();
  const { privateKey: _, ...registration } = client;
  const altinn = await startAltinn({ timeScale: 0, seed: 1, clients: [registration], ...options });
  return { ...altinn, client };
}

export interface AssertionChanges {
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
  readonly key?: TestClient['privateKey'] | Uint8Array;
}

/** An assertion that is right, but for the changes; a claim that is `undefined` is left out. */
export async function assertion(
  { maskinportenUrl }: Altinn,
  { clientId, publicJwk, privateKey }: TestClient,
  scope: string,
  { claims = {}, header = {}, key = privateKey }: AssertionChanges = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const all = {
    iss: clientId,
    aud: maskinportenUrl,
    scope,
    iat: now,
    exp: now + 120,
    jti: randomUUID(),
    ...claims,
  };
  return new SignJWT(JSON.parse(JSON.stringify(all)))
    .setProtectedHeader({ alg: 'RS256', kid: publicJwk.kid as string, ...header })
    .sign(key);
}

export function requestToken({ maskinportenUrl }: Altinn, jwt: string): Promise<Response> {
  return fetch(`${maskinportenUrl}token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: jwt,
    }),
  });
}

/** The claim of a system user. */
export const systemUser = (organization: string) => ({
  authorization_details: [
    {
      type: 'urn:altinn:systemuser',
      systemuser_org: { authority: 'iso6523-actorid-upis', ID: `0192:${organization}` },
    },
  ],
});

/** An Altinn token; throws what Maskinporten answered when there is none. */
export async function altinnToken(
  altinn: Altinn,
  client: TestClient,
  scope = ownerScopes,
  claims: Record<string, unknown> = {},
): Promise<string> {
  const granted = await requestToken(altinn, await assertion(altinn, client, scope, { claims }));
  const { access_token, error_description } = (await granted.json()) as Record<string, string>;
  if (!access_token) throw new Error(error_description);
  const exchanged = await fetch(`${altinn.url}/authentication/api/v1/exchange/maskinporten`, {
    headers: { authorization: `Bearer ${access_token}` },
  });
  return exchanged.text();
}

export type Api = (method: string, path: string, body?: unknown) => Promise<Response>;

/** Calls the platform with a token. */
export function apiOf({ url }: Altinn, token?: string): Api {
  return (method, path, body) =>
    fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
}

export interface Arrival {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: Record<string, string>;
  /** By the simulated clock. */
  readonly at: number;
}

export interface Endpoint {
  readonly url: string;
  /** The events that came, validation events left out. */
  readonly arrivals: Arrival[];
  /** The validation events that came. */
  readonly validations: Arrival[];
  /** What to answer; it may answer by itself and give nothing. */
  answer: (arrival: Arrival, response: ServerResponse) => number | undefined | Promise<number | undefined>;
  stop(): Promise<void>;
}

/** An endpoint for Altinn to push to, that answers 200. */
export async function startEndpoint({ simulator }: Altinn): Promise<Endpoint> {
  const [arrivals, validations]: [Arrival[], Arrival[]] = [[], []];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const { method = '', url: path = '', headers } = request;
    const event = body === '' ? {} : JSON.parse(body);
    const arrival = { method, path, headers, body, event, at: simulator.clock.now() };
    (event.type === 'platform.events.validatesubscription' ? validations : arrivals).push(arrival);
    const status = await endpoint.answer(arrival, response);
    if (status !== undefined) response.writeHead(status).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const endpoint: Endpoint = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/events?code=secret`,
    arrivals,
    validations,
    answer: () => 200,
    stop() {
      server.closeAllConnections();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
  return endpoint;
}

/** Subscribes and waits until the subscription is validated. */
export async function subscribe(
  altinn: Altinn,
  token: string,
  request: Record<string, unknown>,
): Promise<{ id: number }> {
  const answer = await apiOf(altinn, token)('POST', '/events/api/v1/subscriptions', {
    resourceFilter: resource,
    ...request,
  });
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  await altinn.simulator.sender.settled();
  return answer.json() as Promise<{ id: number }>;
}
