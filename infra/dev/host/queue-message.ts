import { setTimeout } from 'node:timers';
import type { QueueClient, ReceivedMessageItem } from '@azure/storage-queue';
import type { TypedData } from './core.ts';

/** The message is not what the queue's encoding says it is. */
export class UndecodableError extends Error {}

/**
 * The text of a message. Throws an UndecodableError when it is not base64, as .NET's `FromBase64String` reads
 * it, and a plain TypeError when its bytes are not UTF-8: the real host treats the two differently.
 */
export function decodeMessage(text: string, base64: boolean): string {
  if (!base64) return text;
  const packed = text.replace(/[ \t\r\n]/g, '');
  if (packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) {
    throw new UndecodableError('the message is not valid base64');
  }
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(packed, 'base64'));
}

/**
 * The trigger metadata of a message, as the real host sends it: what storage says of it (QueueTriggerBinding.cs
 * of the storage extension) and over that, when the text is a JSON object, the object's own properties other
 * than arrays and null (Utility.ApplyBindingData of the host).
 */
export function messageMetadata(message: ReceivedMessageItem, text: string): Record<string, TypedData> {
  return Object.fromEntries([
    ['QueueTrigger', { string: text }],
    ['DequeueCount', json(message.dequeueCount)],
    ['ExpirationTime', json(dateTime(message.expiresOn))],
    ['Id', { string: message.messageId }],
    ['InsertionTime', json(dateTime(message.insertedOn))],
    ['NextVisibleTime', json(dateTime(message.nextVisibleOn))],
    ['PopReceipt', { string: message.popReceipt }],
    ...ownProperties(text),
  ]);
}

function ownProperties(text: string): [string, TypedData][] {
  if (!text.trimStart().startsWith('{')) return [];
  try {
    return Object.entries(JSON.parse(text) as object)
      .filter(([, value]) => value !== null && !Array.isArray(value))
      .map(([name, value]) => [name, typeof value === 'object' ? json(value) : { string: asDotNet(value) }]);
  } catch {
    return [];
  }
}

const json = (value: unknown): TypedData => ({ json: JSON.stringify(value) });
const dateTime = (date: Date) => date.toISOString().replace(/\.\d+Z$/, '+00:00');
const asDotNet = (value: unknown) =>
  typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);

/** Keeps a message invisible while it is worked on: renewed at half time, sooner after a failed renewal. */
export class MessageLock {
  #receipt: string;
  #timer: NodeJS.Timeout | undefined;
  #renewal = Promise.resolve();
  readonly #queue: QueueClient;
  readonly #id: string;
  readonly #seconds: number;

  constructor(queue: QueueClient, { messageId, popReceipt }: ReceivedMessageItem, seconds: number) {
    this.#queue = queue;
    this.#id = messageId;
    this.#receipt = popReceipt;
    this.#seconds = seconds;
    this.#renewIn(seconds / 2);
  }

  /** Stops renewing, and gives the newest pop receipt: every renewal changes it. */
  async release(): Promise<string> {
    clearTimeout(this.#timer);
    await this.#renewal;
    clearTimeout(this.#timer);
    return this.#receipt;
  }

  #renewIn(seconds: number): void {
    this.#timer = setTimeout(() => {
      this.#renewal = this.#renew();
    }, seconds * 1000);
  }

  async #renew(): Promise<void> {
    try {
      const { popReceipt } = await this.#queue.updateMessage(
        this.#id,
        this.#receipt,
        undefined,
        this.#seconds,
      );
      this.#receipt = popReceipt ?? this.#receipt;
      this.#renewIn(this.#seconds / 2);
    } catch (error) {
      if (!isLost(error)) this.#renewIn(this.#seconds / 10);
    }
  }
}

/** The message or its queue is gone, or the message is another's by now: there is nothing left to do to it. */
export function isLost(error: unknown): boolean {
  const { statusCode } = error as { statusCode?: number };
  return statusCode === 400 || statusCode === 404 || statusCode === 409;
}
