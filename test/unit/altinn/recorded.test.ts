import { describe, expect, it } from 'vitest';
import { readProblem } from '../../../shared/altinn/api/altinn-error.ts';
import { makeCorrespondence } from '../../../shared/altinn/api/correspondence.ts';
import { makeEvents } from '../../../shared/altinn/api/events.ts';
import type { Platform } from '../../../shared/altinn/api/platform.ts';
import { makeSubscriptions } from '../../../shared/altinn/api/subscriptions.ts';
import { typePrefix } from '../../../shared/events/catalogue.ts';
import { attribute, type CloudEvent, parseCloudEvent } from '../../../shared/events/cloud-event.ts';
import { parseJson } from '../../../shared/runtime/http.ts';
import { eventMessage } from '../../../shared/tracking/event-message.ts';
import { deriveStatus } from '../../../shared/tracking/status.ts';
import { entriesOf, Timeline } from '../../../shared/tracking/timeline.ts';
import { track } from '../../../shared/tracking/track.ts';
import { silentLog } from '../../support/log.ts';
import { MemoryStorage } from '../../support/memory-storage.ts';
import { type Recording, recordedLines, recordedText } from '../../support/recorded.ts';

// What Altinn's own code answered and sent, fed to the client and to the tracking.

const answers = recordedLines('correspondence.jsonl');
const letter = '01a1fec4-fff7-74c7-a60f-888adcc4bfb7';
const answering = (body: string) => ({ request: async () => parseJson(body) }) as unknown as Platform;
const named = (recordings: readonly Recording[]) => recordings.map((each) => [each.name, each] as const);
const ofCall = (what: RegExp) =>
  answers.filter(({ call, status }) => status === 200 && what.test(call.replace('/correspondence/', '/')));

describe('the client reads', () => {
  it.each(named(ofCall(/^GET \/[\da-f-]{36}\/details$/)))('the details %s', async (_, { body }) => {
    const recorded = JSON.parse(body);
    const read = await makeCorrespondence(answering(body)).details(letter);
    for (const name of ['status', 'read', 'published', 'dueDateTime', 'recipient', 'isConfirmationNeeded'])
      expect(read).toHaveProperty(name, recorded[name]);
    expect(read).toMatchObject({ purged: false, statusHistory: recorded.statusHistory });
  });

  it.each(named(ofCall(/^GET \/[\da-f-]{36}$/)))('the overview %s', async (_, { body }) => {
    const { status, read } = JSON.parse(body);
    expect(await makeCorrespondence(answering(body)).overview(letter)).toMatchObject({ status, read });
  });

  it('no text of a letter and no address out of any of them', async () => {
    for (const { body, call } of [...ofCall(/^GET \/[\da-f-]{36}/)].filter(({ type }) =>
      type?.includes('json'),
    )) {
      const client = makeCorrespondence(answering(body));
      const read = await (call.endsWith('details') ? client.details(letter) : client.overview(letter));
      expect(JSON.stringify(read)).not.toMatch(/Oppdiktet brev|sammendrag|Dette er|@example|vedlegg/);
    }
  });

  const refusals = [...answers, ...recordedLines('events-api.jsonl')].filter(
    ({ status, body, name }) => status >= 400 && body !== '' && !/-init|^06|^08/.test(name),
  );
  it.each(named(refusals))('the refusal %s', (_, { status, type, body }) => {
    const headers = new Headers({ 'content-type': type ?? '' });
    const { errorCode, reason } = readProblem({ status, headers, text: body } as never);
    const recorded = JSON.parse(body);
    expect(errorCode).toBe(recorded.errorCode);
    if (typeof recorded === 'string') expect(reason).toBe(recorded);
    else if (recorded.detail && !/https?:|urn:/.test(recorded.detail))
      expect(reason).toContain(recorded.detail);
    else expect(reason).not.toBe('');
  });

  const subscriptions = recordedLines('events-api.jsonl').filter(({ call }) =>
    call.includes('/subscriptions'),
  );
  const made = subscriptions.filter(({ status }) => status === 201);
  it.each(named(made))('the subscription %s', async (_, { body }) => {
    const request = { endPoint: 'https://a.no', resourceFilter: 'urn:altinn:resource:x' };
    expect(await makeSubscriptions(answering(body)).create(request)).toEqual(JSON.parse(body));
  });
  const lists = subscriptions.filter(({ call, status }) => status === 200 && call.endsWith('/subscriptions'));
  it.each(named(lists))('the list of subscriptions %s', async (_, { body }) => {
    expect(await makeSubscriptions(answering(body)).list()).toEqual(JSON.parse(body).subscriptions);
  });

  const pages = recordedLines('events-api.jsonl').filter(
    ({ name, status }) => name.startsWith('07') && status === 200,
  );
  it.each(named(pages))('the page %s', async (_, { body }) => {
    const events = JSON.parse(body) as CloudEvent[];
    const page = await makeEvents(answering(body)).pull({ resource: 'urn:altinn:resource:x', after: '0' });
    expect(page).toEqual({ events, unreadable: [], lastId: events.at(-1)?.id });
  });
});

const quiet = silentLog;

/** Tracks events into storage, and gives the status of what each is about. */
async function tracked(events: readonly unknown[]) {
  const storage = new MemoryStorage();
  const timeline = new Timeline(storage.table('timeline'));
  for (const value of events) {
    const parsed = parseCloudEvent(value);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const message = eventMessage(parsed.event, { via: 'push', enqueuedAt: '2026-11-21T16:00:00.000Z' });
    await track(message, false, { timeline, consequences: [], log: quiet });
  }
  return (id: string) => deriveStatus(entriesOf(storage.rowsOf('timeline', id)));
}

describe('the tracking makes', () => {
  it('the status of a letter out of what was pulled about it, however often and in whatever order', async () => {
    const events = JSON.parse(recordedText('pulled.json')) as unknown[];
    const statusOf = await tracked(events);
    const { facts, timeline } = statusOf(letter);
    expect(facts).toMatchObject({
      initialized: expect.stringMatching(/^2026-11-21T15:41:26/),
      published: expect.stringMatching(/^2026-11-21T15:41:50/),
      read: expect.stringMatching(/^2026-11-21T15:41:54/),
      confirmed: expect.stringMatching(/^2026-11-21T15:42:05.375801/),
      purged: expect.stringMatching(/^2026-11-21T15:42:10/),
    });
    expect(Object.keys(facts)).toHaveLength(5);
    expect(timeline.length).toBe(6);
    const again = await tracked([...events].reverse().concat(events));
    expect(again(letter).facts).toEqual(facts);
  });

  const published = recordedLines<CloudEvent>('published.jsonl');
  const pushed = recordedLines<CloudEvent>('pushes.jsonl').filter(({ type }) => type.startsWith(typePrefix));
  it.each([...published, ...pushed].map((event) => [event.type, event.id, event] as const))(
    'a fact of %s (%s)',
    async (_, __, event) => {
      const statusOf = await tracked([event]);
      const { facts, timeline } = statusOf(attribute(event, 'resourceinstance') as string);
      expect(timeline).toHaveLength(1);
      expect(Object.values(facts)).toHaveLength(1);
    },
  );
});
