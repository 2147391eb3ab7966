import type { Role } from '../../altinn/role.ts';
import type { FollowUpKind } from '../../events/catalogue.ts';
import { kindsFor } from '../question-of-kind.ts';
import type { Policy } from './policy.ts';

/**
 * What of a policy can be followed up for a service owner, or for a recipient.
 * @returns it, and the kinds that it names in vain
 */
export function forRole(
  policy: Policy,
  role: Role,
): { readonly policy: Policy; readonly refused: readonly FollowUpKind[] } {
  const possible = kindsFor(role);
  const refused = [...policy.kinds].filter((kind) => !possible.has(kind));
  if (refused.length === 0) return { policy, refused };
  const kinds = new Set([...policy.kinds].filter((kind) => possible.has(kind)));
  const rule: Policy['rule'] = (kind, resource) =>
    possible.has(kind) ? policy.rule(kind, resource) : undefined;
  return { policy: { ...policy, kinds, rule }, refused };
}
