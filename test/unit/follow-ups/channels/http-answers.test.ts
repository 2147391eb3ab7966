import { describe, expect, it, vi } from 'vitest';
import { NotDelivered, PerhapsDelivered } from '../../../../shared/follow-ups/channels/channel.ts';
import {
  channelOf,
  closedPort,
  failure,
  letter,
  person,
  receiver,
  send,
  stepOf,
} from '../../../support/channels.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const types = ['webhook', 'teams', 'slack'] as const;
const to = (type: string, url: string, includePersons = false) =>
  channelOf(type, { URL: url, ...(type === 'webhook' && { SECRET: secret }) }, { includePersons });

describe.each(types)('%s', (type) => {
  it.each([200, 202])('takes %i for delivered, and says so', async (status) => {
    const { received, url } = await receiver((response) => response.writeHead(status).end('ok'));
    expect(await send(to(type, url))).toBe(String(status));
    expect(received).toHaveLength(1);
    expect(received[0]?.headers['content-type']).toBe('application/json');
  });

  it.each([301, 307, 400, 401, 403, 404, 405, 410, 413, 415, 422])(
    'takes %i for a refusal for good',
    async (status) => {
      const { received, url } = await receiver((response) =>
        response.writeHead(status, { location: '/' }).end(),
      );
      const error = await failure(send(to(type, url)));
      expect(error).toBeInstanceOf(NotDelivered);
      expect(error).toMatchObject({ permanent: true, message: `CHANNEL_X_URL answered ${status}` });
      expect(received).toHaveLength(1);
    },
  );

  it('takes a 4xx that it does not know for a refusal for now', async () => {
    const { url } = await receiver((response) => response.writeHead(423).end());
    const error = await failure(send(to(type, url)));
    expect(error).toBeInstanceOf(NotDelivered);
    expect(error.permanent).toBe(false);
  });

  it.each([408, 500, 502, 503, 504])(
    'does not know what became of it where the answer is %i',
    async (status) => {
      const { url } = await receiver((response) => response.writeHead(status).end());
      expect(await failure(send(to(type, url)))).toBeInstanceOf(PerhapsDelivered);
    },
  );

  it.each([
    ['120', 120_000],
    ['86400', 3_600_000],
    ['0', 0],
    ['soon', undefined],
  ])('waits as long as Retry-After %s asks, an hour at the most', async (value, expected) => {
    for (const status of [429, 503]) {
      const { url } = await receiver((response) =>
        response.writeHead(status, { 'retry-after': value }).end(),
      );
      expect((await failure(send(to(type, url)))).retryAfterMs).toBe(expected);
    }
  });

  it('takes a date in Retry-After too', async () => {
    const at = new Date(Date.now() + 600_000).toUTCString();
    const { url } = await receiver((response) => response.writeHead(429, { 'retry-after': at }).end());
    const { retryAfterMs = 0 } = await failure(send(to(type, url)));
    expect(retryAfterMs).toBeGreaterThan(590_000);
    expect(retryAfterMs).toBeLessThanOrEqual(600_000);
  });

  it('knows that nobody was told where nobody listens', async () => {
    const error = await failure(send(to(type, `http://127.0.0.1:${await closedPort()}/s3cr3t`)));
    expect(error).toBeInstanceOf(NotDelivered);
    expect(error).toMatchObject({
      permanent: false,
      message: 'CHANNEL_X_URL could not be reached (ECONNREFUSED)',
    });
  });

  it('does not know it where no answer comes in time', async () => {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    const spy = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => timeout(50));
    const { url } = await receiver(() => {});
    const error = await failure(send(to(type, url)));
    spy.mockRestore();
    expect(error).toBeInstanceOf(PerhapsDelivered);
    expect(error.message).toContain('TimeoutError');
  });

  it('repeats no secret, address, person nor answer in an error', async () => {
    const said = `{"secret":"of theirs","who":"${person}"}`;
    const answering = await receiver((response) => response.writeHead(500).end(said));
    const refusing = await receiver((response) => response.writeHead(400).end(said));
    const reset = await receiver((response) => response.socket?.resetAndDestroy());
    for (const url of [answering.url, refusing.url, reset.url, 'http://127.0.0.1:1/s3cr3t']) {
      const { message, stack } = await failure(send(to(type, url, true)));
      for (const hidden of ['s3cr3t', secret.slice(6), '127.0.0.1', person, 'theirs', letter]) {
        expect(message).not.toContain(hidden);
        expect(stack).not.toContain(hidden);
      }
    }
  });

  it('names a person where it is asked to, and else nowhere', async () => {
    const { received, url } = await receiver((response) => response.end('ok'));
    const step = stepOf({ sendersReference: `om ${person}`, link: `https://sak.example.no/${person}` });
    await send(to(type, url), step);
    await send(to(type, url, true), step);
    expect(received[0]?.body).not.toContain(person);
    expect(received[1]?.body).toContain(person);
  });
});

it.each([429])('Teams and Slack refuse before anything is done, where they answer %i', async (status) => {
  const { url } = await receiver((response) => response.writeHead(status).end());
  expect(await failure(send(to('teams', url)))).toBeInstanceOf(NotDelivered);
  expect(await failure(send(to('slack', url)))).toBeInstanceOf(NotDelivered);
  expect(await failure(send(to('webhook', url)))).toBeInstanceOf(PerhapsDelivered);
});

it.each([
  [400, 'invalid_blocks'],
  [403, 'action_prohibited'],
  [404, 'no_service'],
  [410, 'channel_is_archived'],
])('Slack’s reason is told: %i %s', async (status, said) => {
  const { url } = await receiver((response) =>
    response.writeHead(status, { 'content-length': said.length }).end(said),
  );
  const error = await failure(send(to('slack', url)));
  expect(error).toMatchObject({ permanent: true, message: `CHANNEL_X_URL answered ${status} ${said}` });
});
