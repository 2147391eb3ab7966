import type { QueueClient, QueueSendMessageOptions } from '@azure/storage-queue';
import { parseJson } from '../runtime/http.ts';
import { within } from '../runtime/timeout.ts';
import { codeOf } from './faults.ts';

/** The longest that a message can be hidden, in milliseconds: seven days. Source: Microsoft Learn, "Put Message". */
export const maxDelayMs = 7 * 24 * 60 * 60_000;

/** Milliseconds until a message that storage has not taken counts as not taken. Altinn waits 45 s for its answer. */
const sendTimeoutMs = 10_000;

/**
 * The most bytes of a message: 64 KiB after base64.
 * Source: Microsoft Learn, "Scalability and performance targets for Queue Storage".
 */
export const maxBytes = 48 * 1024;

/** Whether a queue takes a message: one that it does not take, it takes at no later time either. */
export function fitsQueue(message: object): boolean {
  return Buffer.byteLength(JSON.stringify(message)) <= maxBytes;
}

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
   * @param delayMs until the message can be seen, cut to seven days; in whole seconds, rounded up
   * @throws what the storage client throws, or after ten seconds; the message may be on the queue all the same
   */
  async send(message: object, { delayMs = 0 }: { delayMs?: number } = {}): Promise<void> {
    // Base64 because the host's trigger wants it; without a time to live a message is gone after seven days.
    const text = Buffer.from(JSON.stringify(message)).toString('base64');
    const options = {
      messageTimeToLive: -1,
      // Of one try. An abort signal for all of them costs a twelfth of the CPU of a request.
      requestOptions: { timeout: sendTimeoutMs },
      ...(delayMs > 0 && { visibilityTimeout: Math.ceil(Math.min(delayMs, maxDelayMs) / 1_000) }),
    };
    await within(sendTimeoutMs, this.#put(text, options));
  }

  async #put(text: string, options: QueueSendMessageOptions): Promise<void> {
    try {
      await this.#client.sendMessage(text, options);
    } catch (error) {
      if (codeOf(error) !== 'QueueNotFound') throw error;
      await this.#client.createIfNotExists();
      await this.#client.sendMessage(text, options);
    }
  }

  /**
   * How many messages there are, hidden ones too, and those that come first of the ones that can be seen: 32 at the most,
   * each with when it was put there. Two operations; a queue that is not there yet is empty.
   */
  async measure(): Promise<{ length: number; first: { message: unknown; insertedOn: Date }[] }> {
    const options = () => ({ abortSignal: AbortSignal.timeout(sendTimeoutMs) });
    try {
      const { approximateMessagesCount: length = 0 } = await this.#client.getProperties(options());
      if (length === 0) return { length, first: [] };
      const peeked = await this.#client.peekMessages({ ...options(), numberOfMessages: 32 });
      const first = peeked.peekedMessageItems.map(({ messageText, insertedOn }) => {
        return { message: parseJson(Buffer.from(messageText, 'base64').toString()), insertedOn };
      });
      return { length, first };
    } catch (error) {
      if (codeOf(error) !== 'QueueNotFound') throw error;
      return { length: 0, first: [] };
    }
  }

  /** Resolves when the queue service answers, be it that there is no such queue yet. */
  async check(timeoutMs: number): Promise<void> {
    await this.#client.exists({ abortSignal: AbortSignal.timeout(timeoutMs) });
  }
}
