import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Api,
  altinnToken,
  apiOf,
  makeClient,
  ownerScopes,
  recipient,
  recipientScopes,
  startTestAltinn,
  systemUser,
} from '../../support/simulator.ts';

const path = '/correspondence/api/v1/correspondence';

let altinn: Awaited<ReturnType<typeof startTestAltinn>>;
/** The service owner as it should be, as it should not be, and the recipient's system user. */
let [owner, ownerWithoutWrite, his]: Api[] = [];
let id: string;

beforeAll(async () => {
  altinn = await startTestAltinn();
  const api = async (scope: string, claims = {}) =>
    apiOf(altinn, await altinnToken(altinn, altinn.client, scope, claims));
  owner = await api(ownerScopes);
  ownerWithoutWrite = await api('altinn:serviceowner altinn:correspondence.read');
  his = await api(recipientScopes, systemUser(recipient));
});
beforeEach(() => {
  [id] = altinn.simulator.createLetters({ recipient, confirmationNeeded: true, dueInDays: 7 }) as [string];
});
afterAll(() => altinn.stop());

type Shown = Record<string, unknown> & { statusHistory: { status: string }[] };
async function get(by: Api | undefined, suffix = '', letter = id) {
  const answer = await (by as Api)('GET', `${path}/${letter}${suffix}`);
  return { status: answer.status, body: (await answer.json()) as Shown };
}

async function act(by: Api | undefined, method: string, suffix: string, letter = id) {
  const answer = await (by as Api)(method, `${path}/${letter}${suffix}`);
  const body = (await answer.json()) as { errorCode?: number };
  return [answer.status, body.errorCode];
}

const history = () => altinn.simulator.letters.get(id)?.changes.map(({ status }) => status);
const eventsOf = () =>
  altinn.simulator.log
    .all()
    .filter(({ correspondenceId }) => correspondenceId === id)
    .map(({ name }) => name)
    .slice(2);

describe('the overview', () => {
  it('shows the service owner everything but the content, nulls written, and changes nothing', async () => {
    const { status, body } = await get(owner);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      correspondenceId: id,
      resourceId: 'altinn-local-letters',
      sender: 'urn:altinn:organization:identifier-no:991825827',
      recipient: `urn:altinn:organization:identifier-no:${recipient}`,
      content: null,
      status: 'Published',
      statusText: 'Published',
      read: null,
      isConfirmationNeeded: true,
      notifications: [],
      externalReferences: [],
      propertyList: {},
    });
    for (const time of ['statusChanged', 'requestedPublishTime', 'dueDateTime', 'published'])
      expect(Date.parse(body[time] as string)).not.toBeNaN();
    expect(history()).toEqual(['Initialized', 'Published']);
  });

  it('opened by the recipient records Fetched, without an event', async () => {
    const { body } = await get(his);
    expect(body).toMatchObject({ status: 'Published', content: { messageBody: expect.any(String) } });
    expect(history()).toEqual(['Initialized', 'Published', 'Fetched']);
    expect((await get(owner)).body).toMatchObject({ status: 'Fetched', read: null });
    expect(eventsOf()).toEqual([]);
  });

  it('opened by the service owner without altinn:correspondence.write counts as the recipient', async () => {
    await get(ownerWithoutWrite);
    await get(ownerWithoutWrite, '/details');
    expect(history()).toEqual(['Initialized', 'Published', 'Fetched', 'Fetched']);
  });

  it('shows the highest status, not the latest', async () => {
    await get(his);
    await act(his, 'POST', '/confirm');
    await (his as Api)('GET', `${path}/${id}/content`);
    expect(history()?.slice(-3)).toEqual(['Confirmed', 'Fetched', 'Read']);
    const { body } = await get(owner);
    expect(body.status).toBe('Confirmed');
    expect(body.read).not.toBeNull();
  });

  it('shows a purged letter to nobody: 404 with 1001', async () => {
    await get(his);
    await act(his, 'POST', '/confirm');
    await act(his, 'DELETE', '/purge');
    for (const by of [owner, ownerWithoutWrite, his])
      expect(await get(by)).toMatchObject({ status: 404, body: { errorCode: 1001 } });
    expect((await get(owner, '/details')).body.status).toBe('PurgedByRecipient');
    expect((await get(his, '/details')).status).toBe(404);
  });

  it('is 404 with 1001 for what there is not, and 401 with 4001 for who has no access', async () => {
    const { privateKey, ...other } = await makeClient({ clientId: 'other', organization: '310000009' });
    altinn.simulator.clients.register(other);
    const theirs = apiOf(altinn, await altinnToken(altinn, { ...other, privateKey }));
    expect(await get(owner, '', crypto.randomUUID())).toMatchObject({
      status: 404,
      body: { errorCode: 1001 },
    });
    expect(await get(theirs)).toMatchObject({
      status: 401,
      body: { status: 401, title: 'Unauthorized', errorCode: 4001, detail: expect.stringMatching(/access/) },
    });
    expect((await apiOf(altinn)('GET', `${path}/${id}`)).status).toBe(401);
    const unscoped = apiOf(altinn, await altinnToken(altinn, altinn.client, 'altinn:events.subscribe'));
    expect((await unscoped('GET', `${path}/${id}`)).status).toBe(403);
  });

  it('of an unpublished letter is the sender’s alone', async () => {
    [id] = altinn.simulator.createLetters({ recipient, publishInDays: 1 }) as [string];
    expect((await get(his)).status).toBe(404);
    expect((await get(owner)).body).toMatchObject({ status: 'Initialized', published: null });
  });
});

it('shows the history in the details', async () => {
  await get(his);
  await act(his, 'POST', '/confirm');
  const { body } = await get(owner, '/details');
  expect(body.statusHistory).toEqual(
    ['Initialized', 'Published', 'Fetched', 'Confirmed'].map((status) => ({
      status,
      statusText: status,
      statusChanged: expect.any(String),
    })),
  );
  expect(body.read).toBeNull();
});

describe('the content', () => {
  it('marks as read and fires the event, once', async () => {
    const content = await (his as Api)('GET', `${path}/${id}/content`);
    expect([content.status, content.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
    await (his as Api)('GET', `${path}/${id}/content`);
    expect(eventsOf()).toEqual(['correspondencereceiverread']);
  });

  it('does so for a service owner without the write scope', async () => {
    await (ownerWithoutWrite as Api)('GET', `${path}/${id}/content`);
    expect(eventsOf()).toEqual(['correspondencereceiverread']);
  });

  it('is not for a service owner with the write scope alone', async () => {
    expect((await (owner as Api)('GET', `${path}/${id}/content`)).status).toBe(403);
    expect(history()).toEqual(['Initialized', 'Published']);
  });
});

describe('the recipient', () => {
  it('marks as read after fetching, and once', async () => {
    expect(await act(his, 'POST', '/markasread')).toEqual([400, 1024]);
    await get(his);
    expect(await act(his, 'POST', '/markasread')).toEqual([200, undefined]);
    expect(await act(his, 'POST', '/markasread')).toEqual([400, 1040]);
    expect(eventsOf()).toEqual(['correspondencereceiverread']);
  });

  it('confirms after fetching, once, and need not have read', async () => {
    expect(await act(his, 'POST', '/confirm')).toEqual([400, 1025]);
    await get(his);
    expect(await act(his, 'POST', '/confirm')).toEqual([200, undefined]);
    expect(await act(his, 'POST', '/confirm')).toEqual([400, 1041]);
    expect(eventsOf()).toEqual(['correspondencereceiverconfirmed']);
    expect((await get(owner)).body.read).toBeNull();
  });

  it('purges, but not what still needs confirmation, and once', async () => {
    expect(await act(his, 'DELETE', '/purge')).toEqual([400, 1026]);
    await get(his);
    await act(his, 'POST', '/confirm');
    expect(await act(his, 'DELETE', '/purge')).toEqual([200, undefined]);
    expect(await act(his, 'DELETE', '/purge')).toEqual([400, 1014]);
    expect(eventsOf().at(-1)).toBe('correspondencepurged');
  });

  it('downloads an attachment', async () => {
    [id] = altinn.simulator.createLetters({ recipient, attachment: 'published' }) as [string];
    const [attachment] = altinn.simulator.letters.get(id)?.attachments ?? [];
    const file = await (his as Api)('GET', `${path}/${id}/attachment/${attachment}/download`);
    expect(file.headers.get('content-type')).toBe('application/octet-stream');
    expect(await act(his, 'GET', `/attachment/${id}/download`)).toEqual([404, 2001]);
    expect((await get(owner)).body.status).toBe('AttachmentsDownloaded');
  });
});

it('lets the sender purge before publishing alone', async () => {
  expect(await act(owner, 'DELETE', '/purge')).toEqual([400, 1013]);
  [id] = altinn.simulator.createLetters({ recipient, publishInDays: 1 }) as [string];
  expect(await act(owner, 'DELETE', '/purge')).toEqual([200, undefined]);
  await altinn.simulator.advance({ days: 2 });
  expect(history()).toEqual(['Initialized', 'PurgedByAltinn']);
});
