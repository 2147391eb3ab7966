import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CorrespondenceEvent } from '../../../infra/simulator/events/cloud-event.ts';
import { type Recording, recordedLines, recordedText, wordingOf } from '../../support/recorded.ts';
import {
  altinnToken,
  makeClient,
  ownerScopes,
  recipientScopes,
  startTestAltinn,
  systemUser,
} from '../../support/simulator.ts';

// What Altinn Events answered is asked of the simulator again, in the same order. Status, content type, wording and
// shape must be the same; ids and times may differ.

/** The recordings that are not replayed. */
const outside: readonly [what: RegExp, why: string][] = [
  [/^06-publish/, 'only Altinn’s own apps publish: the simulator’s do so without HTTP'],
  [/^04-refusals\/1$/, 'the one deviation: http to this machine is taken, which has no public certificate'],
  [/^03-post-again\/7$/, 'the policy’s stand-in let in an organisation that is no service owner'],
];

/** Whose tokens the recordings have that are not the service owner’s. */
const callers: Record<string, string> = {
  '02-get-subscription/3': 'another',
  '02-get-subscription/4': 'another',
  '02-get-subscription/6': 'nobody',
  '03-post-again/6': 'recipient',
  '04-refusals/10': 'unscoped',
  '04-refusals/11': 'unscoped',
  '04-refusals/12': 'nobody',
  '05-delete/1': 'another',
  '07-pull/23': 'unscoped',
  '07-pull/24': 'nobody',
};

const recordings = recordedLines('events-api.jsonl');
const replayed = recordings.filter(({ name }) => !outside.some(([what]) => what.test(name)));
const subscriptions = '/events/api/v1/subscriptions';

let altinn: Awaited<ReturnType<typeof startTestAltinn>>;
const tokens = new Map<string, string>();

beforeAll(async () => {
  const resources = ['test-correspondence', 'val', 'pdpdown', 'pull-a', 'pull-other', 'x', 'a'];
  altinn = await startTestAltinn({ resources });
  const { privateKey, ...registration } = await makeClient({
    clientId: 'another',
    organization: '310000001',
    serviceOwner: 'nav',
  });
  altinn.simulator.clients.register(registration);
  const another = { ...registration, privateKey };
  tokens.set('owner', await altinnToken(altinn, altinn.client));
  tokens.set('another', await altinnToken(altinn, another, ownerScopes));
  tokens.set('unscoped', await altinnToken(altinn, altinn.client, 'altinn:serviceowner'));
  tokens.set('recipient', await altinnToken(altinn, another, recipientScopes, systemUser('310000002')));
  publish();
});
afterAll(() => altinn.stop());

/** The events that were published for the recordings of the pull, those in the answers as they were. */
function publish(): void {
  const { log, store } = altinn.simulator;
  const page = (name: string) => {
    const body = recordings.find((recording) => recording.name === name)?.body ?? '[]';
    return JSON.parse(body) as CorrespondenceEvent[];
  };
  const [first, second] = page('07-pull/2') as [CorrespondenceEvent, CorrespondenceEvent];
  const [secondElsewhere, third] = page('07-pull/3') as [CorrespondenceEvent, CorrespondenceEvent];
  const more = (number: number, resource: string) => {
    const id = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
    return { ...first, id, resource: `urn:altinn:resource:${resource}`, resourceinstance: `ri-${id}` };
  };
  const others = Array.from({ length: 66 }, (_, index) => more(10 + index, 'pull-a'));
  for (const event of [first, second, secondElsewhere, third, more(6, 'pull-other'), ...others]) {
    log.add({ name: 'correspondencepublished', event, correspondenceId: event.resourceinstance });
    store.register(event);
  }
}

/** The number of the subscription that the recordings read and delete. */
let read = 0;

async function ask({
  name,
  call,
  request,
  header,
}: Omit<Recording, 'status' | 'body' | 'at' | 'as' | 'type'>) {
  const [method = '', path = ''] = call.split(' ');
  const token = tokens.get(callers[name] ?? 'owner');
  const answer = await fetch(`${altinn.url}${path.replace(/31$/, String(read))}`, {
    method,
    headers: {
      ...(header && { [header[0]]: header[1] }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    ...(request !== undefined && { body: request as string }),
  });
  const { status, headers } = answer;
  const of = (name: string) => headers.get(name);
  return {
    answer: {
      status,
      type: of('content-type'),
      location: of('location'),
      next: of('next'),
      allow: of('allow'),
    },
    body: await answer.text(),
  };
}

const post = async (request: string) => {
  const header = ['content-type', 'application/json'] as const;
  const { answer, body } = await ask({ name: '', call: `POST ${subscriptions}`, request, header });
  return { status: answer.status, body: body === '' ? '' : JSON.parse(body) };
};

describe('a call of Altinn Events', () => {
  it('is replayed but for what is outside, and each exception is one', () => {
    expect(replayed).toHaveLength(68);
    for (const [what] of outside) expect(recordings.some(({ name }) => what.test(name))).toBe(true);
  });

  it.each(replayed.map((recording) => [recording.name, recording] as const))(
    '%s',
    async (name, recording) => {
      if (name === '02-get-subscription/1') await haveFour();
      if (name === '07-pull/2') await altinn.simulator.advance({ seconds: 32 });
      const { answer, body } = await ask(recording);
      const { status, type, location = null, next = null, allow = null } = recording;
      const isPlain = (text: string | null) =>
        text?.replace(/\d+$/, '<id>').replace(/^http:\/\/(localhost|127\.0\.0\.1):\d+/, '<host>') ?? null;
      expect({
        ...answer,
        location: isPlain(answer.location),
        next: isPlain(answer.next),
        wording: wordingOf(normal(body), answer.type),
      }).toEqual({
        status,
        type,
        location: isPlain(location),
        next: isPlain(next),
        allow,
        wording: wordingOf(normal(recording.body), type),
      });
    },
  );

  it.each([
    ['', 50],
    ['&size=0', 50],
    ['&size=-1', 50],
    ['&size=51', 51],
    ['&size=1000', 70],
    ['&size=5000', 70],
  ])('gives with the size "%s" %i events', async (size, count) => {
    const call = `GET /events/api/v1/events?resource=urn:altinn:resource:pull-a&after=0${size}`;
    expect(JSON.parse((await ask({ name: '', call })).body)).toHaveLength(count);
  });
});

/** The list’s addresses are those of four other subscriptions: their shape is compared. */
function normal(body: string): string {
  if (!body.startsWith('{"count"')) return body.replaceAll('"+00:00', '"Z');
  return body.replaceAll(/"(endPoint|resourceFilter)":"[^"]*"/g, '"$1":"<text>"');
}

/** As many as there were when they were listed. */
async function haveFour(): Promise<void> {
  for (const name of ['r500', 'two', 'three'])
    await post(
      `{"endPoint":"https://localhost:8443/${name}?v=1","resourceFilter":"urn:altinn:resource:val"}`,
    );
  const { body } = await post(
    '{"endPoint":"https://localhost:8443/r500?v=1","resourceFilter":"urn:altinn:resource:val"}',
  );
  read = body.id;
}

describe('a subscription’s', () => {
  it.each(
    recordedText('filter-verdicts.txt')
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t') as [string, string]),
  )('request: %s', async (verdict, request) => {
    const { status, body } = await post(request);
    const said = status === 201 ? `endpoint stored as ${body.endPoint}` : body;
    expect(`${status} ${said}`).toBe(verdict);
  });

  it.each(
    recordedText('urn-verdicts.txt')
      .split('\n')
      .filter((line) => line.includes('\t'))
      .map((line) => line.split('\t') as [string, string]),
  )('resource filter may be: %s %s', async (verdict, resourceFilter) => {
    const { body } = await post(JSON.stringify({ endPoint: 'https://a.no/x', resourceFilter }));
    expect(body !== 'Resource filter must be a valid urn').toBe(verdict === 'True');
  });
});

describe('a service that Altinn Events needs', () => {
  it('is down: the pull and new subscriptions answer 500 with a stack trace’s first line', async () => {
    altinn.simulator.outage({ seconds: 1 }, ['subscriptions', 'events'], 'internal-error');
    for (const call of [
      `POST ${subscriptions}`,
      'GET /events/api/v1/events?resource=urn:altinn:resource:x&after=0',
    ])
      expect(await ask({ name: '', call })).toMatchObject({
        answer: { status: 500, type: 'text/plain; charset=utf-8' },
        body: 'System.NullReferenceException: Object reference not set to an instance of an object.',
      });
    altinn.simulator.troubles.end();
  });
});

it('gives the same page for ever where one id came under two sources', async () => {
  const own = await startTestAltinn({ resources: ['a'], knobs: { duplicateOtherSource: 1 } });
  own.simulator.createLetters();
  await own.simulator.advance({ minutes: 1 });
  const headers = { authorization: `Bearer ${await altinnToken(own, own.client)}` };
  const pull = async (after: string) => {
    const query = `resource=urn:altinn:resource:a&size=1&after=${after}`;
    const answer = await fetch(`${own.url}/events/api/v1/events?${query}`, { headers });
    return (await answer.json()) as CorrespondenceEvent[];
  };
  const [first] = await pull('0');
  const [second] = await pull(first?.id as string);
  expect([second?.id, second?.source === first?.source]).toEqual([first?.id, false]);
  expect(await pull(second?.id as string)).toEqual([second]);
  await own.stop();
});
