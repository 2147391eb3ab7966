import { describe, expect, it } from 'vitest';
import { AltinnError } from '../../../shared/altinn/api/altinn-error.ts';
import type { Letter } from '../../../shared/altinn/api/correspondence.ts';
import { TokenError } from '../../../shared/altinn/auth/token-error.ts';
import type { Turn } from '../../../shared/altinn/pace.ts';
import type { KnownAnswer } from '../../../shared/follow-ups/answer.ts';
import { makeAskAltinn } from '../../../shared/follow-ups/question.ts';
import { RetryableError } from '../../../shared/queue/errors.ts';
import { deriveStatus } from '../../../shared/tracking/status.ts';
import { notAsked } from '../../support/altinn/not-asked.ts';

const id = '5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90';
const { signal } = new AbortController();
const long = '2026-01-01T00:00:00Z';

function start(answer: () => Partial<Letter>) {
  let asked = 0;
  const heard: string[] = [];
  const turns: (number | undefined)[] = [];
  const pace = {
    answered: async () => void heard.push('answered'),
    silent: async (retryAfterMs?: number) => void heard.push(`silent ${retryAfterMs}`),
    turn: async (at?: number): Promise<Turn> => {
      turns.push(at);
      return at === 0 ? 'taken' : 'now';
    },
  };
  const letter = async () => {
    asked++;
    return { isGone: false, ...answer() } as Letter;
  };
  const ask = makeAskAltinn({ letter, ...notAsked }, pace);
  const question = { kind: 'never-read', correspondenceId: id, status: deriveStatus([]) } as const;
  return {
    ask: (heardAt = long, askAt?: string) => ask({ ...question, heardAt, askAt }, signal),
    asked: () => asked,
    heard,
    turns,
  };
}

const history = (...statuses: string[]) => ({
  statusHistory: statuses.map((status, day) => ({ status, statusChanged: `2026-08-0${day + 1}T06:00:00Z` })),
});

describe('Altinn’s answer', () => {
  it.each<[string, Partial<Letter>, object]>([
    ['nothing', { status: 'Published', ...history('Published') }, {}],
    ['read by its time', { read: '2026-08-02T06:00:00Z' }, { read: '2026-08-02T06:00:00Z' }],
    ['read by its history', history('Published', 'Read', 'Read'), { read: '2026-08-02T06:00:00Z' }],
    [
      'confirmed, whatever outranks it',
      {
        status: 'AttachmentsDownloaded',
        ...history('Published', 'Fetched', 'Confirmed', 'AttachmentsDownloaded'),
      },
      { confirmed: '2026-08-03T06:00:00Z' },
    ],
    [
      'purged, whatever outranks it',
      { status: 'AttachmentsDownloaded', ...history('Published', 'PurgedByRecipient') },
      { purged: '2026-08-02T06:00:00Z' },
    ],
    [
      'purged by status alone: the history may leave it out',
      { status: 'PurgedByAltinn', statusChanged: '2026-08-05T06:00:00Z', ...history('Published') },
      { purged: '2026-08-05T06:00:00Z' },
    ],
    [
      'failed',
      { status: 'Failed', ...history('Initialized', 'Failed') },
      { publishFailed: '2026-08-02T06:00:00Z' },
    ],
    ['fetched, which is not read', history('Published', 'Fetched'), {}],
  ])('is %s', async (_what, letter, facts) => {
    expect(await start(() => letter).ask()).toMatchObject({ is: 'known', facts });
    const { published: _, ...settling } = ((await start(() => letter).ask()) as KnownAnswer).facts;
    expect(Object.keys(settling)).toEqual(Object.keys(facts));
  });

  it('is purged where only the missing overview tells', async () => {
    const answer = await start(() => ({ isGone: true, ...history('Published') })).ask();
    expect(answer).toMatchObject({ facts: { purged: expect.any(String) } });
  });

  it.each<[string, number, number]>([
    ['not known', 404, 1001],
    ['not ours to see', 401, 4001],
  ])('that the letter is %s proves nothing about it', async (_what, status, errorCode) => {
    const { ask, heard } = start(() => {
      throw new AltinnError('no', { status, errorCode });
    });
    expect(await ask()).toMatchObject({ is: 'disputed', why: expect.stringContaining(String(errorCode)) });
    expect(heard).toEqual(['answered']);
  });

  it.each([400, 200])(
    'is none for an unexpected %d about one letter, and does not slow the others down',
    async (status) => {
      const { ask, heard } = start(() => {
        throw new AltinnError('of no use', { status });
      });
      expect(await ask()).toMatchObject({ is: 'silent', why: 'of no use' });
      expect(heard).toEqual(['answered']);
    },
  );

  it.each<[string, Error]>([
    ['no connection', new AltinnError('ECONNREFUSED', {})],
    ['500', new AltinnError('500', { status: 500 })],
    ['another 404', new AltinnError('404', { status: 404 })],
    ['another 401', new AltinnError('401', { status: 401 })],
    ['no token', new TokenError('unreachable', 'no token')],
  ])('is none for %s: it is waited for', async (_what, error) => {
    const { ask, heard } = start(() => {
      throw error;
    });
    expect(await ask()).toMatchObject({ is: 'silent', why: error.message });
    expect(heard).toEqual(['silent undefined']);
  });

  it('says how long to stay away', async () => {
    const { ask, heard } = start(() => {
      throw new AltinnError('429', { status: 429, retryAfter: 30 });
    });
    expect(await ask()).toMatchObject({ is: 'silent', retryAfterMs: 30_000 });
    expect(heard).toEqual(['silent 30000']);
  });

  it('serves all follow-ups of a letter for a minute, unless something was heard of it since', async () => {
    const { ask, asked } = start(() => history('Published'));
    await Promise.all([await ask(), await ask()]);
    expect(asked()).toBe(1);
    await ask(new Date(Date.now() + 1_000).toISOString());
    expect(asked()).toBe(2);
  });

  it('holds nothing of the letter’s text', async () => {
    const text = 'a text that nobody may see';
    const letter = { content: { messageBody: text, messageTitle: text }, ...history('Published') } as never;
    expect(JSON.stringify(await start(() => letter).ask())).not.toContain(text);
  });

  it('is asked for when it is its turn, and not where that has passed and no other is near', async () => {
    const { ask, asked, turns } = start(() => ({}));
    await ask(long, '2026-08-20T06:00:01.500Z');
    expect(turns).toEqual([Date.parse('2026-08-20T06:00:01.500Z')]);
    const later = new Date(Date.now() + 1_000).toISOString();
    await expect(ask(later, new Date(0).toISOString())).rejects.toThrow(RetryableError);
    expect(asked()).toBe(1);
  });

  it('takes no turn where an answer is shared', async () => {
    const { ask, turns } = start(() => ({}));
    await ask();
    await ask();
    expect(turns).toEqual([undefined]);
  });
});
