import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  altinnToken,
  apiOf,
  type Endpoint,
  resource,
  startEndpoint,
  startTestAltinn,
  subscribe,
} from '../../support/simulator.ts';

let altinn: Awaited<ReturnType<typeof startTestAltinn>>;
let endpoint: Endpoint;

async function begin(options: Parameters<typeof startTestAltinn>[0] = {}): Promise<void> {
  altinn = await startTestAltinn(options);
  endpoint = await startEndpoint(altinn);
  await subscribe(altinn, await altinnToken(altinn, altinn.client), { endPoint: endpoint.url });
}

beforeEach(() => async () => {
  await altinn.stop();
  await endpoint.stop();
});

const typesOf = ({ arrivals }: Endpoint) => arrivals.map(({ event }) => event.type?.split('.').at(-1));

it('sends one bare CloudEvent with Altinn’s headers and no others', async () => {
  await begin({ startTime: new Date('2026-09-01T12:00:00Z') });
  const [id] = altinn.simulator.createLetters({ recipient: '01899998765' });
  await altinn.simulator.sender.settled();
  expect(typesOf(endpoint)).toEqual(['correspondenceinitialized', 'correspondencepublished']);
  const [, published] = endpoint.arrivals;
  expect(published?.event).toEqual({
    specversion: '1.0',
    id: expect.stringMatching(/^[\da-f-]{36}$/),
    source: 'https://platform.tt02.altinn.no/correspondence/api/v1/correspondence',
    type: 'no.altinn.correspondence.correspondencepublished',
    time: expect.stringMatching(/^2026-09-01T12:00:00(\.\d{1,7})?\+00:00$/),
    resource,
    resourceinstance: id,
    subject: 'urn:altinn:person:identifier-no:01899998765',
    alternativesubject: '/person/01899998765',
  });
  expect(Object.keys(published?.event ?? {}).slice(0, 4)).toEqual(['specversion', 'id', 'type', 'time']);
  expect(published?.body).not.toContain('+');
  expect(published?.headers).toEqual({
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(published?.body.length),
    host: new URL(endpoint.url).host,
    connection: 'keep-alive',
  });
  expect(published?.path).toBe('/api/events?code=secret');
  expect(altinn.simulator.counters).toMatchObject({ created: 2, sent: 2, acknowledged: 2, retried: 0 });
});

describe('what fails', () => {
  it('is tried twelve times over 34 h 46 m 40 s, and is then a dead letter', async () => {
    await begin();
    endpoint.answer = () => 404;
    const { simulator } = altinn;
    const begun = simulator.clock.now();
    simulator.createLetters({ publishInDays: 100 });
    await simulator.advance({ hours: 35 });
    expect(endpoint.arrivals.map(({ at }) => (at - begun) / 1000)).toEqual([
      0, 10, 40, 100, 400, 1000, 2800, 6400, 17_200, 38_800, 82_000, 125_200,
    ]);
    expect(new Set(endpoint.arrivals.map(({ body }) => body)).size).toBe(1);
    expect(simulator.log.deadLetters).toMatchObject([{ reason: '404' }]);
    await simulator.advance({ days: 2 });
    expect(endpoint.arrivals).toHaveLength(12);
    expect(simulator.counters).toMatchObject({ sent: 12, retried: 11, deadLettered: 1, acknowledged: 0 });
  });

  it.each([200, 202, 204, 299])('is not what is answered with %i', async (status) => {
    await begin();
    endpoint.answer = () => status;
    altinn.simulator.createLetters();
    await altinn.simulator.advance({ days: 2 });
    expect(endpoint.arrivals).toHaveLength(2);
  });

  it('is a permanent refusal and a Retry-After as any other', async () => {
    await begin();
    endpoint.answer = (_, response) => {
      response.setHeader('retry-after', '3600');
      return endpoint.arrivals.length > 1 ? 200 : 410;
    };
    const begun = altinn.simulator.clock.now();
    altinn.simulator.createLetters({ publishInDays: 100 });
    await altinn.simulator.advance({ seconds: 11 });
    expect((endpoint.arrivals[1]?.at ?? 0) - begun).toBe(10_000);
    expect(altinn.simulator.counters.acknowledged).toBe(1);
  });

  it('is no answer in time, and none at all', async () => {
    await begin({ pushTimeout: 150 });
    endpoint.answer = (_, response) => {
      if (endpoint.arrivals.length === 2) response.destroy();
      return endpoint.arrivals.length > 2 ? 200 : undefined;
    };
    altinn.simulator.createLetters({ publishInDays: 100 });
    await altinn.simulator.advance({ seconds: 60 });
    expect(endpoint.arrivals).toHaveLength(3);
    expect(altinn.simulator.counters).toMatchObject({ sent: 3, retried: 2, acknowledged: 1 });
  });
});

it('gives an endpoint real seconds, however fast the clock: 45 of an hour’s second are 13 ms', async () => {
  await begin({ timeScale: 3600 });
  endpoint.answer = async () => {
    await delay(300);
    return 200;
  };
  altinn.simulator.createLetters({ publishInDays: 100 });
  await altinn.simulator.sender.settled();
  expect(altinn.simulator.counters).toMatchObject({ sent: 1, acknowledged: 1 });
});

describe('a redirect', () => {
  it('to a page that answers 200 counts as delivered, and the event is gone', async () => {
    await begin();
    endpoint.answer = ({ path, method }, response) => {
      if (path === '/login') return method === 'GET' ? 200 : 405;
      response.setHeader('location', '/login');
      return 302;
    };
    altinn.simulator.createLetters({ publishInDays: 100 });
    await altinn.simulator.sender.settled();
    expect(endpoint.arrivals.map(({ method, body }) => [method, body !== ''])).toEqual([
      ['POST', true],
      ['GET', false],
    ]);
    expect(altinn.simulator.counters).toMatchObject({ sent: 1, acknowledged: 1 });
  });

  it('that keeps the method keeps the body', async () => {
    await begin();
    endpoint.answer = ({ path }, response) => {
      response.setHeader('location', `${endpoint.url}&moved`);
      return path.endsWith('moved') ? 200 : 308;
    };
    altinn.simulator.createLetters({ publishInDays: 100 });
    await altinn.simulator.sender.settled();
    expect(endpoint.arrivals.map(({ method }) => method)).toEqual(['POST', 'POST']);
    expect(endpoint.arrivals[1]?.body).toBe(endpoint.arrivals[0]?.body);
  });

  it('that never ends fails', async () => {
    await begin();
    endpoint.answer = (_, response) => {
      response.setHeader('location', '/again');
      return 302;
    };
    altinn.simulator.createLetters({ publishInDays: 100 });
    await altinn.simulator.sender.settled();
    expect(altinn.simulator.counters).toMatchObject({ sent: 1, acknowledged: 0 });
    expect(endpoint.arrivals).toHaveLength(51);
  });
});

it('sends twenty at once and no more', async () => {
  await begin();
  let [open, most] = [0, 0];
  endpoint.answer = async () => {
    open += 1;
    most = Math.max(most, open);
    await delay(20);
    open -= 1;
    return 200;
  };
  altinn.simulator.createLetters({}, 60);
  await altinn.simulator.sender.settled();
  expect(most).toBe(20);
  expect(altinn.simulator.counters.acknowledged).toBe(120);
});

describe('a knob', () => {
  const letters = 200;

  it('repeats a push with the same id', async () => {
    await begin({ knobs: { duplicateSameId: 0.5 } });
    altinn.simulator.createLetters({ publishInDays: 100 }, letters);
    await altinn.simulator.advance({ minutes: 2 });
    const ids = new Set(endpoint.arrivals.map(({ event }) => event.id));
    expect(ids.size).toBe(letters);
    expect(endpoint.arrivals.length).toBeGreaterThan(letters * 1.3);
    expect(endpoint.arrivals.length).toBeLessThan(letters * 1.7);
  });

  it('states a fact again with another id', async () => {
    await begin({ knobs: { duplicateNewId: 1 } });
    altinn.simulator.createLetters({ publishInDays: 100 });
    await altinn.simulator.advance({ minutes: 2 });
    const [first, second, third] = endpoint.arrivals.map(({ event }) => event);
    expect(third).toBeUndefined();
    expect(second).toEqual({ ...first, id: expect.any(String), time: expect.any(String) });
    expect(second?.id).not.toBe(first?.id);
    expect(Date.parse(second?.time ?? '')).toBeGreaterThan(Date.parse(first?.time ?? ''));
    const [truth] = altinn.simulator.truth();
    expect(truth?.facts).toEqual({ initialized: first?.time?.replace('+00:00', 'Z') });
  });

  it('shuffles', async () => {
    await begin({ knobs: { delay: 1, delayUpTo: 3600 } });
    altinn.simulator.createLetters({ publishInDays: 100 }, 20);
    await altinn.simulator.advance({ minutes: 61 });
    const order = endpoint.arrivals.map(({ event }) => event.resourceinstance);
    expect(order).toHaveLength(20);
    expect(order).not.toEqual(altinn.simulator.letters.all().map(({ id }) => id));
  });

  it('loses a push, and the event can be pulled; loses an event, and it cannot', async () => {
    await begin({ knobs: { losePush: 1 } });
    const { simulator } = altinn;
    const api = apiOf(altinn, await altinnToken(altinn, altinn.client));
    simulator.createLetters({ publishInDays: 100 });
    simulator.turn({ loseEvent: 1 });
    simulator.createLetters({ publishInDays: 100 });
    await simulator.advance({ minutes: 1 });
    expect(endpoint.arrivals).toHaveLength(0);
    const pulled = await api('GET', `/events/api/v1/events?after=0&resource=${resource}`);
    const [lostPush, lostEvent] = simulator.log.all();
    expect(await pulled.json()).toEqual([lostPush?.event]);
    expect(lostEvent?.lost).toBe(true);
    expect(simulator.truth().map(({ facts, untold }) => [Object.keys(facts), untold])).toEqual([
      [['initialized'], []],
      [[], ['initialized']],
    ]);
    expect(simulator.counters).toMatchObject({ created: 2, lostPushes: 1, lostEvents: 1, sent: 0 });
  });
});
