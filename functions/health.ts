import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { messageOf } from '../shared/runtime/message-of.ts';
import { logTo } from '../shared/signals/log.ts';
import type { MessageQueue } from '../shared/storage/message-queue.ts';
import type { Table } from '../shared/storage/table.ts';

interface Deps {
  readonly queue: Pick<MessageQueue, 'check'>;
  readonly table: Pick<Table, 'list'>;
  /** What follow-ups rest on. */
  readonly followUps: 'checked with Altinn' | 'on what is pushed';
}

/** Milliseconds that each service has to answer. */
const timeoutMs = 5_000;

/** Says whether the queue and the table service answer: 200 when both do, 503 when one does not. */
export function makeHealth({ queue, table, followUps }: Deps) {
  return async (_request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> => {
    const log = logTo(context);
    const answers = (service: 'queues' | 'tables', check: Promise<unknown>) =>
      check.then(
        () => 'ok' as const,
        (error: unknown) => {
          log.signal('storage.failed', { service, reason: messageOf(error) });
          return 'does not answer' as const;
        },
      );
    const [queues, tables] = await Promise.all([
      answers('queues', queue.check(timeoutMs)),
      answers('tables', table.list('health', undefined, timeoutMs)),
    ]);
    const ok = queues === 'ok' && tables === 'ok';
    return {
      status: ok ? 200 : 503,
      jsonBody: { status: ok ? 'ok' : 'unavailable', queues, tables, followUps },
    };
  };
}
