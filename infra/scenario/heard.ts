import type { Post } from './chat.ts';
import { followUpId } from './look-up.ts';
import type { Call, Evidence } from './play.ts';
import { chat, print, recipient, webhook } from './policies.ts';
import { readPost } from './read-post.ts';

/** What somebody heard of a follow-up, by whatever channel. */
export interface Heard {
  readonly channel: string;
  readonly says: 'opened' | 'closed';
  readonly followUpId: string;
  /** Which step it is, by its channel and from the second one on by which: `webhook-2`. Of a closing the channel. */
  readonly step: string;
  /** The idempotency key of the message. */
  readonly key: string;
  /** In simulated milliseconds. */
  readonly at: number;
  readonly isOfDigest: boolean;
}

const form = /^([a-z-]+-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})-(\d+)-(.+?)(-closed)?$/;

/** Everything that anybody heard, in the order of time. */
export function heardOf({ calls, posts, printed, shipments }: Evidence): Heard[] {
  const heard = [
    ...calls.map(heardByCall),
    ...posts.flatMap(heardByPost),
    ...printed.map(({ at, body }) => {
      const { id } = JSON.parse(body) as { id: string };
      return { channel: print, key: id, at, isOfDigest: false, ...read(id) };
    }),
    ...shipments.map(({ idempotencyId: key, requestedAt: at }) => {
      return { channel: recipient, key, at, isOfDigest: false, ...read(key) };
    }),
  ];
  return heard.sort((a, b) => a.at - b.at);
}

export function heardByCall({ id: key, at, type, ...about }: Call): Heard {
  const says = type === 'follow-up.closed' ? 'closed' : 'opened';
  return { channel: webhook, key, at, isOfDigest: false, ...read(key), says, followUpId: followUpId(about) };
}

function heardByPost(post: Post): Heard[] {
  const { key, isOfDigest, says, followUpIds } = readPost(post.body);
  const common = { channel: chat, key, at: post.at, isOfDigest };
  if (!isOfDigest) return [{ ...common, ...read(key) }];
  return followUpIds.map((one) => ({ ...common, says, followUpId: one, step: chat }));
}

/** What an idempotency key says. */
function read(key: string): Pick<Heard, 'followUpId' | 'step' | 'says'> {
  const [, id = '', , step = '', closed] = form.exec(key) ?? [];
  return { followUpId: id, step, says: closed ? 'closed' : 'opened' };
}
