import { beforeEach, describe, expect, it } from 'vitest';
import type { CorrespondenceEvent } from '../../../infra/simulator/events/cloud-event.ts';
import {
  type Api,
  altinnToken,
  apiOf,
  recipient,
  recipientScopes,
  resource,
  startTestAltinn,
  systemUser,
} from '../../support/simulator.ts';

let altinn: Awaited<ReturnType<typeof startTestAltinn>>;
let api: Api;

beforeEach(async () => {
  altinn = await startTestAltinn({ resources: { 'altinn-local-letters': '991825827', others: '310000009' } });
  api = apiOf(altinn, await altinnToken(altinn, altinn.client));
  return () => altinn.stop();
});

async function pull(query: string, by = api) {
  const answer = await by('GET', `/events/api/v1/events?${query}`);
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    next: answer.headers.get('next'),
    events: (await answer.clone().json()) as CorrespondenceEvent[],
    ids: ((await answer.json()) as CorrespondenceEvent[]).map(({ id }) => id),
  };
}

const all = () => altinn.simulator.log.all().map(({ event }) => event);

it('shows what was registered 30 s ago, as it was pushed, in order', async () => {
  const { simulator } = altinn;
  simulator.createLetters({}, 3);
  await simulator.advance({ seconds: 29 });
  expect(await pull(`after=0&resource=${resource}`)).toMatchObject({ status: 200, events: [], next: null });
  await simulator.advance({ seconds: 1 });
  const { events, type } = await pull(`after=0&resource=${resource}`);
  expect(type).toMatch('application/cloudevents+json');
  expect(events).toEqual(all());
  expect(simulator.counters.pulled).toBe(6);
});

describe('a page', () => {
  it('is 50 long, at most 1000, and as asked between', async () => {
    altinn.simulator.createLetters({}, 520);
    await altinn.simulator.advance({ minutes: 1 });
    const sizes = [];
    for (const size of ['', '&size=0', '&size=-3', '&size=7', '&size=5000'])
      sizes.push((await pull(`after=0&resource=${resource}${size}`)).ids.length);
    expect(sizes).toEqual([50, 50, 50, 7, 1000]);
  });

  it('names the next one, not encoded', async () => {
    altinn.simulator.createLetters({}, 2);
    await altinn.simulator.advance({ minutes: 1 });
    const type = 'no.altinn.correspondence.correspondencepublished';
    const page = await pull(`after=0&size=1&resource=${encodeURIComponent(resource)}&type=${type}&subject=`);
    expect(page.ids).toHaveLength(1);
    expect(page.next).toBe(
      `${altinn.url}/events/api/v1/events?after=${page.ids[0]}&size=1&resource=${resource}&type=${type}&subject=`,
    );
    const second = await pull(`after=${page.ids[0]}&resource=${resource}&type=${type}`);
    expect(second.ids).toEqual([all().at(-1)?.id]);
    expect(await pull(`after=${second.ids[0]}&resource=${resource}`)).toMatchObject({ ids: [], next: null });
  });

  it('is short or empty, with more behind it, by what the caller may have', async () => {
    const { simulator } = altinn;
    simulator.createLetters({ publishInDays: 100 }, 10);
    simulator.createLetters({ recipient }, 1);
    await simulator.advance({ minutes: 1 });
    const claims = systemUser(recipient);
    const his = apiOf(altinn, await altinnToken(altinn, altinn.client, recipientScopes, claims));
    expect(await pull(`after=0&size=10&resource=${resource}`, his)).toMatchObject({ ids: [], next: null });
    expect(await pull(`after=0&resource=${resource}`, his)).toMatchObject({ ids: [], next: null });
    const subject = `urn:altinn:organization:identifier-no:${recipient}`;
    const { events } = await pull(`after=0&resource=${resource}&subject=${subject}`, his);
    expect(events.map(({ type }) => type)).toEqual(['no.altinn.correspondence.correspondencepublished']);
    simulator.turn({ hideFromPull: 0.5 });
    const { ids } = await pull(`after=0&size=10&resource=${resource}`);
    expect(ids.length).toBeGreaterThan(0);
    expect(ids.length).toBeLessThan(10);
    expect((await pull(`after=0&size=10&resource=${resource}`)).ids).toEqual(ids);
  });

  it('holds the types and the subject that were asked for', async () => {
    altinn.simulator.createLetters({ recipient });
    altinn.simulator.createLetters({ recipient: '310000002' });
    await altinn.simulator.advance({ minutes: 1 });
    const of = (name: string) => `&type=no.altinn.correspondence.${name}`;
    const both = await pull(
      `after=0&resource=${resource}${of('correspondencepublished')}${of('correspondencepurged')}`,
    );
    expect(both.ids).toHaveLength(2);
    const subject = `urn:altinn:organization:identifier-no:${recipient}`;
    expect((await pull(`after=0&Resource=${resource}&subject=${subject}`)).ids).toHaveLength(1);
  });
});

describe('after', () => {
  it('an id that is unknown starts from the beginning', async () => {
    altinn.simulator.createLetters();
    await altinn.simulator.advance({ minutes: 1 });
    const { ids } = await pull(`after=6a379666-a306-4e54-99b6-b58e3c13c785&resource=${resource}`);
    expect(ids).toHaveLength(2);
  });

  it('an id that is older than 90 days starts from the beginning, where the old events are gone', async () => {
    const { simulator } = altinn;
    simulator.createLetters({ publishInDays: 300 }, 2);
    await simulator.advance({ days: 60 });
    simulator.createLetters({ publishInDays: 300 }, 2);
    await simulator.advance({ minutes: 1 });
    const [first, second, third, fourth] = all().map(({ id }) => id);
    expect((await pull(`after=${second}&resource=${resource}`)).ids).toEqual([third, fourth]);
    await simulator.advance({ days: 30 });
    simulator.createLetters({ publishInDays: 300 });
    await simulator.advance({ minutes: 1 });
    const fifth = all()[4]?.id;
    expect((await pull(`after=${second}&resource=${resource}`)).ids).toEqual([third, fourth, fifth]);
    expect((await pull(`after=${fourth}&resource=${resource}`)).ids).toEqual([fifth]);
    expect((await pull(`after=${first}&resource=${resource}`)).ids).toEqual([third, fourth, fifth]);
  });

  it('an event of another resource is known all the same', async () => {
    const { simulator } = altinn;
    simulator.createLetters({ publishInDays: 300 });
    simulator.createLetters({ publishInDays: 300, resource: 'others' });
    simulator.createLetters({ publishInDays: 300 });
    await simulator.advance({ minutes: 1 });
    const [, other, last] = all().map(({ id }) => id);
    expect((await pull(`after=${other}&resource=${resource}`)).ids).toEqual([last]);
    expect((await pull(`after=0&resource=urn:altinn:resource:others`)).ids).toEqual([]);
  });
});

it.each<[string, string, unknown]>([
  ['no resource', 'after=0', { errors: { resource: ['The resource field is required.'] } }],
  [
    'a resource that is none',
    'after=0&resource=letters',
    { detail: "The 'resource' parameter must begin with `urn:altinn:resource:`" },
  ],
  ['no after', `resource=${resource}`, { detail: "The 'after' parameter must be defined." }],
  ['an empty after', `resource=${resource}&after=`, { detail: "The 'after' parameter must be defined." }],
  [
    'a size that is none',
    `resource=${resource}&after=0&size=x`,
    { errors: { size: ["The value 'x' is not valid."] } },
  ],
])('refuses %s', async (_, query, problem) => {
  const answer = await api('GET', `/events/api/v1/events?${query}`);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ status: 400, ...(problem as object) });
});

it('needs a token with the scope', async () => {
  const query = `/events/api/v1/events?after=0&resource=${resource}`;
  expect((await apiOf(altinn)('GET', query)).status).toBe(401);
  const without = apiOf(altinn, await altinnToken(altinn, altinn.client, 'altinn:correspondence.write'));
  expect((await without('GET', query)).status).toBe(403);
});

it('is troubled by knob', async () => {
  const query = `/events/api/v1/events?after=0&resource=${resource}`;
  altinn.simulator.turn({ apis: { events: { tooManyRequests: 0.3, serverError: 0.3 } } });
  const statuses = new Set<number>();
  for (let count = 0; count < 60; count += 1) statuses.add((await api('GET', query)).status);
  expect([...statuses].sort()).toEqual([200, 429, 503]);
  expect((await api('GET', '/events/api/v1/subscriptions')).status).toBe(200);
});

it('hides events after the page was cut: two of them make a page of two empty, with more behind it', async () => {
  const { simulator } = altinn;
  simulator.createLetters({}, 2);
  await simulator.advance({ minutes: 1 });
  const [first, second, third, fourth] = all().map(({ id }) => id) as [string, string, string, string];
  simulator.hide([second, third]);
  const page = (after: string, size: number) => pull(`after=${after}&size=${size}&resource=${resource}`);
  expect((await page('0', 4)).ids).toEqual([first, fourth]);
  expect(await page(first, 2)).toMatchObject({ ids: [], next: null });
  expect((await page(first, 3)).ids).toEqual([fourth]);
  expect(simulator.calls.events).toBe(3);
});

it('takes a type as SQL takes a LIKE, and to the letter', async () => {
  altinn.simulator.createLetters();
  await altinn.simulator.advance({ minutes: 1 });
  const of = (type: string) => pull(`after=0&resource=${resource}&type=${encodeURIComponent(type)}`);
  expect((await of('no.altinn.correspondence.correspondence%')).ids).toHaveLength(2);
  expect((await of('no_altinn.correspondence.correspondencepublished')).ids).toHaveLength(1);
  expect((await of('no.altinn.correspondence.Correspondencepublished')).ids).toEqual([]);
  expect((await pull('after=0&resource=urn:altinn:resource:Altinn-local-letters')).ids).toEqual([]);
});
