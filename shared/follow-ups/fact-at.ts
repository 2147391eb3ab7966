import { openingFact } from '../events/catalogue.ts';
import { compareTimes, utc } from '../events/time.ts';
import type { KnownAnswer } from './answer.ts';
import { calledFor } from './called-for.ts';
import type { FollowUp } from './follow-up.ts';
import type { Sources } from './step.ts';

/**
 * When the fact happened that opened a follow-up, from which its steps count: as Altinn answers, or else as it was told.
 * RFC 3339 in UTC.
 * @param until of a watchdog: the moment at which it opens, counted from a fact
 */
export function factAtOf(
  { kind, round = 1, openedAt, factAt }: FollowUp,
  { status, answer }: Sources,
  now: Date,
  until?: (from: string) => Date,
): string | undefined {
  if (round > 1) return factAt;
  // An event's own time may be anything; the fact was there when it came.
  const happenedAt = status.facts[openingFact(kind)];
  const byEvent = happenedAt && compareTimes(happenedAt, openedAt) < 0 ? happenedAt : openedAt;
  const told = factAt ?? byEvent;
  if (answer?.is !== 'known') return told;
  const said = calledFor(kind, answer, now, until);
  const since = said.is === 'called-for' ? utc(said.since ?? '') : undefined;
  return since === undefined || isOfLook(kind, answer, utc(told), since) ? told : since;
}

/**
 * Whether Altinn says no more than that it was so when it looked, which is later each time: of a notification it tells when
 * it was ordered, and its state at this moment.
 */
function isOfLook(
  kind: FollowUp['kind'],
  { notifications = [] }: KnownAnswer,
  told: string | undefined,
  since: string,
): boolean {
  if (kind !== 'notification-failed' && kind !== 'notification-partly-failed') return false;
  if (told === undefined || compareTimes(told, since) > 0) return false;
  return notifications.some(({ orderedAt }) => orderedAt !== undefined && compareTimes(orderedAt, told) <= 0);
}
