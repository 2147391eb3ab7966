import { createHash } from 'node:crypto';
import { followUpKinds } from '../../events/catalogue.ts';
import { parseDuration } from '../../runtime/duration.ts';
import { ownChannels, type PolicyChannelType, usualPerHour } from './channel-schema.ts';
import { urnOf } from './kind-schema.ts';
import type { Policy, PolicyChannel, QuietHours } from './policy.ts';
import { rulesOf } from './rules.ts';
import type { PolicyContent } from './schema.ts';
import { stepTime } from './step-time.ts';

/** What a policy says of a channel, beside its options. */
interface Named {
  readonly type: string;
  readonly perHour?: number;
}

/** A policy from what its file holds, in which nothing is wrong. */
export function policyOf(content: PolicyContent, types: readonly PolicyChannelType[]): Policy {
  const reaches = new Map(types.map(({ type, reaches }) => [type, reaches]));
  const declared = Object.entries((content.channels ?? {}) as unknown as Readonly<Record<string, Named>>).map(
    ([name, { type, perHour, ...options }]): [string, PolicyChannel] => {
      const isGathered = reaches.get(type) === 'people';
      return [name, { name, type, options, ...(isGathered && { perHour: perHour ?? usualPerHour }) }];
    },
  );
  const own = ownChannels.map((name): [string, PolicyChannel] => [name, { name, type: name, options: {} }]);
  const isUsed = usedIn(content);
  const channels = new Map([...own.filter(([name]) => isUsed.has(name)), ...declared]);

  const { from = '', to = '', onlyWorkingDays = false } = content.quietHours ?? {};
  const quietHours: QuietHours | undefined = content.quietHours && { from, to, onlyWorkingDays };
  const isSystem = (name: string) => (reaches.get(channels.get(name)?.type ?? '') ?? 'system') === 'system';
  const rules = followUpKinds.flatMap((kind) => {
    const given = content.kinds[kind];
    return given ? [[kind, rulesOf(kind, given, isSystem)] as const] : [];
  });
  const data = {
    channels: Object.fromEntries(channels),
    kinds: Object.fromEntries(rules),
    quietHours,
    giveUpAfterMs: (parseDuration(content.giveUpAfter ?? 'PT4H') as number) * 1_000,
    linkTemplate: content.linkTemplate,
  };
  const byKind = new Map(rules);
  return {
    ...data,
    hash: createHash('sha256').update(canonical(data)).digest('hex').slice(0, 16),
    kinds: new Set(
      rules.filter(([, { all, of }]) => [all, ...Object.values(of)].some(Boolean)).map(([kind]) => kind),
    ),
    channels,
    rule(kind, resource) {
      const { all, of = {} } = byKind.get(kind) ?? {};
      const urn = resource && urnOf(resource);
      return urn && Object.hasOwn(of, urn) ? (of[urn] ?? undefined) : (all ?? undefined);
    },
    timeOf: (step, factAt) => stepTime(factAt, step, quietHours),
  };
}

/** The names of the channels that some step has. */
function usedIn({ kinds }: PolicyContent): ReadonlySet<string> {
  const all = Object.values(kinds).flatMap((kind) => [kind, ...Object.values(kind?.resources ?? {})]);
  return new Set(all.flatMap((one) => one?.steps ?? []).map(({ channel }) => channel));
}

/** The same text for the same content, in whatever order it was written. */
function canonical(content: unknown): string {
  return JSON.stringify(content, (_name, value: unknown) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
