import { defaultResource } from '../simulator/simulator.ts';

/** A policy as an owner writes it, of what a story needs of one: every `after` is in hours. */
export interface StoryPolicy {
  readonly linkTemplate: string;
  readonly channels: Readonly<Record<string, StoryChannel>>;
  readonly kinds: Readonly<Record<string, StoryRule>>;
}

interface StoryChannel {
  readonly type: string;
  readonly perHour?: number;
  readonly language?: string;
}

export interface StoryRule {
  readonly watch?: { readonly after: Hours; readonly resources: readonly string[] };
  readonly steps: readonly StoryStep[];
}

export interface StoryStep {
  readonly after: Hours;
  readonly channel: string;
  readonly nextAtOnceIfFailed?: boolean;
}

type Hours = `PT${number}H`;

export function hoursOf(after: Hours): number {
  return Number(after.slice(2, -1));
}

/** The channels: the recipient, by Altinn Notifications; a chat; a queue; and the webhook, which need not be declared. */
export const [recipient, chat, print, webhook] = ['recipient', 'case-team', 'print', 'webhook'];

/** What a message of the chat links to: it names the follow-up. */
export const linkPrefix = 'https://sak.example.no/';

const watched = (after: Hours) => ({ after, resources: [defaultResource] });

/** The policy that a story begins with: a reminder first, then the case system, the chat, and paper. */
export const firstPolicy: StoryPolicy = {
  linkTemplate: `${linkPrefix}{followUpId}`,
  channels: {
    [recipient]: { type: 'reminder' },
    [chat]: { type: 'teams', perHour: 3, language: 'en' },
    [print]: { type: 'queue' },
  },
  kinds: {
    'never-read': {
      steps: [
        { after: 'PT0H', channel: recipient, nextAtOnceIfFailed: true },
        { after: 'PT1H', channel: webhook },
        { after: 'PT16H', channel: chat },
        { after: 'PT40H', channel: print },
      ],
    },
    'never-confirmed': {
      steps: [
        { after: 'PT0H', channel: webhook },
        { after: 'PT24H', channel: webhook },
      ],
    },
    'publish-failed': { steps: [{ after: 'PT0H', channel: chat }] },
    'attachment-rejected': { steps: [{ after: 'PT0H', channel: webhook }] },
    'notification-not-created': { steps: [{ after: 'PT0H', channel: chat }] },
    'notification-failed': {
      steps: [
        { after: 'PT0H', channel: webhook },
        { after: 'PT48H', channel: chat },
      ],
    },
    'notification-partly-failed': { steps: [{ after: 'PT0H', channel: webhook }] },
    unread: {
      watch: watched('PT60H'),
      steps: [
        { after: 'PT0H', channel: webhook },
        { after: 'PT16H', channel: chat },
      ],
    },
    'no-notification-outcome': { watch: watched('PT48H'), steps: [{ after: 'PT0H', channel: webhook }] },
  },
};

/** The policy that it goes on with after the last kill: paper comes sooner, and who has not confirmed is asked by chat too. */
export const secondPolicy: StoryPolicy = {
  ...firstPolicy,
  kinds: {
    ...firstPolicy.kinds,
    'never-read': {
      steps: [
        ...(firstPolicy.kinds['never-read']?.steps.slice(0, -1) ?? []),
        { after: 'PT30H', channel: print },
      ],
    },
    'never-confirmed': {
      steps: [...(firstPolicy.kinds['never-confirmed']?.steps ?? []), { after: 'PT30H', channel: chat }],
    },
  },
};

/** A policy without one of its kinds. */
export function withoutKind(policy: StoryPolicy, kind: string): StoryPolicy {
  const kinds = Object.entries(policy.kinds).filter(([name]) => name !== kind);
  return { ...policy, kinds: Object.fromEntries(kinds) };
}
