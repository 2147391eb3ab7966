import type { HttpHandler } from '@azure/functions';
import { messageOf } from '../shared/runtime/message-of.ts';
import { logTo } from '../shared/signals/log.ts';
import { storageProblem } from './problem.ts';

/** A handler that answers 503 where its work, which is with tables alone, throws. */
export function orStorageProblem(handler: HttpHandler): HttpHandler {
  return async (request, context) => {
    try {
      return await handler(request, context);
    } catch (error) {
      logTo(context).signal('storage.failed', { service: 'tables', reason: messageOf(error) });
      return storageProblem();
    }
  };
}
