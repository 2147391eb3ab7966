import { randomUUID } from 'node:crypto';
import type { InvocationContext } from '@azure/functions';
import { messageOf } from '../runtime/message-of.ts';
import { withTimeout } from '../runtime/timeout.ts';
import { type Log, logTo } from '../signals/log.ts';
import { traceIdOf } from '../signals/trace.ts';
import type { MessageQueue } from '../storage/message-queue.ts';
import type { DeadLetters } from './dead-letters.ts';
import { isNonRetryable, RetryableError } from './errors.ts';
import { ageOf, type BodySchema, type Head, type Message, makeParser, readHead } from './message.ts';
import type { Retries } from './retries.ts';

/** Milliseconds until the second, third … try; the last one is repeated. The first five are those of Altinn Events. */
const delaysMs = [10_000, 30_000, 60_000, 300_000, 600_000];

/** A week of tries: what has not gone through by then is dead-lettered, where an operator sees it. */
const maxAttempts = 1_000;

const givenUp = 'the host gave up after five tries';

/** A message that the host gave up on more often than this is dead-lettered. */
const maxRedrives = 3;

/** Milliseconds until a message that failed at its `attempt`-th try is tried again. */
export function delayAfter(attempt: number): number {
  return delaysMs[Math.min(attempt, delaysMs.length) - 1] as number;
}

/** What the work on a message is given besides the message. */
export interface WorkContext {
  readonly log: Log;
  /** Aborts when the work's time is over. */
  readonly signal: AbortSignal;
  /** The queue message's own id: the same when it is taken again after a crash, another for each copy of it. */
  readonly takenAs: string;
  /** Whether the message may have been worked on before: then the process died, or failed, at any place in it. */
  readonly again: boolean;
}

export interface ConsumerDeps {
  readonly queue: MessageQueue;
  readonly deadLetters: Pick<DeadLetters, 'add'>;
  readonly retries: Pick<Retries, 'claim' | 'isQueued' | 'noteQueued'>;
}

interface Options<Body> extends ConsumerDeps {
  readonly body: BodySchema<Body>;
  /** Milliseconds that one try may take: well under the host's own limit, which restarts the worker. */
  readonly timeoutMs: number;
  readonly work: (message: Message<Body>, context: WorkContext) => Promise<void>;
}

type Handler = (message: unknown, context: InvocationContext) => Promise<void>;

/** What reads a queue, and what reads the queue of what the host gave up on. */
export interface Consumer {
  readonly queue: string;
  readonly handle: Handler;
  readonly redrive: Handler;
}

/**
 * Makes the way that a queue's messages are processed, the same for every queue. A message is never dropped: its work
 * is done, or it is tried again later, or it is dead-lettered. The host's own five tries are left for the case that this
 * process dies or that the queue itself cannot be reached; then a handler throws, and the host has the message still.
 */
export function makeConsumer<Body>(options: Options<Body>): Consumer {
  const { queue, deadLetters, retries, timeoutMs, work } = options;
  const parse = makeParser(options.body);

  const deadLetter = async (message: unknown, reason: string, log: Log) => {
    await deadLetters.add(queue.name, message, reason);
    log.signal('message.dead-lettered', { queue: queue.name, ageSeconds: ageOf(message), reason });
  };

  /** Puts a message on the queue again: unchanged, whatever version it is from, but for what counts its tries. */
  const putBack = async (message: object, head: Head, delayMs: number) => {
    await queue.send({ ...message, ...head }, { delayMs });
    // Without the note a copy may follow, which is dropped when it is taken.
    await retries.noteQueued(queue.name, message, head.attempt).catch(() => {});
  };

  const retry = async (message: object, { attempt, ...head }: Head, error: unknown, log: Log) => {
    const reason = messageOf(error);
    if (attempt >= maxAttempts) return deadLetter(message, reason, log);
    const delayMs = delayAfter(attempt);
    await putBack(message, { ...head, attempt: attempt + 1 }, delayMs);
    const fault = !(error instanceof RetryableError);
    const fields = { queue: queue.name, attempt, delaySeconds: delayMs / 1_000, ageSeconds: ageOf(message) };
    log.signal('message.retried', { ...fields, fault, reason });
  };

  return {
    queue: queue.name,
    async handle(raw, context) {
      const log = logTo(context, traceparentOf(raw));
      const parsed = parse(raw);
      if (!parsed.ok && !parsed.unknown) return deadLetter(raw, parsed.reason, log);
      const [message, head] = [raw as object, readHead(raw) as Head];
      const { id, dequeueCount = 1 } = context.triggerMetadata ?? {};
      const again = head.attempt > 1 || Number(dequeueCount) > 1;
      try {
        if (again && id && !(await retries.claim(queue.name, message, head.attempt, String(id)))) {
          return log.signal('message.surplus-dropped', { queue: queue.name, attempt: head.attempt });
        }
        // Somebody has to deploy the version that knows it: no wait that ends by itself.
        if (!parsed.ok) throw new Error(parsed.reason);
        const takenAs = String(id ?? randomUUID());
        await withTimeout(timeoutMs, (signal) => work(parsed.message, { log, signal, takenAs, again }));
      } catch (error) {
        if (isNonRetryable(error)) return deadLetter(raw, messageOf(error), log);
        await retry(message, head, error, log);
      }
    },
    async redrive(raw, context) {
      const log = logTo(context, traceparentOf(raw));
      const head = readHead(raw);
      if (!head) return deadLetter(raw, givenUp, log);
      const { attempt, redrives: before = 0 } = head;
      const next = { ...head, attempt: attempt + 1, redrives: before + 1 };
      // It may have died after its next try was on the queue. Where that cannot be known, a copy does no harm.
      const isQueued = retries.isQueued(queue.name, raw as object, next.attempt).catch(() => false);
      if (await isQueued) return log.signal('message.surplus-dropped', { queue: queue.name, attempt });
      if (next.redrives > maxRedrives) return deadLetter(raw, givenUp, log);
      const delayMs = delayAfter(next.redrives);
      await putBack(raw as object, next, delayMs);
      const fields = { queue: queue.name, attempt, delaySeconds: delayMs / 1_000, ageSeconds: ageOf(raw) };
      log.signal('message.redriven', fields);
    },
  };
}

/** Of the request that a message began with; that of this invocation where it has none. */
function traceparentOf(message: unknown): string | undefined {
  const { traceparent } = (message ?? {}) as { traceparent?: unknown };
  return typeof traceparent === 'string' && traceIdOf(traceparent) ? traceparent : undefined;
}
