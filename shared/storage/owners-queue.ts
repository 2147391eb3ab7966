import type { TokenCredential } from '@azure/identity';
import { connectQueue, type QueueAccount } from './connect.ts';
import { codeOf } from './faults.ts';
import { maxBytes } from './message-queue.ts';

/** What became of a message. `answer` is a status, or the reason in a word, and names no address. */
export interface Put {
  /** `refused`: it will not be taken at a later time either, until somebody changes something. */
  readonly is: 'taken' | 'refused' | 'not taken' | 'unknown';
  readonly answer: string;
}

/** A queue of the owner's. It is not made where it is missing: whoever reads it knows its name. */
export interface OwnersQueue {
  /** @param text goes as base64, and is kept until it is read */
  put(text: string, signal: AbortSignal): Promise<Put>;
}

const timeoutMs = 30_000;
/** Faults before the message is on its way. */
const beforeSending = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;

/** Makes the client of a queue of the owner's. Sends nothing. */
export function connectOwnersQueue(account: QueueAccount, name: string, user?: TokenCredential): OwnersQueue {
  const client = connectQueue(account, name, user);
  return {
    async put(text, signal) {
      const bytes = Buffer.from(text);
      if (bytes.length > maxBytes) return { is: 'refused', answer: `larger than ${maxBytes / 1024} KiB` };
      try {
        const { _response } = await client.sendMessage(bytes.toString('base64'), {
          messageTimeToLive: -1,
          abortSignal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        });
        return { is: 'taken', answer: String(_response.status) };
      } catch (error) {
        return outcomeOf(error);
      }
    },
  };
}

function outcomeOf(error: unknown): Put {
  const { statusCode, name } = error as { statusCode?: number; name?: string };
  const code = codeOf(error);
  const answer = [statusCode, code ?? name].filter(Boolean).join(' ');
  if (statusCode === undefined) {
    const isBefore = beforeSending.test(code ?? '') || isOfIdentity(name);
    return { is: isBefore ? 'not taken' : 'unknown', answer };
  }
  if (statusCode === 408 || statusCode === 429 || statusCode >= 500) return { is: 'unknown', answer };
  return { is: 'refused', answer };
}

/** Whether there was no token, so that nothing was sent. Source: `@azure/identity`, `errors.ts`. */
const isOfIdentity = (name = '') =>
  /^(CredentialUnavailableError|AuthenticationError|AggregateAuthenticationError)$/.test(name);
