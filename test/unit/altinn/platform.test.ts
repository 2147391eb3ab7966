import { describe, expect, it } from 'vitest';
import { AltinnError } from '../../../shared/altinn/api/altinn-error.ts';
import { makeGate } from '../../../shared/altinn/api/gate.ts';
import { printed } from '../../support/altinn/client.ts';
import { platformOf } from '../../support/altinn/platform.ts';
import type { Reply } from '../../support/altinn/server.ts';

const list = '/events/api/v1/subscriptions';
const letter = '/correspondence/api/v1/correspondence/9f0c4a52-6d1b-4c1e-8a53-2f6f3c1d7e10';

/** Answers with each in turn, and then for ever with the last. */
function inTurn(...replies: (Reply | undefined)[]) {
  let next = 0;
  return () => replies[Math.min(next++, replies.length - 1)];
}

async function errorOf(...replies: (Reply | undefined)[]) {
  const altinn = await platformOf(inTurn(...replies));
  const error = await altinn.platform.request('GET', list).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(AltinnError);
  return { ...altinn, error: error as AltinnError };
}

describe('a request', () => {
  it('carries the token, and JSON both ways', async () => {
    const { platform, tokens, asked } = await platformOf(() => ({ status: 201, body: { id: 1 } }));
    expect(await platform.request('POST', list, { body: { endPoint: 'x' } })).toEqual({ id: 1 });
    const [request] = asked();
    expect(request?.headers.authorization).toBe((await tokens.current()).authorization());
    expect(request?.headers['content-type']).toBe('application/json');
    expect(request?.body).toBe('{"endPoint":"x"}');
  });

  it('is none but those that are allowed', async () => {
    const { platform, asked } = await platformOf(() => ({ body: {} }));
    for (const [method, path] of [
      ['GET', `${letter}/content`],
      ['POST', `${letter}/markasread`],
      ['POST', `${letter}/confirm`],
      ['DELETE', letter],
      ['GET', `${letter}/../${letter}/content`],
      ['GET', `${letter}/details/content`],
      ['GET', `${letter}?x=/content`],
      ['GET', '/notifications/api/v1/orders'],
    ] as const) {
      await expect(platform.request(method, path)).rejects.toThrow('not among the requests');
    }
    expect(asked()).toEqual([]);
  });

  it('for a list of letters has one role, and the scope of that role', async () => {
    const letters = '/correspondence/api/v1/correspondence';
    const ask = (platform: Awaited<ReturnType<typeof platformOf>>['platform'], query: string) =>
      platform.request('GET', letters, { query: new URLSearchParams(query) });
    const owner = await platformOf(() => ({ body: { ids: [] } }));
    await ask(owner.platform, 'role=Sender');
    for (const query of ['', 'role=sender', 'role=RecipientAndSender', 'role=Sender&role=Recipient']) {
      await expect(ask(owner.platform, query)).rejects.toThrow('not among the requests');
    }
    await expect(owner.platform.request('POST', letters)).rejects.toThrow('not among the requests');
    await expect(ask(owner.platform, 'role=Recipient')).rejects.toThrow(
      'lacks the scope altinn:correspondence.read',
    );
    expect(owner.asked()).toHaveLength(1);
    const recipient = await platformOf(
      () => ({ body: { ids: [] } }),
      'altinn:events.subscribe altinn:correspondence.read',
      { ALTINN_SYSTEM_USER_ORG: '313154599' },
    );
    await ask(recipient.platform, 'role=Recipient');
    await expect(ask(recipient.platform, 'role=Sender')).rejects.toThrow(
      'lacks the scope altinn:correspondence.write',
    );
    expect(recipient.asked()).toHaveLength(1);
  });

  it.each([[{ status: 429 }], [{ status: 500 }], [{ status: 503 }], [undefined]])(
    'is tried again after %j',
    async (reply) => {
      const { platform, waits } = await platformOf(inTurn(reply, reply, { body: [] }));
      expect(await platform.request('GET', list)).toEqual([]);
      expect(waits).toEqual([500, 1_000]);
    },
  );

  it('is tried four times at the most', async () => {
    const { error, asked } = await errorOf({ status: 503, body: 'down' });
    expect(asked()).toHaveLength(4);
    expect(error).toMatchObject({ status: 503, transient: true });
    const unreachable = await errorOf(undefined);
    expect(unreachable.error).toMatchObject({ status: undefined, transient: true });
    expect(unreachable.error.message).toContain('could not be reached');
  });

  it('honours Retry-After in seconds and as a date', async () => {
    const { platform, waits } = await platformOf(
      inTurn(
        { status: 429, headers: { 'retry-after': '7' } },
        { status: 429, headers: { 'retry-after': new Date(Date.now() + 20_000).toUTCString() } },
        { body: [] },
      ),
    );
    await platform.request('GET', list);
    expect(waits[0]).toBe(7_000);
    expect(waits[1]).toBeGreaterThan(18_000);
    expect(waits[1]).toBeLessThanOrEqual(20_000);
  });

  it('leaves a long Retry-After to its caller', async () => {
    const { error, waits, asked } = await errorOf({ status: 429, headers: { 'retry-after': '300' } });
    expect(error).toMatchObject({ status: 429, retryAfter: 300, transient: true });
    expect(waits).toEqual([]);
    expect(asked()).toHaveLength(1);
  });

  it('gets another token once when the platform refuses the first', async () => {
    const { platform, exchanges } = await platformOf(inTurn({ status: 401 }, { body: [] }));
    expect(await platform.request('GET', list)).toEqual([]);
    expect(exchanges()).toBe(2);
    const refused = await errorOf({ status: 401 });
    expect(refused.asked()).toHaveLength(2);
    expect(refused.exchanges()).toBe(2);
    expect(refused.error).toMatchObject({ status: 401, transient: false });
  });

  it.each([4001, '4001'])('never gets another one after 401 with errorCode %j', async (errorCode) => {
    const body = { title: 'Unauthorized', status: 401, detail: 'No access', errorCode };
    const { error, asked, exchanges } = await errorOf({ status: 401, body });
    expect(error).toMatchObject({ status: 401, errorCode: 4001, transient: false });
    expect(asked()).toHaveLength(1);
    expect(exchanges()).toBe(1);
  });

  it('follows no redirect', async () => {
    const { error, asked } = await errorOf({ status: 302, headers: { location: '/login' } });
    expect(error.status).toBe(302);
    expect(asked()).toHaveLength(1);
  });
});

describe('an error', () => {
  it.each([
    ['a JSON string', JSON.stringify('Resource filter is required.'), 'Resource filter is required.'],
    [
      'problem details',
      { title: 'One or more validation errors occurred.', errors: { $: ['Trailing comma.'] } },
      'One or more validation errors occurred.: Trailing comma.',
    ],
    ['nothing', '', ''],
  ])('says what Altinn said in %s', async (_, body, reason) => {
    const { error } = await errorOf({ status: 400, body });
    expect(error).toMatchObject({ status: 400, reason });
    expect(error.message).toBe(`Altinn answered 400 to GET ${list}${reason && `: ${reason}`}`);
  });

  it('shows no person, token or key', async () => {
    const altinn = await platformOf(({ headers }) => ({
      status: 400,
      body: JSON.stringify(
        `${headers.authorization} may not post 12345678901 to https://app.example.no/api/events?code=s3cret`,
      ),
    }));
    const error = await altinn.platform.request('GET', list).catch((error: unknown) => error);
    const token = (await altinn.tokens.current()).authorization().slice(7);
    expect(printed(error)).not.toContain(token);
    expect(printed(error)).not.toMatch(/12345678901|s3cret/);
    expect(printed(altinn.platform)).not.toContain(token);
  });
});

describe('letters', () => {
  it('are looked at ten times a second at the most by one process', async () => {
    let now = 1_000;
    const waits: number[] = [];
    const sleep = async (milliseconds: number) => {
      waits.push(milliseconds);
    };
    const pace = makeGate(2, { now: () => now, sleep });
    await Promise.all([pace(), pace(), pace(), pace()]);
    expect(waits).toEqual([500, 1_000, 1_500]);
    now += 10_000;
    await pace();
    expect(waits).toHaveLength(3);
    const { platform, waits: waited } = await platformOf(() => ({ body: {} }));
    await Promise.all([platform.request('GET', letter), platform.request('GET', `${letter}/details`)]);
    expect(waited).toHaveLength(1);
    expect(waited[0]).toBeGreaterThan(50);
  });
});
