import type { FollowUpKind } from '../../events/catalogue.ts';
import type { Policy } from './policy.ts';

/**
 * The moment at which a watchdog opens, counted from a fact at a time, RFC 3339; `undefined` where the kind is not watched
 * for, of that resource.
 */
export function watchUntil(
  policy: Pick<Policy, 'rule' | 'timeOf'>,
  kind: FollowUpKind,
  resource: string | undefined,
): ((from: string) => Date) | undefined {
  const after = policy.rule(kind, resource)?.watchAfter;
  // Nobody is disturbed by a look, so it may be in quiet hours.
  const look = { key: 'watch', channel: '', atAnyTime: true, nextAtOnceIfFailed: false };
  return after && ((from) => policy.timeOf({ ...look, after }, from));
}
