import { QueueServiceClient } from '@azure/storage-queue';

/** A message that the print service found on its queue. */
export interface Printed {
  /** Milliseconds since 1970, of a whole second. */
  readonly at: number;
  readonly body: string;
}

export const printQueue = 'letters-to-print';

const queueOf = (storage: string) =>
  QueueServiceClient.fromConnectionString(storage).getQueueClient(printQueue);

/** Makes the queue: the receiver makes none that is not its own. */
export async function openPrintService(storage: string): Promise<void> {
  await queueOf(storage).create();
}

/** Takes all that is on the queue. */
export async function readPrinted(storage: string): Promise<Printed[]> {
  const queue = queueOf(storage);
  const found: Printed[] = [];
  for (;;) {
    const { receivedMessageItems: items } = await queue.receiveMessages({
      numberOfMessages: 32,
      visibilityTimeout: 3600,
    });
    if (items.length === 0) return found;
    for (const { messageText, insertedOn } of items)
      found.push({ at: insertedOn.getTime(), body: Buffer.from(messageText, 'base64').toString() });
  }
}
