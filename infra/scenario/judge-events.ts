import type { Evidence } from './evidence.ts';
import { equal, type Finding, none } from './finding.ts';

/** Whether every event is accounted for: those that were acknowledged, and those that no push delivered. */
export function judgeEvents({ published, counters, stored, strangers }: Evidence): Finding[] {
  const { sent, acknowledged, retried, deadLettered, lostPushes } = counters;
  const stated = new Map(published.filter(({ lost }) => !lost).map((logged) => [logged.event.id, logged]));
  const tracked = stored.events.filter(({ via }) => via !== 'asked');
  const trackedIds = new Set(tracked.map(({ id }) => id));
  const parkedIds = new Set(stored.parked.map(({ eventId }) => eventId));

  const delivered = [...stated.values()].filter((logged) => logged.acknowledged > 0);
  const undelivered = [...stated.values()].filter((logged) => logged.acknowledged === 0);
  const again = acknowledged - delivered.length;
  const first = delivered.length + strangers.length;
  const lostFor = (logged: typeof delivered) =>
    logged.map(({ event }) => event.id).filter((id) => !trackedIds.has(id) && !parkedIds.has(id));
  const pulled = tracked.filter(({ id, via }) => via === 'pull' && stated.get(id)?.acknowledged === 0);
  const unanswered = tracked.filter(({ id, via }) => via === 'push' && stated.get(id)?.acknowledged === 0);
  const copies = tracked.filter(({ id }) => stated.get(id)?.copyOf !== undefined);

  return [
    {
      what: 'sent',
      number: sent,
      against: `Altinn's count: ${acknowledged} answered 200, ${retried} tried again, ${deadLettered} given up`,
      broken: equal(sent, acknowledged + retried + deadLettered, 'pushes sent'),
    },
    {
      what: 'acknowledged',
      number: acknowledged + strangers.length,
      against: `storage and Altinn's count: ${delivered.length} events tracked, ${again} came again, ${stored.parked.length} parked`,
      broken: [
        ...none(lostFor(delivered), 'acknowledged events are neither tracked nor parked'),
        ...equal(first + again, acknowledged + strangers.length, 'acknowledged pushes'),
      ],
    },
    {
      what: 'tracked',
      number: tracked.length,
      against: `the ${stated.size} events that Altinn published, each as it was sent`,
      broken: [
        ...none(lostFor([...stated.values()]), 'events were lost'),
        ...none(
          [...trackedIds].filter((id) => !stated.has(id)),
          'events are in a timeline that Altinn never published',
        ),
        ...equal(tracked.length, trackedIds.size, 'events in the timelines, each once'),
        ...none(
          tracked
            .filter(({ id, event }) => stated.has(id) && event !== JSON.stringify(stated.get(id)?.event))
            .map(({ id }) => id),
          'events are not as Altinn sent them',
        ),
      ],
    },
    {
      what: 'duplicates',
      number: again + copies.length,
      against: `${again} acknowledged more than once and stored once; ${copies.length} with another id for the same fact`,
      broken: equal(
        copies.length,
        [...stated.values()].filter(({ copyOf }) => copyOf !== undefined).length,
        'events with another id for the same fact',
      ),
    },
    {
      what: 'repaired by pull',
      number: pulled.length,
      against: `the ${undelivered.length} events without a 200 (${lostPushes} pushes lost, ${deadLettered} given up), but for ${unanswered.length} stored right before a kill`,
      broken: equal(
        pulled.length,
        undelivered.length - unanswered.length,
        'events that only the pull brought',
      ),
    },
    {
      what: 'parked',
      number: stored.parked.length,
      against: `the ${strangers.length} events that are about no letter of ours`,
      broken: [
        ...equal(stored.parked.length, strangers.length, 'parked events'),
        ...none(
          strangers.filter((id) => !parkedIds.has(id)),
          'events about no letter are not parked',
        ),
      ],
    },
  ];
}
