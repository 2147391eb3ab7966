import type { FollowUpKind } from '../../events/catalogue.ts';

/** How long after a moment: an ISO 8601 duration, in calendar days and clock hours of Europe/Oslo, or working days. */
export type Wait = { readonly iso: string } | { readonly workingDays: number };

/** One step of a follow-up. */
export interface PolicyStep {
  /**
   * What it is known by, whatever comes before or after it in a changed policy: its channel's name, and from the second
   * step of that channel on which one it is.
   * @example 'case-team', 'case-team-2'
   */
  readonly key: string;
  /** The name of a channel of the policy. */
  readonly channel: string;
  /** Counted from the fact that opened the follow-up. */
  readonly after: Wait;
  /** Whether it is taken in quiet hours too. */
  readonly atAnyTime: boolean;
  /** Whether the next step is taken at once where this one cannot be, and not at its own time. */
  readonly nextAtOnceIfFailed: boolean;
}

/** When nobody is disturbed, in Europe/Oslo. */
export interface QuietHours {
  /** `HH:MM`; from later than `to` spans midnight. */
  readonly from: string;
  readonly to: string;
  /** Whether days that are no working days are quiet as a whole. */
  readonly onlyWorkingDays: boolean;
}

/** What holds of a kind, for all resources or for one. */
export interface Rule {
  readonly steps: readonly PolicyStep[];
  /** Of a watchdog: how long after the fact from which it counts it opens. */
  readonly watchAfter?: Wait | undefined;
}

/** A channel as the policy names it. */
export interface PolicyChannel {
  readonly name: string;
  readonly type: string;
  /** Messages in an hour before they are gathered into a digest; absent where each goes singly. */
  readonly perHour?: number | undefined;
  /** What else the policy says of it, as the channel's type has it. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What happens about follow-ups, and when. */
export interface Policy {
  /** Another when anything in it is. */
  readonly hash: string;
  /** The kinds that are followed up, or watched for, of any resource. */
  readonly kinds: ReadonlySet<FollowUpKind>;
  readonly channels: ReadonlyMap<string, PolicyChannel>;
  readonly quietHours: QuietHours | undefined;
  /** Milliseconds that a step is tried again before the next one takes its place, where there is one. */
  readonly giveUpAfterMs: number;
  /** Where the owner works on a letter, with `{correspondenceId}` and the like in it. */
  readonly linkTemplate: string | undefined;
  /**
   * What holds of a kind and a resource, given as a URN; without one what holds of all. `undefined` where the kind is not
   * followed up, or watched for, there.
   */
  rule(kind: FollowUpKind, resource: string | undefined): Rule | undefined;
  /** When a step is to be taken whose follow-up's fact happened then, RFC 3339: at the end of quiet hours where it falls into them. */
  timeOf(step: PolicyStep, factAt: string): Date;
}

const atOnce: Wait = { iso: 'PT0S' };

/** What is followed up without a policy. */
export const defaultKinds: ReadonlySet<FollowUpKind> = new Set(['never-read', 'never-confirmed']);

/** What holds without a policy: one step, at once, for what Altinn says was never read or never confirmed. */
export function defaultPolicy(channel: 'webhook' | 'log'): Policy {
  const step = { key: channel, channel, after: atOnce, atAnyTime: true, nextAtOnceIfFailed: false };
  const rule: Rule = { steps: [step] };
  return {
    hash: `default-${channel}`,
    kinds: defaultKinds,
    channels: new Map([[channel, { name: channel, type: channel, options: {} }]]),
    quietHours: undefined,
    giveUpAfterMs: Number.POSITIVE_INFINITY,
    linkTemplate: undefined,
    rule: (kind) => (defaultKinds.has(kind) ? rule : undefined),
    timeOf: (_step, factAt) => new Date(factAt),
  };
}
