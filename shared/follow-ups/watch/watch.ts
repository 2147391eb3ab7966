import { lookUp } from '../../events/catalogue.ts';
import { attribute } from '../../events/cloud-event.ts';
import { utc } from '../../events/time.ts';
import type { Consequence } from '../../tracking/track.ts';
import type { Policy } from '../policy/policy.ts';
import { watchUntil } from '../policy/watch-until.ts';
import type { Watches } from './watches.ts';

interface Deps {
  readonly watches: Pick<Watches, 'add'>;
  readonly policy: Pick<Policy, 'rule' | 'timeOf'>;
  /** From when on what calls for a follow-up is notified. RFC 3339 in UTC. */
  readonly since: () => Promise<string>;
  readonly now?: () => Date;
}

/**
 * Notes when a letter is to be looked at for what Altinn sends no event of. One table operation for an event and kind,
 * and none later for what settles it before: that is seen when its time has come.
 */
export function makeWatch({ watches, policy, since, now = () => new Date() }: Deps): Consequence {
  return async ({ id: correspondenceId, event, traceparent }) => {
    const resource = attribute(event, 'resource');
    for (const kind of lookUp(event.type)?.watches ?? []) {
      const untilOf = watchUntil(policy, kind, resource);
      if (!untilOf) continue;
      const from = noLaterThan(now(), attribute(event, 'time'));
      const at = untilOf(from).toISOString();
      if (Date.parse(at) < Date.parse(await since())) continue;
      await watches.add({ kind, correspondenceId, at, from, resource, traceparent });
    }
  };
}

/** Anybody may have pushed a time that has not come: it puts nothing off. */
export function noLaterThan(now: Date, time: string | undefined): string {
  const happenedAt = Date.parse(utc(time ?? '') ?? '');
  return new Date(happenedAt <= now.getTime() ? happenedAt : now).toISOString();
}
