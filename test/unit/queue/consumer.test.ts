import type { InvocationContext } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { delayAfter, makeConsumer, type WorkContext } from '../../../shared/queue/consumer.ts';
import { DeadLetters } from '../../../shared/queue/dead-letters.ts';
import { isNonRetryable, NonRetryableError, RetryableError } from '../../../shared/queue/errors.ts';
import { type Message, newMessage } from '../../../shared/queue/message.ts';
import { Retries } from '../../../shared/queue/retries.ts';
import { redactPersons } from '../../../shared/runtime/redact.ts';
import { codeOf } from '../../../shared/storage/faults.ts';
import { silentLog } from '../../support/log.ts';
import { MemoryStorage, type Operation, restError } from '../../support/memory-storage.ts';

interface Body {
  readonly what: string;
}
type Work = (message: Message<Body>, context: WorkContext) => Promise<void>;

const message = newMessage<Body>({ what: 'a' }, { via: 'push', enqueuedAt: '2026-08-20T05:59:00.000Z' });

/** @param refused the operations that fail, by store */
function start(work: Work = async () => {}, refused: readonly string[] = [], timeoutMs = 1_000) {
  const storage = new MemoryStorage();
  const refuse = ({ store, when }: Operation) => {
    if (when === 'before' && refused.includes(store ?? '')) throw restError(503, 'ServerBusy');
  };
  const lines: string[] = [];
  const now = () => new Date(storage.now);
  const consumer = makeConsumer({
    queue: storage.queue('events', refuse),
    deadLetters: new DeadLetters(storage.table('deadletters', refuse), now),
    retries: new Retries(storage.table('retries', refuse), now),
    body: z.object({ what: z.string() }),
    timeoutMs,
    work,
  });
  const context = (triggerMetadata: object = { id: 'q1', dequeueCount: 1 }) => {
    const at = (level: string) => (line: string) => void lines.push(`${level} ${line}`);
    return { triggerMetadata, info: at('info'), warn: at('warn'), error: at('error') } as never;
  };
  const handle = (value: unknown, taken?: object) => consumer.handle(value, context(taken));
  const redrive = (value: unknown) => consumer.redrive(value, context());
  const queued = () =>
    storage.messages('events').map(({ text, visibleAt }) => ({
      message: JSON.parse(Buffer.from(text, 'base64').toString()),
      delayMs: visibleAt - storage.now,
    }));
  return { storage, lines, handle, redrive, queued, deadLetters: () => storage.rowsOf('deadletters') };
}

const fails = (error: unknown) => () => Promise.reject(error);

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
    expect(delayAfter(attempt)).toBe(seconds * 1000);
  });
});

describe('a message', () => {
  it('is left alone whose work is done, and costs storage nothing', async () => {
    const { storage, handle } = start();
    await handle(message);
    expect([storage.operations, storage.size]).toEqual([0, 0]);
  });

  it.each([1, 2, 3, 4, 5, 6, 42])('that failed at try %i is retried, counted and later', async (attempt) => {
    const { handle, queued, deadLetters, lines } = start(fails(new Error('case system is down')));
    await handle({ ...message, attempt });
    expect(queued()).toEqual([
      { message: { ...message, attempt: attempt + 1 }, delayMs: delayAfter(attempt) },
    ]);
    expect(deadLetters()).toEqual([]);
    expect(lines[0]).toMatch(
      /^warn message\.retried queue=events attempt=\d+ delaySeconds=\d+ ageSeconds=\d+ fault=true reason="case system is down"/,
    );
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
  ])('is retried after what time can fix: %s', async (_what, error) => {
    const { handle, queued, deadLetters } = start(fails(error));
    await handle(message);
    expect([queued().length, deadLetters().length]).toEqual([1, 0]);
  });

  it.each<[string, unknown]>([
    ['NonRetryableError', new NonRetryableError('no timeline')],
    ['400 from storage', restError(400, 'PropertyValueTooLarge')],
    ['413 from storage', restError(413, 'RequestBodyTooLarge')],
  ])('is dead-lettered at once after what nothing can fix: %s', async (_what, error) => {
    const { handle, queued, deadLetters, lines } = start(fails(error));
    await handle(message);
    expect(queued()).toEqual([]);
    expect(deadLetters()).toMatchObject([
      {
        partitionKey: 'events',
        reason: (error as Error).message,
        raw: JSON.stringify(message),
        deadLetteredAt: '2026-08-20T06:00:00.000Z',
      },
    ]);
    expect(lines[0]).toMatch(/^error message.dead-lettered queue=events ageSeconds=\d+ reason=/);
  });

  it('is dead-lettered after a week of tries, and not a try before', async () => {
    const { handle, queued, deadLetters } = start(fails(new Error('down')));
    await handle({ ...message, attempt: 999 });
    expect([queued().length, deadLetters().length]).toEqual([1, 0]);
    await handle({ ...message, attempt: 1_000 }, { id: 'q2' });
    expect([queued().length, deadLetters().length]).toEqual([1, 1]);
    const delays = Array.from({ length: 999 }, (_, index) => delayAfter(index + 1));
    const days = delays.reduce((sum, delay) => sum + delay, 0) / 86_400_000;
    expect(Math.round(days)).toBe(7);
  });

  it('that waits for somebody else is retried, and reported as no fault', async () => {
    const { handle, queued, lines } = start(fails(new RetryableError('somebody else is at it')));
    await handle(message);
    expect(queued()).toHaveLength(1);
    expect(lines).toEqual([expect.stringMatching(/^info message\.retried/)]);
  });

  it('stays with the host where it can neither be put back nor dead-lettered: the handler throws', async () => {
    const down = ['events', 'deadletters', 'retries'];
    await expect(start(fails(new Error('down')), down).handle(message)).rejects.toThrow('ServerBusy');
    await expect(start(fails(new NonRetryableError('x')), down).handle(message)).rejects.toThrow(
      'ServerBusy',
    );
  });

  it('whose work hangs is retried with that reason, and the work is told by its signal', async () => {
    let signal: AbortSignal | undefined;
    const hangs: Work = (_message, context) => {
      ({ signal } = context);
      return new Promise(() => {});
    };
    const { handle, queued, lines } = start(hangs, [], 50);
    await handle(message);
    expect(queued()).toHaveLength(1);
    expect(lines[0]).toMatch(/^warn message\.retried .*reason="not done within 0.05 s"/);
    expect(signal?.aborted).toBe(true);
  });

  it.each<[string, object]>([
    ['a schema version to come', { schemaVersion: 2, attempt: 3, shape: ['quite', 'another'] }],
    ['a way of coming to come', { ...message, via: 'fax', more: { to: 'keep' } }],
  ])(
    'of %s is retried unchanged but for its attempt, and dead-lettered in the end',
    async (_what, unknown) => {
      let ran = false;
      const { handle, queued, deadLetters } = start(async () => {
        ran = true;
      });
      const attempt = (unknown as { attempt: number }).attempt;
      await handle(unknown);
      expect(queued()).toMatchObject([{ message: { ...unknown, attempt: attempt + 1 } }]);
      expect(Object.keys(queued()[0]?.message)).toEqual(Object.keys(unknown));
      await handle({ ...unknown, attempt: 1_000 }, { id: 'q2' });
      expect(deadLetters()).toMatchObject([{ reason: expect.stringMatching(/newer|not known/) }]);
      expect(ran).toBe(false);
    },
  );

  it.each([
    ['not JSON'],
    [123],
    [null],
    [{ a: 1 }],
    [{ ...message, body: {} }],
    [{ ...message, attempt: 'x' }],
  ])('of no version is dead-lettered at once: %j', async (value) => {
    const { handle, queued, deadLetters } = start();
    await handle(value);
    expect(queued()).toEqual([]);
    expect(deadLetters()).toMatchObject([{ reason: expect.stringContaining('not a message of this queue') }]);
  });
});

describe('a dead letter', () => {
  it('keeps the text of a message as it stood, of any length and kind', async () => {
    for (const [value, raw] of [
      ['not JSON', 'not JSON'],
      [123, '123'],
      [null, 'null'],
      [undefined, 'undefined'],
      [{ a: 'å😀'.repeat(12_000) }, JSON.stringify({ a: 'å😀'.repeat(12_000) })],
    ] as const) {
      const { storage, handle } = start();
      await handle(value);
      const [only] = await new DeadLetters(storage.table('deadletters')).list('events');
      expect(only?.raw).toBe(raw);
    }
  });

  it('has an id that is never taken for a person’s number', async () => {
    const { storage, handle } = start(fails(new NonRetryableError('why')));
    for (let number = 0; number < 500; number++) await handle({ ...message, messageId: String(number) });
    for (const { id } of await new DeadLetters(storage.table('deadletters')).list('events')) {
      expect(redactPersons(id)).toBe(id);
    }
  });

  it('is there once for a message that is dead-lettered twice, and again for another', async () => {
    const { handle, deadLetters } = start(fails(new NonRetryableError('why')));
    await handle(message);
    await handle(message);
    expect(deadLetters()).toHaveLength(1);
    await handle({ ...message, attempt: 2 }, { id: 'q2' });
    expect(deadLetters()).toHaveLength(2);
  });
});

describe('redrive', () => {
  it.each([1, 2, 3])(
    'puts back what the host gave up on, the time %i, whatever the try',
    async (redrives) => {
      for (const attempt of [1, 40, 999]) {
        const { redrive, queued, deadLetters, lines } = start();
        await redrive({ ...message, attempt, redrives: redrives - 1 });
        expect(queued()).toEqual([
          { message: { ...message, attempt: attempt + 1, redrives }, delayMs: delayAfter(redrives) },
        ]);
        expect(deadLetters()).toEqual([]);
        expect(lines[0]).toContain(`warn message.redriven queue=events attempt=${attempt} delaySeconds=`);
      }
    },
  );

  it('takes a message of a newer version back too', async () => {
    const { redrive, queued } = start();
    await redrive({ schemaVersion: 7, attempt: 2, shape: 'another' });
    expect(queued()).toMatchObject([{ message: { schemaVersion: 7, attempt: 3, redrives: 1 } }]);
  });

  it('dead-letters what it cannot read, and what the host gave up on again and again', async () => {
    const { redrive, queued, deadLetters } = start();
    await redrive('not JSON');
    await redrive({ ...message, redrives: 3 });
    expect(queued()).toEqual([]);
    expect(deadLetters().map(({ reason }) => reason)).toEqual(
      Array(2).fill('the host gave up after five tries'),
    );
  });

  it('throws where storage takes it neither way: it stays on the poison queue', async () => {
    const down = start(undefined, ['events', 'deadletters', 'retries']);
    await expect(down.redrive(message)).rejects.toThrow('ServerBusy');
    await expect(down.redrive('not JSON')).rejects.toThrow('ServerBusy');
  });
});

/** A host that gives out messages as Azure does, and dies when it is told to. */
function makeHost(fate: (step: string) => boolean) {
  const storage = new MemoryStorage();
  let done = 0;
  let working = true;
  const dies = async ({ name, store, when }: Operation) => {
    // A process that died goes no further.
    if (fate(`${when} ${name} ${store}`)) await new Promise(() => {});
  };
  const consumer = makeConsumer({
    queue: storage.queue('events', dies),
    deadLetters: new DeadLetters(storage.table('deadletters', dies)),
    retries: new Retries(storage.table('retries', dies)),
    body: z.object({ what: z.string() }),
    timeoutMs: 60_000,
    work: async () => {
      if (!working) throw new Error('down');
      done++;
    },
  });
  const log = silentLog;
  const live = () => [...storage.queues.values()].flat().length;
  const turn = async () => {
    for (const [queue, messages] of storage.queues) {
      const due = messages.filter(({ visibleAt }) => visibleAt <= storage.now);
      for (const message of due) {
        message.dequeueCount++;
        const { id, dequeueCount } = message;
        const context = { ...log, triggerMetadata: { id, dequeueCount } } as unknown as InvocationContext;
        const handler = queue.endsWith('-poison') ? consumer.redrive : consumer.handle;
        const value = JSON.parse(Buffer.from(message.text, 'base64').toString());
        const died = new Promise((resolve) => setImmediate(() => setImmediate(() => resolve('died'))));
        const ended = await Promise.race([handler(value, context).then(() => 'done'), died]);
        if (ended === 'done') messages.splice(messages.indexOf(message), 1);
        else if (dequeueCount < 5 || queue.endsWith('-poison')) message.visibleAt = storage.now + 30_000;
        else {
          messages.splice(messages.indexOf(message), 1);
          storage.put(`${queue}-poison`, value);
        }
      }
    }
  };
  return {
    storage,
    live,
    turn,
    done: () => done,
    works: (now: boolean) => {
      working = now;
    },
    /** The next moment at which a message can be seen. */
    pass: () => {
      const next = Math.min(...[...storage.queues.values()].flat().map(({ visibleAt }) => visibleAt));
      storage.now = Math.max(storage.now, next);
    },
  };
}

describe('the live copies of one message', () => {
  it.each<[string, (step: string) => boolean]>([
    // Every take dies between its two effects for as long as it can: the worst that deaths alone can do.
    ['dying each time right after the next try is on the queue', (step) => step === 'after send events'],
    ['dying each time after the note of it', (step) => step === 'after insert retries'],
    ['dying each time before its try is claimed', (step) => step === 'before get retries'],
    ['dying each time as its try is claimed', (step) => step === 'after replace retries'],
  ])('stay few, and never fall to none: %s', async (_what, worst) => {
    let deaths = 200;
    const host = makeHost((step) => worst(step) && deaths-- > 0);
    host.works(false);
    host.storage.put('events', message);
    let most = 0;
    for (let turns = 0; turns < 600; turns++) {
      host.pass();
      await host.turn();
      const alive = host.live() + host.storage.rowsOf('deadletters').length;
      expect(alive).toBeGreaterThanOrEqual(1);
      most = Math.max(most, host.live());
    }
    // A try is taken each half minute at most, five times and then as poison, until the next one is seen, after ten
    // minutes at most; and the first of those to be taken is the only one that goes on.
    expect(most).toBeLessThanOrEqual(5 + 600 / 30);
    deaths = 0;
    host.works(true);
    for (let turns = 0; turns < 600 && host.live() > 0; turns++) {
      host.pass();
      await host.turn();
    }
    expect(host.live()).toBe(0);
    // What was dead-lettered on the way, since nothing said that its next try was queued, is no copy that is alive.
    expect(host.done()).toBe(1);
  });

  it('stay one where nobody dies, however often it fails', async () => {
    const host = makeHost(() => false);
    host.works(false);
    host.storage.put('events', message);
    for (let turns = 0; turns < 100; turns++) {
      host.pass();
      await host.turn();
      expect(host.live()).toBe(1);
    }
    host.works(true);
    host.pass();
    await host.turn();
    expect([host.live(), host.done()]).toEqual([0, 1]);
  });

  it('are worked on once where a copy is taken beside the one that holds the try', async () => {
    let release = () => {};
    const worked: string[] = [];
    const { handle, lines } = start(async (_message, { takenAs }) => {
      worked.push(takenAs);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    const first = handle({ ...message, attempt: 2 }, { id: 'one' });
    await expect.poll(() => worked).toEqual(['one']);
    await handle({ ...message, attempt: 2 }, { id: 'two' });
    expect(lines).toEqual([expect.stringMatching(/^info message.surplus-dropped queue=events attempt=2/)]);
    release();
    await first;
    expect(worked).toEqual(['one']);
  });

  it('go on where the table of tries does not answer: nothing is dropped on a guess', async () => {
    const { handle, queued } = start(undefined, ['retries']);
    await handle({ ...message, attempt: 2 });
    expect(queued()).toMatchObject([{ message: { attempt: 3 } }]);
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
