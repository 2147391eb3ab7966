import { describe, expect, it } from 'vitest';
import { delayAfter, NotYet, orLater, park, takeBack } from '../../../shared/queue/consumer.ts';
import { makeParked } from '../../../shared/queue/dead-letters.ts';
import { codeOf, isNonRetryable, NonRetryableError } from '../../../shared/storage/faults.ts';
import { MemoryStorage, type Operation, restError } from '../../support/memory-storage.ts';

/** @param refused the operations that fail */
function start(refused: readonly Operation['name'][] = []) {
  const storage = new MemoryStorage();
  const refuse = ({ name, when }: Operation) => {
    if (when === 'before' && refused.includes(name)) throw restError(503, 'ServerBusy');
  };
  const lines: string[] = [];
  const at = (level: string) => (what: string, fields?: object) =>
    void lines.push(`${level} ${what} ${JSON.stringify(fields)}`);
  const deps = {
    queue: storage.queue('events', refuse),
    parked: makeParked(
      storage.table('deadletters', refuse),
      'events',
      () => new Date('2026-08-20T06:00:00Z'),
    ),
    log: { info: at('info'), warn: at('warn'), error: at('error') },
  };
  const queued = () =>
    storage.messages('events').map(({ text, visibleAt }) => ({
      message: JSON.parse(Buffer.from(text, 'base64').toString()),
      delay: (visibleAt - storage.now) / 1000,
    }));
  return { storage, deps, lines, queued, parked: () => storage.rowsOf('deadletters') };
}

const fails = (error: unknown) => () => Promise.reject(error);
const message = { attempt: 1, event: { id: '1' } };

describe('delayAfter', () => {
  it.each([
    [1, 10],
    [2, 30],
    [3, 60],
    [4, 300],
    [5, 600],
    [6, 600],
    [999, 600],
  ])('try %i is %i s', (attempt, seconds) => {
    expect(delayAfter(attempt)).toBe(seconds);
  });
});

describe('orLater', () => {
  it('leaves a message alone whose work is done', async () => {
    const { deps, queued, parked } = start();
    await orLater(message, deps, async () => {});
    expect([queued(), parked()]).toEqual([[], []]);
  });

  it.each([1, 2, 3, 4, 5, 6, 42])('puts back what failed at try %i, counted and later', async (attempt) => {
    const { deps, queued, parked, lines } = start();
    await orLater({ ...message, attempt }, deps, fails(new Error('case system is down')));
    expect(queued()).toEqual([{ message: { ...message, attempt: attempt + 1 }, delay: delayAfter(attempt) }]);
    expect(parked()).toEqual([]);
    expect(lines[0]).toMatch(/^warn put back for later .*case system is down/);
  });

  it.each<[string, unknown]>([
    ['503', restError(503, 'ServerBusy')],
    ['500', restError(500, 'InternalError')],
    ['429', restError(429, 'TooManyRequests')],
    ['403: an operator can fix it', restError(403, 'AuthorizationFailure')],
    ['404', restError(404, 'TableBeingDeleted')],
    ['409', restError(409, 'TableBeingDeleted')],
    ['a lost connection', Object.assign(new Error(''), { code: 'ECONNRESET' })],
    ['a text', 'thrown'],
    ['nothing', undefined],
    ['400 of somebody else', Object.assign(new Error('x'), { statusCode: 400 })],
  ])('puts back what time can fix: %s', async (_what, error) => {
    const { deps, queued, parked } = start();
    await orLater(message, deps, fails(error));
    expect([queued().length, parked().length]).toEqual([1, 0]);
  });

  it.each<[string, unknown]>([
    ['a permanent fault', new NonRetryableError('no timeline')],
    ['400 from storage', restError(400, 'PropertyValueTooLarge')],
    ['413 from storage', restError(413, 'RequestBodyTooLarge')],
  ])('parks at once what nothing can fix: %s', async (_what, error) => {
    const { deps, queued, parked, lines } = start();
    await orLater(message, deps, fails(error));
    expect(queued()).toEqual([]);
    expect(parked()).toMatchObject([
      {
        partitionKey: 'events',
        reason: (error as Error).message,
        raw: JSON.stringify(message),
        parkedAt: '2026-08-20T06:00:00.000Z',
      },
    ]);
    expect(lines[0]).toMatch(/^error parked/);
  });

  it('parks what a week of tries has not fixed, and not a try before', async () => {
    const { deps, queued, parked } = start();
    await orLater({ ...message, attempt: 999 }, deps, fails(new Error('down')));
    expect([queued().length, parked().length]).toEqual([1, 0]);
    await orLater({ ...message, attempt: 1_000 }, deps, fails(new Error('down')));
    expect([queued().length, parked().length]).toEqual([1, 1]);
  });

  it('reports waiting for somebody else as no fault', async () => {
    const { deps, queued, lines } = start();
    await orLater(message, deps, fails(new NotYet('somebody else is at it')));
    expect(queued()).toHaveLength(1);
    expect(lines).toEqual([expect.stringMatching(/^info put back/)]);
  });

  it('throws where the message can neither be put back nor parked: the host has it still', async () => {
    const { deps } = start(['send', 'insert']);
    await expect(orLater(message, deps, fails(new Error('down')))).rejects.toThrow('ServerBusy');
    await expect(orLater(message, deps, fails(new NonRetryableError('x')))).rejects.toThrow('ServerBusy');
  });
});

describe('park', () => {
  it('keeps the text of a message as it stood, of any length and kind', async () => {
    for (const [value, raw] of [
      ['not JSON', 'not JSON'],
      [123, '123'],
      [null, 'null'],
      [undefined, 'undefined'],
      [{ a: 'å😀'.repeat(12_000) }, JSON.stringify({ a: 'å😀'.repeat(12_000) })],
    ] as const) {
      const { deps, parked } = start();
      await park(value, 'why', deps);
      const { raw: one, raw2 = '', raw3 = '' } = parked()[0] as Record<string, unknown>;
      expect(`${one}${raw2}${raw3}`).toBe(raw);
    }
  });

  it('has a message once that is parked twice', async () => {
    const { deps, parked } = start();
    await park(message, 'why', deps);
    await park(message, 'why', deps);
    await park({ ...message, attempt: 2 }, 'why', deps);
    expect(parked()).toHaveLength(2);
  });
});

describe('takeBack', () => {
  it.each([1, 2, 3])(
    'puts back what the host gave up on, the time %i, whatever the try',
    async (takenBack) => {
      const { deps, queued, parked } = start();
      const given = { ...message, attempt: 40, takenBack: takenBack - 1 };
      await takeBack(given, given, deps);
      const message1 = { ...message, attempt: 41, takenBack };
      expect(queued()).toEqual([{ message: message1, delay: delayAfter(takenBack) }]);
      expect(parked()).toEqual([]);
    },
  );

  it('parks what it cannot read, and what the host gave up on again and again', async () => {
    const { deps, queued, parked } = start();
    await takeBack('not JSON', undefined, deps);
    const often = { ...message, takenBack: 3 };
    await takeBack(often, often, deps);
    expect(queued()).toEqual([]);
    expect(parked().map(({ reason }) => reason)).toEqual(Array(2).fill('the host gave up after five tries'));
  });

  it('throws where storage takes it neither way: it stays on the poison queue', async () => {
    const { deps } = start(['send', 'insert']);
    await expect(takeBack(message, message, deps)).rejects.toThrow('ServerBusy');
    await expect(takeBack(message, undefined, deps)).rejects.toThrow('ServerBusy');
  });
});

describe('codeOf and isNonRetryable', () => {
  it.each([undefined, null, 7, 'x', {}, new Error('x')])('know nothing of %j', (error) => {
    expect(codeOf(error)).toBeUndefined();
    expect(isNonRetryable(error)).toBe(false);
  });

  it('prefer the table service’s own code', () => {
    expect(codeOf(restError(409, 'EntityAlreadyExists'))).toBe('EntityAlreadyExists');
    expect(codeOf(Object.assign(new Error('x'), { code: 'QueueNotFound' }))).toBe('QueueNotFound');
  });
});
