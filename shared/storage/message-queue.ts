import type { QueueClient } from '@azure/storage-queue';
import { codeOf } from './faults.ts';

/** The longest that a message can be hidden, in seconds: seven days. Source: Microsoft Learn, "Put Message". */
export const longestDelay = 7 * 24 * 60 * 60;

/** A storage queue that the host's queue trigger reads. */
export class MessageQueue {
  readonly #client: QueueClient;

  constructor(client: QueueClient) {
    this.#client = client;
  }

  get name(): string {
    return this.#client.name;
  }

  /**
   * Puts a message on the queue, which is created if it is missing. Resolves once storage has the message.
   * @param delay seconds until the message can be seen, cut to seven days
   * @param timeout milliseconds until this gives up
   * @throws what the storage client throws; the message may be on the queue all the same
   */
  async send(
    message: object,
    { delay = 0, timeout = 10_000 }: { delay?: number; timeout?: number } = {},
  ): Promise<void> {
    // Base64 because the host's trigger wants it; without a time to live a message is gone after seven days.
    const text = Buffer.from(JSON.stringify(message)).toString('base64');
    const abortSignal = AbortSignal.timeout(timeout);
    const options = {
      messageTimeToLive: -1,
      abortSignal,
      ...(delay > 0 && { visibilityTimeout: Math.min(Math.ceil(delay), longestDelay) }),
    };
    try {
      await this.#client.sendMessage(text, options);
    } catch (error) {
      if (codeOf(error) !== 'QueueNotFound') throw error;
      await this.#client.createIfNotExists({ abortSignal });
      await this.#client.sendMessage(text, options);
    }
  }

  /**
   * Resolves when the queue service answers, be it that there is no such queue yet.
   * @param timeout milliseconds
   */
  async check(timeout: number): Promise<void> {
    await this.#client.exists({ abortSignal: AbortSignal.timeout(timeout) });
  }
}
