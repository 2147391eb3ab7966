import * as z from 'zod/mini';
import { InvalidValue } from '../../runtime/invalid-value.ts';
import type { Type } from '../../settings/setting.ts';
import { isHttps } from '../../settings/types.ts';
import { connectOwnersQueue, type OwnersQueue } from '../../storage/owners-queue.ts';
import { poisonOf, queueNames } from '../../storage/stores.ts';
import { bodyOf } from './body.ts';
import { type Channel, NotDelivered, PerhapsDelivered } from './channel.ts';
import type { ChannelType } from './channel-type.ts';

const ours = Object.values<string>(queueNames).flatMap((name) => [name, poisonOf(name)]);

/** Source: Microsoft Learn, "Naming queues and metadata". */
const queueName: Type<string> = {
  is: 'name of a queue, and of none of the product',
  parse(text) {
    if (!/^[a-z0-9](?:-?[a-z0-9]){2,62}$/.test(text) || text.length > 63)
      throw new InvalidValue('is no name of a queue');
    if (ours.includes(text)) throw new InvalidValue("is one of the product's own queues");
    return text;
  },
};

const storage: Type<{ connectionString: string } | { queueServiceUri: string }> = {
  is: 'connection string, or https address of the queue service for the managed identity',
  parse(text) {
    if (URL.canParse(text) && isHttps(new URL(text)) && !new URL(text).search)
      return { queueServiceUri: text };
    try {
      connectOwnersQueue({ connectionString: text }, 'any');
      return { connectionString: text };
    } catch {
      throw new InvalidValue('is neither a connection string with a queue service nor an https address');
    }
  },
};

const settings = {
  queue: {
    name: 'QUEUE',
    type: queueName,
    description: 'The queue. It must be there: it is not made.',
    example: 'letters-to-print',
    usedBy: ['app', 'command line'],
  },
  storage: {
    name: 'STORAGE',
    type: storage,
    description: "The storage account that the queue is in; without it, the one of the product's data.",
    example: 'https://myaccount.queue.core.windows.net',
    secret: true,
    usedBy: ['app', 'command line'],
  },
} as const;

const options = z.strictObject({ includePersons: z._default(z.boolean(), false) });

/** A queue of the owner's own in Azure Storage. */
export const queue: ChannelType<typeof settings, z.infer<typeof options>> = {
  type: 'queue',
  about:
    'Puts a message on a queue of your own in Azure Storage: the way to a print service or a case system.',
  reaches: 'system',
  settings,
  required: ['queue'],
  options,
  make({ queue: name = 'none', storage }, { includePersons }, deps): Channel {
    const own = deps.storage && 'clientId' in deps.storage ? deps.storage : undefined;
    const account =
      storage && 'queueServiceUri' in storage
        ? { ...storage, clientId: own?.clientId }
        : (storage ?? deps.storage);
    if (!account) {
      throw new InvalidValue(
        `${deps.settingName('storage')} is missing, and there is no AzureWebJobsStorage and no DATA_STORAGE. Example: ${settings.storage.example}`,
      );
    }
    const queue: OwnersQueue = connectOwnersQueue(account, name, deps.user);
    return {
      async send(step, _log, signal) {
        const { idempotencyKey: id, traceparent } = step;
        const outcome = await queue.put(bodyOf(step, { id, traceparent, includePersons }), signal);
        if (outcome.is === 'taken') return outcome.answer;
        const reason = `the queue of ${deps.settingName('queue')} did not take the message (${outcome.answer})`;
        if (outcome.is === 'unknown') throw new PerhapsDelivered(reason);
        throw new NotDelivered(reason, { permanent: outcome.is === 'refused' });
      },
    };
  },
};
