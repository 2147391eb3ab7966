import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { altinnToken, makeClient, startTestAltinn } from '../../support/simulator.ts';

let altinn: Awaited<ReturnType<typeof startTestAltinn>>;
beforeAll(async () => {
  altinn = await startTestAltinn();
});
afterAll(() => altinn.stop());

async function ask(method: string, path: string, body?: unknown) {
  const answer = await fetch(`${altinn.url}/simulator${path}`, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}

it('registers a client', async () => {
  const { privateKey, ...registration } = await makeClient({ clientId: 'by-api' });
  expect((await ask('POST', '/clients', registration)).status).toBe(204);
  expect(await altinnToken(altinn, { ...registration, privateKey })).toMatch(/^eyJ/);
});

it('makes letters and does to them what a recipient does', async () => {
  const made = await ask('POST', '/letters', { count: 2, dueInDays: 7, confirmationNeeded: true });
  expect(made.status).toBe(201);
  const [first, second] = made.body.ids;
  for (const act of ['read', 'confirm', 'purge'])
    expect((await ask('POST', `/letters/${first}/${act}`)).status).toBe(204);
  expect(await ask('POST', `/letters/${first}/confirm`)).toMatchObject({
    status: 409,
    body: { error: 'The recipient cannot confirm this letter' },
  });
  expect((await ask('POST', '/advance', { days: 8 })).body).toMatchObject({ quiet: true, timeScale: 0 });
  expect((await ask('GET', `/letters/${first}`)).body).toMatchObject({
    id: first,
    status: 'PurgedByRecipient',
    facts: { read: expect.any(String), confirmed: expect.any(String), purged: expect.any(String) },
  });
  const { body: all } = await ask('GET', '/letters');
  expect(all.map(({ id }: { id: string }) => id)).toEqual([first, second]);
  expect(Object.keys(all[1].facts)).toEqual(['initialized', 'published', 'neverRead', 'neverConfirmed']);
  expect((await ask('GET', '/letters/none')).status).toBe(404);
});

it('shows what happened', async () => {
  expect((await ask('GET', '')).body).toMatchObject({ url: altinn.url, counters: { created: 9 } });
  expect((await ask('GET', '/counters')).body.created).toBe(9);
  expect((await ask('GET', '/events')).body[0]).toMatchObject({
    name: 'correspondenceinitialized',
    lost: false,
    acknowledged: 0,
  });
  expect((await ask('GET', '/dead-letters')).body).toEqual([]);
  expect((await ask('GET', '/subscriptions')).body).toEqual([]);
});

it('turns knobs', async () => {
  const turned = await ask('PATCH', '/knobs', { losePush: 0.5, apis: { events: { serverError: 0.1 } } });
  expect(turned.body).toMatchObject({
    losePush: 0.5,
    loseEvent: 0,
    apis: { events: { serverError: 0.1, latency: 0 }, token: { serverError: 0 } },
  });
  expect((await ask('GET', '/knobs')).body).toEqual(turned.body);
  const refused = await ask('PATCH', '/knobs', { losePush: 2 });
  expect(refused).toMatchObject({ status: 400, body: { error: expect.stringMatching(/losePush/) } });
});

it('is away for a time, slow for a time, and itself again', async () => {
  const get = () => fetch(`${altinn.url}/events/api/v1/subscriptions`);
  const other = () => fetch(`${altinn.url}/events/api/v1/events`);
  expect((await ask('POST', '/outage', { apis: ['subscriptions'], minutes: 90 })).status).toBe(204);
  expect([(await get()).status, (await other()).status]).toEqual([503, 401]);
  await ask('POST', '/advance', { minutes: 89 });
  expect((await get()).status).toBe(503);
  await ask('POST', '/advance', { minutes: 1 });
  expect((await get()).status).toBe(401);

  await ask('POST', '/outage', { how: 'no-answer', seconds: 1 });
  await expect(other()).rejects.toThrow();
  await ask('POST', '/outage', { how: 'internal-error', seconds: 1 });
  expect(await (await get()).text()).toMatch(/^System.NullReferenceException/);
  expect((await ask('DELETE', '/trouble')).status).toBe(204);

  await ask('POST', '/trouble', { latency: 150, tooManyRequests: 1, retryAfter: 30, hours: 1 });
  const begun = performance.now();
  const limited = await get();
  expect(performance.now() - begun).toBeGreaterThan(140);
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '30']);
  await ask('DELETE', '/trouble');
  expect((await get()).status).toBe(401);
});

it('plays a story', async () => {
  const begun = await ask('POST', '/stories', { letters: 5, seed: 9 });
  expect(begun).toMatchObject({ status: 202, body: { id: 1, seed: 9, done: false } });
  const done = ask('GET', '/stories/1/done');
  await ask('POST', '/advance', { days: 30 });
  expect((await done).body).toMatchObject({ letters: 5, done: true });
  expect((await ask('GET', '/stories/1')).body.done).toBe(true);
  expect((await ask('GET', '/stories/2')).status).toBe(404);
  expect(await ask('POST', '/stories', { letters: 5, seed: 9 })).toMatchObject({ status: 400 });
});

describe('a request that is wrong', () => {
  it.each<[string, string, unknown, number]>([
    ['POST', '/letters', { recipient: '1' }, 400],
    ['POST', '/letters', 'no JSON', 400],
    ['POST', '/letters', undefined, 400],
    ['POST', '/advance', { years: 1 }, 400],
    ['GET', '/nothing', undefined, 404],
    ['DELETE', '/letters', undefined, 405],
  ])('%s %s with %j is notified so', async (method, path, body, status) => {
    expect((await ask(method, path, body)).status).toBe(status);
  });
});
