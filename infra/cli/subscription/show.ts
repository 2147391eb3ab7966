import type { Subscription } from '../../../shared/altinn/api/subscriptions.ts';
import { redactPersons } from '../../../shared/runtime/redact.ts';
import { redactAddress } from '../../../shared/runtime/sanitize.ts';

/** A subscription fit for showing: the key in its endpoint is hidden unless secrets are asked for. */
export function shown(subscription: Subscription, showSecrets = false): Subscription {
  const { endPoint } = subscription;
  return { ...subscription, endPoint: showSecrets ? endPoint : redactAddress(endPoint) };
}

/** A subscription in one line. */
export function oneLine(subscription: Subscription): string {
  const { id, validated, endPoint, resourceFilter, typeFilter, subjectFilter, includeSubunits } =
    subscription;
  return [
    String(id).padStart(6),
    validated ? 'validated    ' : 'NOT VALIDATED',
    resourceFilter ?? '(no resource)',
    typeFilter ?? 'all types',
    ...(subjectFilter ? [redactPersons(subjectFilter)] : []),
    ...(includeSubunits ? ['with subunits'] : []),
    endPoint,
  ].join('  ');
}
