import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { DueFollowUps } from '../../../shared/follow-ups/due.ts';
import { type Answer, type App, get, type Post, post, startApp } from '../../support/app.ts';
import { followUpsIn } from '../../support/given-follow-ups.ts';
import { until } from '../../support/until.ts';

// Nothing releases what is due, so that what people did stays as they left it.
const storage = inject('storage').people as string;
const { followUps, given, tables } = followUpsIn(storage);
const off = { 'AzureWebJobs.due-follow-ups.Disabled': 'true', FOLLOW_UP_SCHEDULE: '0 0 0 1 1 *' };
const by = 'Kari Saksbehandler';
const reason = 'told on the phone';
const key = (id: string) => [id.slice('never-read-'.length), 'never-read'] as const;
let app: App;

beforeAll(async () => {
  app = await startApp({ AzureWebJobsStorage: storage, ...off });
});
afterAll(() => app.stop());

const act = (id: string, what: string, body: string | object, options: Post = {}) =>
  post(app, body, { path: `/api/follow-ups/${id}/${what}`, ...options });
const list = (query: Record<string, string>) =>
  get(app, '/api/follow-ups', `test-key&${new URLSearchParams(query)}`);
const idsIn = (answer: Answer) =>
  JSON.parse(answer.body).followUps.map(({ followUpId }: { followUpId: string }) => followUpId) as string[];

describe('listing', () => {
  it('names what needs attention, the earliest fact first, page by page, each once', async () => {
    const resource = `urn:altinn:resource:${randomUUID()}`;
    const wanted: string[] = [];
    for (const [n, state] of ['open', 'notified', 'disputed', 'open', 'notified'].entries()) {
      const factAt = `2026-08-2${n}T06:00:00Z`;
      wanted.push(await given({ state: state as 'open', factAt, resource, history: [] }));
    }
    await given({ state: 'closed', resource });
    const found: string[] = [];
    let continuation = '';
    for (let pages = 0; pages < 10; pages++) {
      const answer = await list({ resource, pageSize: '2', continuation });
      expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json']);
      found.push(...idsIn(answer));
      continuation = JSON.parse(answer.body).continuation;
      if (!continuation) break;
    }
    expect(found).toEqual(wanted);
    const short = resource.slice('urn:altinn:resource:'.length);
    expect(idsIn(await list({ resource: short, state: 'notified', kind: 'never-read' }))).toEqual([
      wanted[1],
      wanted[4],
    ]);
    expect(idsIn(await list({ resource, kind: 'unread' }))).toEqual([]);
  });

  it('says of each what matters, and nothing that is the code’s own or long', async () => {
    const resource = `urn:altinn:resource:${randomUUID()}`;
    const id = await given({
      ...{ resource, plannedBy: 'a hash', history: [{ at: '2026-08-20T06:00:00Z', what: 'opened' }] },
      ...{ lease: { id: 'a lease', until: '2026-08-20T06:00:00Z' }, snoozedUntil: '2026-09-20T06:00:00Z' },
    });
    const [one] = JSON.parse((await list({ resource })).body).followUps;
    expect(one).toEqual({
      followUpId: id,
      correspondenceId: key(id)[0],
      ...{ kind: 'never-read', state: 'open', openedAt: one.openedAt, resource },
      snoozedUntil: '2026-09-20T06:00:00Z',
    });
  });

  it.each([
    ['state', 'closed'],
    ['kind', 'x'],
    ['resource', "' or true"],
    ['pageSize', '0'],
    ['continuation', 'bm90aGluZw'],
  ])('is refused for %s=%s', async (name, value) => {
    const { status, body, headers } = await list({ [name]: value });
    expect([status, headers['content-type']]).toEqual([400, 'application/problem+json']);
    expect(JSON.parse(body).errors).toMatchObject([{ attribute: name }]);
    if (value.length > 2) expect(body).not.toContain(value);
  });
});

describe('reading one', () => {
  it('tells its whole history, with persons redacted', async () => {
    const history = [
      { at: '2026-08-20T06:00:00Z', what: 'opened', note: 'for urn:altinn:person:identifier-no:17890112345' },
    ] as const;
    const id = await given({ state: 'notified', history });
    const { status, body } = await get(app, `/api/follow-ups/${id}`);
    expect(status).toBe(200);
    expect(body).not.toContain('17890112345');
    expect(JSON.parse(body)).toMatchObject({
      followUpId: id,
      state: 'notified',
      history: [{ what: 'opened' }],
    });
  });

  it.each([
    'never-read',
    `never-${randomUUID()}`,
    `never-read-${randomUUID()}`,
    'x%00y',
    `${'a'.repeat(2_000)}`,
  ])('of %.40s is 404, in any way', async (id) => {
    const answers = [
      await get(app, `/api/follow-ups/${id}`),
      await act(id, 'close', { reason, by }),
      await act(id, 'snooze', { until: new Date(Date.now() + 60_000).toISOString(), by }),
      await act(id, 'reopen', { by }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  });
});

describe('closing, snoozing and reopening', () => {
  it('go one after another, are done once however often they are sent, and stand in the history', async () => {
    const id = await given({ state: 'notified', notifiedAt: '2026-08-20T06:00:00Z' });
    const later = new Date(Date.now() + 86_400_000).toISOString();
    for (const [what, body, wanted] of [
      ['snooze', { until: later, by }, { state: 'notified', snoozedUntil: later, dueAt: later }],
      ['close', { reason, by }, { state: 'closed', reason: 'byPerson' }],
      ['reopen', { by }, { state: 'open', round: 2 }],
    ] as const) {
      const answers = [await act(id, what, body), await act(id, what, body)];
      for (const answer of answers) {
        expect(answer.status).toBe(200);
        expect(JSON.parse(answer.body)).toMatchObject({ followUpId: id, ...wanted });
      }
      expect(JSON.parse(answers[1]?.body ?? '')).toEqual(JSON.parse(answers[0]?.body ?? ''));
    }
    const { history } = JSON.parse((await get(app, `/api/follow-ups/${id}`)).body);
    expect(history).toMatchObject([
      { what: 'snoozed', by, until: later },
      { what: 'closed', by, note: reason },
      { what: 'reopened', by },
    ]);
    const due = await new DueFollowUps(tables.due).list('verified-closing', new Date(), 1_000);
    expect(due.some(({ correspondenceId }) => correspondenceId === key(id)[0])).toBe(true);
    const status = await get(app, `/api/correspondences/${key(id)[0]}`);
    expect(status.body).not.toContain(by);
    await until(() => /follow-up\.reopened kind=never-read .* round=2/.test(app.output()));
    expect(app.output()).toMatch(/follow-up\.snoozed kind=never-read/);
    expect(app.output()).toMatch(/follow-up\.closed-by-person kind=never-read/);
    expect(app.output()).not.toContain(by);
    expect(app.output()).not.toContain(reason);
  });

  it('snoozing what is closed is a conflict', async () => {
    const id = await given({ state: 'closed' });
    const later = new Date(Date.now() + 86_400_000).toISOString();
    const { status, body } = await act(id, 'snooze', { until: later, by });
    expect([status, JSON.parse(body)]).toEqual([409, expect.objectContaining({ title: 'Conflict' })]);
  });

  it('hold beside a guard that saves at the same moment: both changes are there, or one of them was refused', async () => {
    const id = await given({ state: 'open', tries: 0 });
    let saved = 0;
    let isOver = false;
    const guard = (async () => {
      while (!isOver) {
        const { etag, ...before } = (await followUps.get(...key(id))) as NonNullable<
          Awaited<ReturnType<typeof followUps.get>>
        >;
        if (before.state !== 'open') return;
        if (await followUps.save({ ...before, tries: saved + 1 }, etag)) saved++;
      }
    })();
    let answer: Answer;
    do answer = await act(id, 'close', { reason, by });
    while (answer.status === 409);
    isOver = true;
    await guard;
    expect(answer.status).toBe(200);
    const stored = await followUps.get(...key(id));
    expect(stored).toMatchObject({ state: 'closed', history: [{ what: 'closed' }] });
    expect(idsIn(await list({ pageSize: '100' }))).not.toContain(id);
  });
});

describe('a body', () => {
  const body = { reason, by };
  const text = JSON.stringify(body);

  it.each<[number, string, string | Buffer | object, Post]>([
    [415, 'of another type', body, { headers: { 'content-type': 'text/plain' } }],
    [415, 'of no type', body, { headers: { 'content-type': '' } }],
    [413, 'larger than 8 KiB', { reason, by, more: 'x'.repeat(8_192) }, {}],
    [400, 'that is empty', '', {}],
    [400, 'that is no JSON', '{', {}],
    [400, 'that is no UTF-8', Buffer.from([0x22, 0xff, 0x22]), {}],
    [400, 'that is an array', [body], {}],
    [400, 'that is a number', '7', {}],
    [400, 'without a name', { reason }, {}],
    [400, 'with a reason that is too long', { reason: 'r'.repeat(501), by }, {}],
    [400, 'with a line break', { reason: 'a\nb', by }, {}],
    [400, 'with more than there is', { ...body, state: 'open' }, {}],
    [401, 'with a wrong key', body, { key: 'wrong' }],
    [404, 'by another method', body, { method: 'PUT' }],
  ])('gets %i %s, and changes nothing', async (status, _what, sent, options) => {
    const id = await given();
    const answer = await act(id, 'close', sent, options);
    expect(answer.status).toBe(status);
    if (status !== 401 && status !== 404) {
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(answer.body).not.toContain(by);
    }
    expect((await followUps.get(...key(id)))?.state).toBe('open');
  });

  it('that is chunked gets 411', async () => {
    const id = await given();
    const status = await new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
      const outgoing = request(
        `${app.url}/api/follow-ups/${id}/close?code=test-key`,
        { method: 'POST', headers },
        (response) => resolve(response.resume().statusCode),
      );
      outgoing.on('error', reject).end(text);
    });
    expect(status).toBe(411);
  });
});
