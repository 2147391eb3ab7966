import { setTimeout } from 'node:timers';
import { type QueueClient, QueueServiceClient, type ReceivedMessageItem } from '@azure/storage-queue';
import type { QueueOptions } from './config.ts';
import { resolveSettings } from './config.ts';
import type { App, RegisteredFunction } from './core.ts';
import { invoke, triggerOf } from './invoke.ts';
import { describeError, reasonOf } from './log.ts';
import { decodeMessage, isLost, MessageLock, messageMetadata, UndecodableError } from './queue-message.ts';

export interface Listener {
  readonly title: string;
  start(): void;
  /** Takes nothing further, and resolves when what it has in hand is done. */
  drain(): Promise<void>;
}

/**
 * A listener for one queue trigger, after QueueListener.cs and QueueProcessor.cs of the storage extension.
 * `lockSeconds` is how long a received message stays invisible without renewal.
 * Throws when the connection setting is not set or is no connection string.
 */
export function listenToQueue(
  app: App,
  fn: RegisteredFunction,
  options: QueueOptions & { lockSeconds: number },
): Listener {
  const trigger = triggerOf(fn).options;
  const name = resolveSettings(String(trigger.queueName)).toLowerCase();
  const service = connect(fn.name, String(trigger.connection || 'AzureWebJobsStorage'));
  const queue = service.getQueueClient(name);
  // No poison queue of a poison queue, nor one whose name would be too long (QueueListenerFactory.cs).
  const hasPoison = !name.endsWith('-poison') && name.length + '-poison'.length <= 63;
  const poison = hasPoison ? service.getQueueClient(`${name}-poison`) : undefined;
  const running = new Set<Promise<void>>();
  let stopped = false;
  let wake = () => {};
  let loop: Promise<void> | undefined;

  async function poll(): Promise<void> {
    const backOff = createBackOff(options.maxPollingInterval);
    let failing = false;
    while (!stopped) {
      let messages: ReceivedMessageItem[] = [];
      try {
        messages = await receive(queue, options);
        if (failing) app.log('information', fn.name, `queue ${name} answers again`);
        failing = false;
      } catch (error) {
        if (!failing)
          app.log('warning', fn.name, `queue ${name} does not answer, trying on: ${reasonOf(error)}`);
        failing = true;
      }
      for (const message of messages) {
        const work = processMessage(message).catch((error) => {
          app.log('error', fn.name, `message ${message.messageId} will come again: ${reasonOf(error)}`);
        });
        running.add(work);
        void work.then(() => running.delete(work));
      }
      if (messages.length === 0) await sleep(backOff.next());
      else backOff.reset();
      while (running.size > options.newBatchThreshold) await Promise.race(running);
    }
  }

  async function sleep(milliseconds: number): Promise<void> {
    if (stopped) return;
    await new Promise<void>((woken) => {
      const timer = setTimeout(woken, milliseconds);
      wake = () => {
        clearTimeout(timer);
        woken();
      };
    });
  }

  async function processMessage(message: ReceivedMessageItem): Promise<void> {
    if (message.dequeueCount > options.maxDequeueCount) return moveToPoison(message, message.popReceipt);
    const lock = new MessageLock(queue, message, options.lockSeconds);
    let outcome: 'done' | 'failed' | 'undecodable';
    try {
      const text = decodeMessage(message.messageText, options.base64);
      const metadata = messageMetadata(message, text);
      const { ok } = await invoke(app, fn, { input: { string: text }, metadata });
      outcome = ok ? 'done' : 'failed';
    } catch (error) {
      app.log('error', fn.name, `message ${message.messageId}: ${describeError(error)}`);
      outcome = error instanceof UndecodableError ? 'undecodable' : 'failed';
    }
    const receipt = await lock.release();
    if (outcome === 'done') return remove(message, receipt);
    if (outcome === 'undecodable' || message.dequeueCount >= options.maxDequeueCount) {
      return moveToPoison(message, receipt);
    }
    // Without a poison queue the message stays invisible until its lock ends, lest it fail in a tight loop.
    if (!poison) return;
    const seconds = Math.ceil(options.visibilityTimeout / 1000);
    await unlessLost(queue.updateMessage(message.messageId, receipt, undefined, seconds));
  }

  async function moveToPoison(message: ReceivedMessageItem, receipt: string): Promise<void> {
    if (!poison) return;
    app.log('warning', fn.name, `message ${message.messageId} is moved to the queue ${poison.name}`);
    await poison.createIfNotExists();
    await poison.sendMessage(message.messageText);
    await remove(message, receipt);
  }

  const remove = ({ messageId }: ReceivedMessageItem, receipt: string) =>
    unlessLost(queue.deleteMessage(messageId, receipt));

  return {
    title: `queue ${name}`,
    start: () => {
      loop = poll();
    },
    async drain() {
      stopped = true;
      wake();
      await loop;
      await Promise.all(running);
    },
  };
}

function connect(functionName: string, setting: string): QueueServiceClient {
  const connectionString = process.env[setting];
  if (!connectionString) {
    throw new Error(
      `Function "${functionName}" needs the setting ${setting}: a storage connection string, such as UseDevelopmentStorage=true`,
    );
  }
  try {
    return QueueServiceClient.fromConnectionString(connectionString, {
      retryOptions: { maxTries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 1000, tryTimeoutInMs: 10_000 },
    });
  } catch (error) {
    throw new Error(`The setting ${setting} is no storage connection string: ${reasonOf(error)}`);
  }
}

/** What is there; nothing when the queue does not exist yet. */
async function receive(queue: QueueClient, options: { batchSize: number; lockSeconds: number }) {
  try {
    const { receivedMessageItems } = await queue.receiveMessages({
      numberOfMessages: options.batchSize,
      visibilityTimeout: options.lockSeconds,
    });
    return receivedMessageItems;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return [];
    throw error;
  }
}

async function unlessLost(operation: Promise<unknown>): Promise<void> {
  try {
    await operation;
  } catch (error) {
    if (!isLost(error)) throw error;
  }
}

/** Delays in milliseconds from 100 up to `max`, doubling, ±20 % (RandomizedExponentialBackoffStrategy.cs). */
export function createBackOff(max: number) {
  let exponent = 0;
  let current = 0;
  return {
    reset: () => {
      exponent = 0;
      current = 0;
    },
    next: () => {
      if (current === max) return max;
      const growth = exponent === 0 ? 0 : (0.8 + Math.random() * 0.4) * 2 ** (exponent - 1) * 100;
      exponent += 1;
      current = Math.min(max, 100 + growth);
      return current;
    },
  };
}
