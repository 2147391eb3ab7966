import { deriveStatus } from '../../shared/tracking/status.ts';
import { casesOf } from './cases.ts';
import { type Finding, finding } from './finding.ts';
import { type Forgery, forgedRecipient } from './forger.ts';
import { followUpId, forgedFollowUp, groupBy, isDisputed, type Known } from './look-up.ts';
import type { Evidence } from './play.ts';

/** Whether what somebody posted who is not Altinn changed nothing but the timeline, where it is known for what it is. */
export function judgeForgeries(evidence: Evidence): Finding {
  const { forgeries, stored, calls, shipments } = evidence;
  const ids = new Set(forgeries.map(({ id }) => id));
  const rows = groupBy(stored.events, ({ about }) => about);
  const about = new Set(forgeries.map(({ correspondenceId }) => correspondenceId));
  const isBelieved = (id: string) => {
    const all = rows.get(id) ?? [];
    const { facts, knownBy }: Known = deriveStatus(all);
    const honest: Known = deriveStatus(all.filter((row) => !ids.has(row.id)));
    return Object.keys(facts).some((fact) => facts[fact] !== honest.facts[fact] && knownBy[fact] !== 'push');
  };

  const cases = casesOf(evidence);
  const calledFor = new Set(cases.map(({ id }) => id));
  const raisers = new Map(forgeries.map((one) => [forgedFollowUp(one), one]));
  const stray = stored.followUps.filter(
    (one) => raisers.has(followUpId(one)) && !calledFor.has(followUpId(one)),
  );
  const stateOf = ({ exists }: Forgery) => (exists ? 'suppressed' : 'disputed');
  const disputed = stored.followUps.filter(({ state }) => state === 'disputed').map(followUpId);
  const shouldBe = new Set(forgeries.filter(isDisputed).map(forgedFollowUp));
  return finding(
    'forged',
    forgeries.length,
    `what they opened is suppressed (${stray.length - disputed.length}) or disputed (${disputed.length}), and what they state is known by push alone`,
    {
      'forged events are not known as pushes': stored.events.filter(
        ({ id, via }) => ids.has(id) && via !== 'push',
      ),
      'letters have a fact that was forged and is believed': [...about].filter(isBelieved),
      'alarms were raised by a forgery': stray
        .filter((one) => one.state !== stateOf(raisers.get(followUpId(one)) as Forgery))
        .map(followUpId),
      'alarms were quieted by a forgery': cases
        .filter(({ isCertain, settledAt }) => isCertain && !Number.isFinite(settledAt))
        .filter((one) => about.has(one.about))
        .filter(({ state }) => state !== 'notified'),
      'follow-ups of letters that do not exist are not disputed': [...shouldBe].filter(
        (id) => !disputed.includes(id),
      ),
      'follow-ups are disputed whose letter exists': disputed.filter((id) => !shouldBe.has(id)),
      'calls name a recipient that was forged': calls.filter(({ body }) => body.includes(forgedRecipient)),
      'reminders went to a recipient that was forged': shipments
        .filter(({ to }) => to === forgedRecipient)
        .map(({ idempotencyId }) => idempotencyId),
    },
  );
}
