import { describe, expect, it } from 'vitest';
import { makeCorrespondence } from '../../../shared/altinn/api/correspondence.ts';
import { makePlatform } from '../../../shared/altinn/api/platform.ts';
import { makeTokens } from '../../../shared/altinn/auth/tokens.ts';
import { altinnToken, settingsFor, withTokens, writeScopes } from '../../support/altinn/client.ts';
import { platformOf } from '../../support/altinn/platform.ts';
import { type Reply, serve } from '../../support/altinn/server.ts';

const id = '9f0c4a52-6d1b-4c1e-8a53-2f6f3c1d7e10';
const overview = {
  correspondenceId: id,
  resourceId: 'my-letters',
  status: 'Read',
  read: '2026-08-01T10:00:00Z',
  published: '2026-07-31T10:00:00Z',
  dueDateTime: null,
  content: { messageTitle: 'secret title', messageBody: 'secret body' },
  notifications: [{ recipient: 'ola@example.no' }],
  somethingNew: 1,
};
const problem = (status: number, errorCode: number): Reply => ({ status, body: { status, errorCode } });

describe('a look at a letter', () => {
  it('keeps what a status is made of, and nothing of the content', async () => {
    const { platform, asked } = await platformOf(({ path }) => ({
      body: path.endsWith('/details')
        ? { ...overview, statusHistory: [{ status: 'Confirmed', statusText: 'x', statusChanged: 'y' }] }
        : overview,
    }));
    const { overview: look, details } = makeCorrespondence(platform);
    const seen = await look(id.toUpperCase());
    expect(seen).toMatchObject({ purged: false, read: overview.read, dueDateTime: null });
    expect(JSON.stringify(seen)).not.toMatch(/secret|example/);
    expect(await details(id)).toMatchObject({ statusHistory: [{ status: 'Confirmed' }] });
    expect(asked().map(({ path }) => path.split('/correspondence/').at(-1))).toEqual([id, `${id}/details`]);
  });

  it('takes a code 1001 for purged, and nothing else', async () => {
    const purged = makeCorrespondence((await platformOf(() => problem(404, 1001))).platform);
    expect(await purged.overview(id)).toEqual({ purged: true });
    expect(await purged.details(id)).toEqual({ purged: true });
    const other = makeCorrespondence((await platformOf(() => ({ status: 404 }))).platform);
    await expect(other.overview(id)).rejects.toMatchObject({ status: 404 });
  });

  it('does not loop where there is no access', async () => {
    const { platform, asked } = await platformOf(() => problem(401, 4001));
    await expect(makeCorrespondence(platform).overview(id)).rejects.toMatchObject({ errorCode: 4001 });
    expect(asked()).toHaveLength(1);
  });

  it.each(['', 'x', `${id}/content`, `../${id}`, `${id}?`, `${id}%2Fcontent`])(
    'asks nothing about %j',
    async (wrong) => {
      const { platform, asked } = await platformOf(() => ({ body: overview }));
      await expect(makeCorrespondence(platform).overview(wrong)).rejects.toThrow(RangeError);
      await expect(makeCorrespondence(platform).details(wrong)).rejects.toThrow(RangeError);
      expect(asked()).toEqual([]);
    },
  );

  it('says what of an answer was wrong', async () => {
    const { platform } = await platformOf(() => ({ body: { ...overview, read: 1 } }));
    await expect(makeCorrespondence(platform).overview(id)).rejects.toThrow('a correspondence: read');
  });
});

describe('a list of letters', () => {
  const request = {
    resourceId: 'my-letters',
    role: 'Sender',
    status: 'Read',
    from: '2026-11-20T00:59:59.999999+01:00',
    to: '2026-11-21T00:00:00.000Z',
  } as const;

  it('is asked for with its bounds encoded, and gives ids', async () => {
    const ids = [id.toUpperCase(), '01a1fec9-e718-7088-9975-309369b970f2'];
    const { platform, asked } = await platformOf(() => ({ body: { ids, somethingNew: 1 } }));
    const found = await makeCorrespondence(platform).list(request);
    expect(found).toEqual({ ids: [id, ids[1]], full: false });
    const [{ path, query } = { path: '', query: new URLSearchParams() }] = asked();
    expect(path).toBe('/correspondence/api/v1/correspondence');
    // A plus that was not encoded would be a blank here, as it is at Altinn.
    expect(Object.fromEntries(query)).toEqual(request);
  });

  it('says that it is full at a thousand', async () => {
    const ids = Array.from({ length: 1_000 }, () => id);
    const full = makeCorrespondence((await platformOf(() => ({ body: { ids } }))).platform);
    expect(await full.list(request)).toMatchObject({ full: true });
    const less = makeCorrespondence((await platformOf(() => ({ body: { ids: ids.slice(1) } }))).platform);
    expect(await less.list(request)).toMatchObject({ full: false });
  });

  it('is none without ids', async () => {
    const { platform } = await platformOf(() => ({ body: {} }));
    await expect(makeCorrespondence(platform).list(request)).rejects.toThrow(
      'a list of correspondences: ids',
    );
  });
});

describe('a token without the write scope', () => {
  it('is not used, though the client asked for the scope', async () => {
    const server = await serve((request) =>
      request.path.startsWith('/authentication/')
        ? altinnToken('altinn:events.subscribe altinn:correspondence.read').then((body) => ({ body }))
        : withTokens(() => ({ body: overview }))(request),
    );
    const settings = settingsFor(server.url);
    const platform = makePlatform({ ...settings, tokens: makeTokens(settings) });
    const { overview: look, details } = makeCorrespondence(platform);
    await expect(look(id)).rejects.toThrow(
      'was not sent: the token lacks the scope altinn:correspondence.write',
    );
    await expect(details(id)).rejects.toMatchObject({ status: 403 });
    expect(server.seen.filter(({ path }) => path.includes('/correspondence/'))).toEqual([]);
  });

  it('is not used after a renewal either', async () => {
    let exchanges = 0;
    const server = await serve(async (request) => {
      if (request.path.startsWith('/authentication/')) {
        return { body: await altinnToken(exchanges++ === 0 ? writeScopes : 'altinn:correspondence.read') };
      }
      return withTokens(() => ({ status: 401 }))(request);
    });
    const settings = settingsFor(server.url);
    const platform = makePlatform({ ...settings, tokens: makeTokens(settings) });
    await expect(makeCorrespondence(platform).overview(id)).rejects.toThrow('was not sent');
    expect(server.seen.filter(({ path }) => path.includes('/correspondence/'))).toHaveLength(1);
  });
});
