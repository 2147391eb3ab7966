import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Api,
  altinnToken,
  apiOf,
  type Endpoint,
  makeClient,
  owner,
  recipient,
  recipientScopes,
  resource,
  startEndpoint,
  startTestAltinn,
  subscribe,
  systemUser,
} from '../../support/simulator.ts';

const path = '/events/api/v1/subscriptions';
const subject = `urn:altinn:organization:identifier-no:${recipient}`;

let altinn: Awaited<ReturnType<typeof startTestAltinn>>;
let endpoint: Endpoint;
let token: string;
let api: Api;
/** A system user of the recipient. */
let recipientApi: Api;

beforeAll(async () => {
  altinn = await startTestAltinn();
  token = await altinnToken(altinn, altinn.client);
  api = apiOf(altinn, token);
  const claims = systemUser(recipient);
  recipientApi = apiOf(altinn, await altinnToken(altinn, altinn.client, recipientScopes, claims));
});
beforeEach(async () => {
  endpoint = await startEndpoint(altinn);
  return () => endpoint.stop();
});
afterAll(() => altinn.stop());

describe('a refusal', () => {
  const endPoint = 'https://example.no/hook';
  it.each<[string, unknown, number, unknown]>([
    ['no endpoint', { resourceFilter: resource }, 400, 'Missing or invalid endpoint to push events towards'],
    ['a relative endpoint', { endPoint: '/hook' }, 400, 'Missing or invalid endpoint to push events towards'],
    [
      'http to the world',
      { endPoint: 'http://example.no/hook' },
      400,
      'Missing or invalid endpoint to push events towards',
    ],
    ['no URN', { endPoint, resourceFilter: 'letters' }, 400, 'Resource filter must be a valid urn'],
    [
      'upper case',
      { endPoint, resourceFilter: 'urn:altinn:Resource:x' },
      400,
      'Resource filter must be a valid urn',
    ],
    ['no resource filter', { endPoint, sourceFilter: 'https://x.no' }, 400, 'Resource filter is required.'],
    [
      'a source filter',
      { endPoint, resourceFilter: resource, sourceFilter: 'https://x.no', alternativeSubjectFilter: 'x' },
      400,
      'Source filter is not supported for subscriptions on this resource.',
    ],
    [
      'an alternative subject filter',
      { endPoint, resourceFilter: resource, alternativeSubjectFilter: '/person/1', includeSubunits: true },
      400,
      'AlternativeSubject filter is not supported for subscriptions on this resource.',
    ],
    [
      'subunits of nobody',
      { endPoint, resourceFilter: 'urn:altinn:resource:others', includeSubunits: true },
      400,
      'IncludeSubunits requires a subject filter.',
    ],
    [
      "another's resource",
      { endPoint, resourceFilter: 'urn:altinn:resource:others' },
      403,
      'Not authorized to create a subscription for resource urn:altinn:resource:others.',
    ],
  ])('of %s', async (_, body, status, words) => {
    const answer = await api('POST', path, body);
    expect([answer.status, await answer.json()]).toEqual([status, words]);
  });

  it('of malformed JSON comes first, as problem details', async () => {
    const answer = await api('POST', path, '{"endPoint": "x",}');
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await answer.json()).toMatchObject({ status: 400, errors: { $: [expect.any(String)] } });
    const kind = await api('POST', path, { endPoint: 1 });
    expect(await kind.json()).toMatchObject({ errors: { '$.endPoint': [expect.any(String)] } });
  });

  it.each(['', 'x', 'urn:altinn:x', 'http://x.no'])(
    'of the source filter "%s" comes before the scope',
    async (sourceFilter) => {
      const without = apiOf(altinn, await altinnToken(altinn, altinn.client, 'altinn:serviceowner'));
      const answer = await without('POST', path, { endPoint, sourceFilter });
      expect([answer.status, await answer.json()]).toEqual([
        400,
        'SourceFilter must be an absolute URL with the https scheme.',
      ]);
    },
  );

  it('of a missing scope is 403 and empty, after the endpoint and before all else', async () => {
    const without = apiOf(altinn, await altinnToken(altinn, altinn.client, 'altinn:serviceowner'));
    const answer = await without('POST', path, { endPoint, resourceFilter: 'letters' });
    expect([answer.status, await answer.text()]).toEqual([403, '']);
    expect((await without('POST', path, {})).status).toBe(400);
  });

  it('of no token is 401', async () => {
    expect((await apiOf(altinn)('POST', path, 'no JSON')).status).toBe(401);
    expect((await apiOf(altinn, `${token}x`)('GET', path)).status).toBe(401);
  });

  it('of a service owner without altinn:serviceowner is the policy’s', async () => {
    const plain = apiOf(altinn, await altinnToken(altinn, altinn.client, 'altinn:events.subscribe'));
    expect((await plain('POST', path, { endPoint, resourceFilter: resource })).status).toBe(403);
  });

  it('of a recipient without its own subject filter is the policy’s', async () => {
    const ask = (filter: object) =>
      recipientApi('POST', path, { endPoint, resourceFilter: resource, ...filter });
    expect((await ask({})).status).toBe(403);
    expect((await ask({ subjectFilter: `urn:altinn:organization:identifier-no:${owner}` })).status).toBe(403);
    expect((await ask({ subjectFilter: subject })).status).toBe(201);
  });
});

describe('a subscription', () => {
  it('is shown with its secret, and becomes validated', async () => {
    const created = await api('POST', path, { EndPoint: endpoint.url, resourcefilter: resource });
    const body = (await created.json()) as { id: number };
    expect(created.status).toBe(201);
    expect(body).toEqual({
      id: expect.any(Number),
      endPoint: endpoint.url,
      resourceFilter: resource,
      consumer: '/org/ttd',
      createdBy: '/org/ttd',
      created: expect.any(String),
      validated: false,
      includeSubunits: false,
    });
    await altinn.simulator.sender.settled();
    const { id, time, ...validation } = endpoint.validations[0]?.event ?? {};
    expect(validation).toEqual({
      specversion: '1.0',
      source: `https://platform.tt02.altinn.no/events/api/v1/subscriptions/${body.id}`,
      type: 'platform.events.validatesubscription',
    });
    expect([id, time]).toEqual([expect.any(String), undefined]);
    expect(endpoint.validations[0]?.path).toBe('/api/events?code=secret');
    expect(await (await api('GET', `${path}/${body.id}`)).json()).toMatchObject({ validated: true });
  });

  it('is the same one for an equal request, validated anew; another query is another', async () => {
    const first = await subscribe(altinn, token, { endPoint: endpoint.url });
    expect((await subscribe(altinn, token, { endPoint: endpoint.url })).id).toBe(first.id);
    expect(endpoint.validations).toHaveLength(2);
    const others = [
      { endPoint: endpoint.url.replace('secret', 'other') },
      { endPoint: endpoint.url, typeFilter: '' },
      { endPoint: endpoint.url, typeFilter: 'x' },
      { endPoint: endpoint.url, subjectFilter: subject },
      { endPoint: endpoint.url, subjectFilter: subject, includeSubunits: true },
    ];
    const ids = new Set([first.id]);
    for (const other of others) ids.add((await subscribe(altinn, token, other)).id);
    expect(ids.size).toBe(others.length + 1);
  });

  it('is validated in nine tries over 466 s, and by the next POST after that', async () => {
    endpoint.answer = () => 500;
    const begun = altinn.simulator.clock.now();
    const { id } = await subscribe(altinn, token, { endPoint: endpoint.url });
    await altinn.simulator.advance({ hours: 1 });
    expect(endpoint.validations).toHaveLength(9);
    expect(((endpoint.validations.at(-1)?.at ?? 0) - begun) / 1000).toBe(466);
    expect(await (await api('GET', `${path}/${id}`)).json()).toMatchObject({ validated: false });
    endpoint.answer = () => 204;
    await subscribe(altinn, token, { endPoint: endpoint.url });
    expect(await (await api('GET', `${path}/${id}`)).json()).toMatchObject({ validated: true });
  });

  it('belongs to who made it', async () => {
    const { id } = await subscribe(altinn, token, { endPoint: endpoint.url });
    for (const method of ['GET', 'DELETE']) {
      expect((await recipientApi(method, `${path}/${id}`)).status).toBe(403);
      expect((await api(method, `${path}/99999`)).status).toBe(404);
    }
    const { count, subscriptions } = (await (await api('GET', path)).json()) as {
      count: number;
      subscriptions: { id: number; consumer: string }[];
    };
    expect(subscriptions).toHaveLength(count);
    expect(subscriptions.map((own) => own.id)).toContain(id);
    expect(new Set(subscriptions.map(({ consumer }) => consumer))).toEqual(new Set(['/org/ttd']));
    expect((await api('DELETE', `${path}/${id}`)).status).toBe(200);
    expect((await api('GET', `${path}/${id}`)).status).toBe(404);
  });

  it('has no update', async () => {
    const { id } = await subscribe(altinn, token, { endPoint: endpoint.url });
    expect((await api('PUT', `${path}/${id}`, {})).status).toBe(405);
  });
});

describe('what a subscription gets', () => {
  it('is what matches to the letter: an empty filter and another case never do', async () => {
    const type = 'no.altinn.correspondence.correspondencepublished';
    const at = async (name: string, filter: object) => {
      await subscribe(altinn, token, { endPoint: endpoint.url.replace('secret', name), ...filter });
    };
    await at('all', {});
    await at('type', { typeFilter: type });
    await at('case', { typeFilter: type.toUpperCase() });
    await at('empty', { subjectFilter: '' });
    await at('subject', { subjectFilter: subject });
    altinn.simulator.createLetters({ recipient });
    await altinn.simulator.sender.settled();
    const got = endpoint.arrivals.map(({ path: to, event }) => [
      to.split('=')[1],
      event.type?.split('.').at(-1),
    ]);
    expect(got.sort()).toEqual([
      ['all', 'correspondenceinitialized'],
      ['all', 'correspondencepublished'],
      ['subject', 'correspondencepublished'],
      ['type', 'correspondencepublished'],
    ]);
  });

  it('is missed in its first hour when the knob says so, and comes for an hour after its deletion', async () => {
    const { simulator } = altinn;
    const { id } = await subscribe(altinn, token, {
      endPoint: endpoint.url,
      typeFilter: 'no.altinn.correspondence.correspondencepublished',
    });
    simulator.turn({ missNewSubscription: 1 });
    simulator.createLetters();
    await simulator.advance({ minutes: 61 });
    expect(endpoint.arrivals).toHaveLength(0);
    simulator.createLetters();
    await simulator.sender.settled();
    expect(endpoint.arrivals).toHaveLength(1);
    simulator.turn({ missNewSubscription: 0 });
    await api('DELETE', `${path}/${id}`);
    await simulator.advance({ minutes: 59 });
    simulator.createLetters();
    await simulator.advance({ minutes: 2 });
    expect(endpoint.arrivals).toHaveLength(2);
    simulator.createLetters();
    await simulator.sender.settled();
    expect(endpoint.arrivals).toHaveLength(2);
  });
});

it('shows nobody the subscriptions of another', async () => {
  const { serviceOwner: _, privateKey, ...registration } = await makeClient({ clientId: 'plain' });
  altinn.simulator.clients.register(registration);
  const plain = apiOf(altinn, await altinnToken(altinn, { ...registration, privateKey }));
  expect(await (await plain('GET', path)).json()).toEqual({ count: 0, subscriptions: [] });
});

it('gets the events of sub-units by a look-up of the main unit, where it asks for that', async () => {
  const withUnits = await startTestAltinn({ subunits: { [recipient]: ['310000077'] } });
  const units = await startEndpoint(withUnits);
  const main = await altinnToken(withUnits, withUnits.client, recipientScopes, systemUser(recipient));
  await subscribe(withUnits, main, { endPoint: `${units.url}&a`, subjectFilter: subject });
  await subscribe(withUnits, main, {
    endPoint: `${units.url}&b`,
    subjectFilter: subject,
    includeSubunits: true,
  });
  withUnits.simulator.createLetters({ recipient: '310000077' });
  await withUnits.simulator.sender.settled();
  expect(units.arrivals.map(({ path }) => path.at(-1))).toEqual(['b']);
  await withUnits.simulator.advance({ minutes: 1 });
  const pull = (number: string) =>
    apiOf(withUnits, main)(
      'GET',
      `/events/api/v1/events?after=0&resource=${resource}&subject=urn:altinn:organization:identifier-no:${number}`,
    ).then((answer) => answer.json());
  expect(await pull(recipient)).toEqual([]);
  expect(await pull('310000077')).toHaveLength(1);
  await withUnits.stop();
  await units.stop();
});
