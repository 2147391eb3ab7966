import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { letterMark } from '../../../infra/simulator/correspondence/text.ts';
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

/** He confirms, and the job has done it. */
async function confirmed() {
  expect(await act(his, 'POST', '/confirm')).toEqual([200, undefined]);
  await altinn.simulator.advance({ seconds: 7 });
}

const history = () => altinn.simulator.letters.get(id)?.changes.map(({ status }) => status);
const eventsOf = () =>
  altinn.simulator.log
    .all()
    .filter(({ correspondenceId }) => correspondenceId === id)
    .map(({ name }) => name)
    .slice(2);

describe('the overview', () => {
  it('shows the service owner everything, nulls written, and changes nothing', async () => {
    const { status, body } = await get(owner);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      correspondenceId: id,
      resourceId: 'altinn-local-letters',
      sender: 'urn:altinn:organization:identifier-no:991825827',
      recipient: `urn:altinn:organization:identifier-no:${recipient}`,
      content: { messageTitle: expect.stringMatching(letterMark), attachments: [] },
      status: 'Published',
      statusText: 'Published',
      read: null,
      isConfirmationNeeded: true,
      notifications: [],
      externalReferences: [{ referenceType: 'DialogportenDialogId' }],
      propertyList: {},
    });
    for (const time of ['statusChanged', 'requestedPublishTime', 'dueDateTime', 'published'])
      expect(Date.parse(body[time] as string)).not.toBeNaN();
    expect(history()).toEqual(['Initialized', 'ReadyForPublish', 'Published']);
  });

  it('opened by the recipient records Fetched, without an event', async () => {
    const { body } = await get(his);
    expect(body).toMatchObject({ status: 'Published', content: { messageBody: expect.any(String) } });
    expect(history()).toEqual(['Initialized', 'ReadyForPublish', 'Published', 'Fetched']);
    expect((await get(owner)).body).toMatchObject({ status: 'Published', read: null });
    expect(eventsOf()).toEqual([]);
  });

  it('opened by the service owner without altinn:correspondence.write counts as the recipient', async () => {
    await get(ownerWithoutWrite);
    await get(ownerWithoutWrite, '/details');
    expect(history()).toEqual(['Initialized', 'ReadyForPublish', 'Published', 'Fetched', 'Fetched']);
  });

  it('shows the highest status, not the latest', async () => {
    await get(his);
    await confirmed();
    await (his as Api)('GET', `${path}/${id}/content`);
    expect(history()?.slice(-3)).toEqual(['Fetched', 'Confirmed', 'Read']);
    const { body } = await get(owner);
    expect(body.status).toBe('Confirmed');
    expect(body.read).not.toBeNull();
  });

  it('shows a purged letter to nobody: 404 with 1001', async () => {
    await get(his);
    await confirmed();
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
    expect((await get(owner)).body).toMatchObject({ status: 'ReadyForPublish', published: null });
  });
});

it('shows the history in the details', async () => {
  await get(his);
  await confirmed();
  const { body } = await get(owner, '/details');
  expect(body.statusHistory).toEqual(
    ['Initialized', 'ReadyForPublish', 'Published', 'Fetched', 'Confirmed'].map((status) => ({
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
    expect(history()).toEqual(['Initialized', 'ReadyForPublish', 'Published']);
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
    expect((await get(owner, '/details')).body.status).toBe('Published');
    await altinn.simulator.advance({ seconds: 7 });
    expect(await act(his, 'POST', '/confirm')).toEqual([400, 1041]);
    expect(eventsOf()).toEqual(['correspondencereceiverconfirmed']);
    expect((await get(owner)).body.read).toBeNull();
  });

  it('purges, but not what still needs confirmation, and once', async () => {
    expect(await act(his, 'DELETE', '/purge')).toEqual([400, 1026]);
    await get(his);
    await confirmed();
    expect(await act(his, 'DELETE', '/purge')).toEqual([200, undefined]);
    expect(await act(his, 'DELETE', '/purge')).toEqual([400, 1014]);
    expect(eventsOf().at(-1)).toBe('correspondencepurged');
  });

  it('downloads an attachment', async () => {
    [id] = altinn.simulator.createLetters({ recipient, attachment: 'published' }) as [string];
    const [attachment] = altinn.simulator.letters.get(id)?.attachments ?? [];
    const file = await (his as Api)('GET', `${path}/${id}/attachment/${attachment}/download`);
    expect(file.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await act(his, 'GET', `/attachment/${id}/download`)).toEqual([404, 2001]);
    expect((await get(owner)).body.status).toBe('AttachmentsDownloaded');
  });
});

it('lets the sender purge before publishing alone', async () => {
  expect(await act(owner, 'DELETE', '/purge')).toEqual([400, 1013]);
  [id] = altinn.simulator.createLetters({ recipient, publishInDays: 1 }) as [string];
  expect(await act(owner, 'DELETE', '/purge')).toEqual([200, undefined]);
  await altinn.simulator.advance({ days: 2 });
  expect(history()).toEqual(['Initialized', 'ReadyForPublish', 'PurgedByAltinn']);
});

describe('clicks', () => {
  it('at the same time are all let through: the same is said more than once, by events with other ids', async () => {
    await get(his);
    const reads = await Promise.all(Array.from({ length: 6 }, () => act(his, 'POST', '/markasread')));
    expect(reads.filter(([status]) => status === 200).length).toBeGreaterThan(1);
    const confirms = await Promise.all(Array.from({ length: 6 }, () => act(his, 'POST', '/confirm')));
    expect(confirms.map(([status]) => status)).toEqual(Array(6).fill(200));
    await altinn.simulator.advance({ seconds: 7 });
    const count = (name: string) => eventsOf().filter((each) => each === name).length;
    expect(count('correspondencereceiverread')).toBeGreaterThan(1);
    expect(count('correspondencereceiverconfirmed')).toBe(2);
    expect(history()?.filter((status) => status === 'Confirmed')).toHaveLength(2);
    expect(await act(his, 'POST', '/markasread')).toEqual([400, 1040]);
  });

  it('to purge what is purged and was downloaded before change nothing', async () => {
    [id] = altinn.simulator.createLetters({ recipient, attachment: 'published' }) as [string];
    altinn.simulator.download(id);
    expect(await act(his, 'DELETE', '/purge')).toEqual([200, undefined]);
    expect(await act(his, 'DELETE', '/purge')).toEqual([200, undefined]);
    expect(eventsOf().filter((name) => name === 'correspondencepurged')).toHaveLength(1);
    expect((await get(owner)).status).toBe(404);
    expect((await get(owner, '/details')).body).toMatchObject({ status: 'AttachmentsDownloaded' });
    expect((await get(his, '/details')).status).toBe(200);
  });
});

describe('a sender without altinn:serviceowner', () => {
  it('is shown neither the text nor the purge', async () => {
    const plain = apiOf(altinn, await altinnToken(altinn, altinn.client, 'altinn:correspondence.write'));
    [id] = altinn.simulator.createLetters({ recipient, attachment: 'published' }) as [string];
    expect((await get(plain)).body.content).toEqual({
      attachments: [],
      language: 'no',
      messageTitle: '',
      messageSummary: '',
      messageBody: '',
    });
    altinn.simulator.purge(id);
    const { body } = await get(plain, '/details');
    expect(body.status).toBe('PurgedByRecipient');
    expect(body.statusHistory.map(({ status }) => status)).not.toContain('PurgedByRecipient');
    expect((await get(owner, '/details')).body.statusHistory.at(-1)?.status).toBe('PurgedByRecipient');
  });
});

it('refuses an attachment that has expired, and says so by an event', async () => {
  const spec = { recipient, attachment: 'published', attachmentExpiresInDays: 2 } as const;
  [id] = altinn.simulator.createLetters(spec) as [string];
  const [attachment] = altinn.simulator.letters.get(id)?.attachments ?? [];
  await altinn.simulator.advance({ days: 2 });
  expect(eventsOf().at(-1)).toBe('attachmentexpired');
  expect(await act(his, 'GET', `/attachment/${attachment}/download`)).toEqual([400, 2020]);
  expect((await get(owner)).body).toMatchObject({ content: { attachments: [{ status: 'Expired' }] } });
});

it('forwards without an event', async () => {
  altinn.simulator.read(id);
  const before = eventsOf();
  altinn.simulator.forward(id);
  expect((await get(owner)).body.status).toBe('Forwarded');
  expect(eventsOf()).toEqual(before);
});
