import { linkPrefix } from './policies.ts';

/** What a message to the chat says. */
export interface ReadPost {
  /** What it is known by. */
  readonly key: string;
  readonly isOfDigest: boolean;
  readonly says: 'opened' | 'closed';
  /** The follow-ups that it names, by its links. */
  readonly followUpIds: readonly string[];
}

interface Card {
  readonly body: readonly { readonly inlines: readonly Run[] }[];
  readonly actions?: readonly Link[];
}

interface Run {
  readonly text: string;
  readonly selectAction?: Link;
}

interface Link {
  readonly url: string;
}

/** Reads an Adaptive Card as a person does: its title, the links in it, and the id in its last line. */
export function readPost(body: string): ReadPost {
  const { attachments } = JSON.parse(body) as { attachments: [{ content: Card }] };
  const { body: paragraphs, actions = [] } = attachments[0].content;
  const runs = paragraphs.flatMap(({ inlines }) => inlines);
  const links = [...actions, ...runs.flatMap(({ selectAction }) => selectAction ?? [])];
  const [title] = runs;
  const key = runs.at(-1)?.text.split(': ')[1] ?? '';
  const isOfDigest = links.length !== actions.length || /^[a-z-]+-[\da-f]{32}-\d+$/.test(key);
  return {
    key,
    isOfDigest,
    says: /settled/i.test(title?.text ?? '') ? 'closed' : 'opened',
    followUpIds: links.map(({ url }) => url.slice(linkPrefix.length)),
  };
}
