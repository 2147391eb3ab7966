import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type Api,
  altinnToken,
  apiOf,
  recipient,
  recipientScopes,
  startTestAltinn,
  systemUser,
} from '../../support/simulator.ts';

// What the recordings of the list do not show: its limit, and its bounds to the instant.

let altinn: Awaited<ReturnType<typeof startTestAltinn>>;
let owner: Api;

beforeAll(async () => {
  altinn = await startTestAltinn({
    startTime: new Date('2026-09-01T00:00:00Z'),
    subunits: { [recipient]: ['310000077'] },
  });
  owner = apiOf(altinn, await altinnToken(altinn, altinn.client));
});
afterAll(() => altinn.stop());

async function list(query: string): Promise<string[]> {
  const path = '/correspondence/api/v1/correspondence?resourceId=altinn-local-letters&role=Sender';
  const answer = await owner('GET', `${path}&${query}`);
  return ((await answer.json()) as { ids: string[] }).ids;
}

it('names those that ever held a status, newest first, between two instants that are left out', async () => {
  const { simulator } = altinn;
  const [first] = simulator.createLetters({ publishInDays: 1, sendersReference: 'one' }) as [string];
  const [second] = simulator.createLetters({ publishInDays: 2 }) as [string];
  const [third] = simulator.createLetters({ publishInDays: 3, attachment: 'published' }) as [string];
  await simulator.advance({ days: 4 });
  simulator.read(first);
  simulator.confirm(third);
  simulator.download(third);
  simulator.purge(third);
  expect(await list('')).toEqual([third, second, first]);
  expect(await list('from=2026-09-02T00:00:00Z&to=2026-09-04T00:00:00Z')).toEqual([second]);
  expect(await list('from=2026-09-01T23:59:59.999Z&to=2026-09-04')).toEqual([second, first]);
  expect(await list('status=Published')).toEqual([third, second, first]);
  expect(await list('status=Read')).toEqual([first]);
  for (const status of ['Confirmed', 'AttachmentsDownloaded', 'PurgedByRecipient'])
    expect(await list(`status=${status}`)).toEqual([third]);
  expect(await list('status=Fetched')).toEqual([]);
  expect(await list('sendersReference=one')).toEqual([first]);
});

it('names a thousand at most, the newest, and says nothing of the others', async () => {
  const ids = altinn.simulator.createLetters({}, 1001);
  const listed = await list('status=Published&from=2026-09-04T23:00:00Z');
  expect(listed).toEqual(ids.toReversed().slice(0, 1000));
});

it('names a recipient its own letters, and those of a subunit on behalf of that', async () => {
  const { simulator, client } = altinn;
  const [own] = simulator.createLetters({ recipient, sendersReference: 'ours' }) as [string];
  const [ofSubunit] = simulator.createLetters({ recipient: '310000077', sendersReference: 'ours' }) as [
    string,
  ];
  await simulator.advance({ days: 1 });
  const token = await altinnToken(altinn, client, recipientScopes, systemUser(recipient));
  const path =
    '/correspondence/api/v1/correspondence?resourceId=altinn-local-letters&role=Recipient&sendersReference=ours';
  const ask = async (onBehalfOf = '') => (await apiOf(altinn, token)('GET', path + onBehalfOf)).json();
  expect(await ask()).toEqual({ ids: [own] });
  expect(await ask('&onBehalfOf=0192:310000077')).toEqual({ ids: [ofSubunit] });
  expect(await ask('&onBehalfOf=urn:altinn:organization:identifier-no:310000077')).toEqual({
    ids: [ofSubunit],
  });
  expect(await ask('&onBehalfOf=0192:310000078')).toMatchObject({ status: 401, errorCode: 4001 });
  expect(simulator.letters.get(own)?.changes.map(({ status }) => status)).not.toContain('Fetched');
});
