import type { LoggedEvent } from '../simulator/events/event-log.ts';
import { type Finding, finding } from './finding.ts';
import { forgedFollowUp, groupBy, isDisputed } from './look-up.ts';
import type { Evidence } from './play.ts';
import type { StoredEvent } from './stored.ts';

/** An event with its attributes in one order and its time in UTC: a push and a pull write the same differently. */
function inOneForm(event: string | object | undefined): string {
  const { time, ...others } = (typeof event === 'string' ? JSON.parse(event) : event) as { time?: string };
  return JSON.stringify(Object.entries({ ...others, time: time?.replace(/\+00:00$/, 'Z') }).sort());
}

const isDialogportens = ({ type }: { readonly type: string }) => type.startsWith('dialogporten.');

/** Whether every event is accounted for: those that were acknowledged, and those that no push delivered. */
export function judgeEvents({ published, counters, stored, strangers, forgeries }: Evidence): Finding[] {
  const { sent, acknowledged, retried, deadLettered: givenUp } = counters;
  const { deadLetters } = stored;
  const isDelivered = (logged: LoggedEvent) => logged.acknowledged > 0;
  const dialogs = published.filter(({ event, lost }) => isDialogportens(event) && !lost);
  const known = new Map(
    published
      .filter(({ event, lost }) => !isDialogportens(event) && !lost)
      .map((logged) => [logged.event.id, logged]),
  );
  const delivered = [...known.values()].filter(isDelivered);
  const undeliveredBy = (is: (logged: LoggedEvent) => boolean) =>
    [...known.values()].filter((logged) => !isDelivered(logged) && is(logged)).length;
  const again = delivered.reduce((sum, logged) => sum + logged.acknowledged - 1, 0);
  const copies = [...known.values()].filter(({ copyOf }) => copyOf !== undefined);

  const forged = new Set(forgeries.map(({ id }) => id));
  const all = stored.events.filter(({ via }) => via !== 'asked');
  const tracked = all.filter(({ id }) => !forged.has(id));
  const trackedIds = new Set(all.map(({ id }) => id));
  const deadLetteredIds = new Set(deadLetters.map(({ eventId }) => eventId));
  const isLost = ({ id }: { readonly id: string }) => !trackedIds.has(id) && !deadLetteredIds.has(id);
  const lostOf = (logged: Iterable<LoggedEvent>) => [...logged].map(({ event }) => event).filter(isLost);
  const isChanged = ({ id, event }: StoredEvent) => inOneForm(event) !== inOneForm(known.get(id)?.event);
  const trackedCopies = tracked.filter(({ id }) => known.get(id)?.copyOf !== undefined).length;
  const undelivered = tracked.filter(({ id }) => known.get(id)?.acknowledged === 0);
  const pulled = undelivered.filter(({ via }) => via === 'pull').length;
  const unanswered = undelivered.filter(({ via }) => via === 'push').length;
  const dialogsAcknowledged = dialogs.reduce((sum, logged) => sum + logged.acknowledged, 0);
  const accepted = forgeries.filter((forgery) => forgery.acknowledged);
  const disputed = forgeries.filter(isDisputed).map(forgedFollowUp);
  const deadLettersOf = groupBy(deadLetters, (one) => one.followUpId ?? '');

  return [
    finding(
      'sent',
      sent,
      `Altinn's count: ${acknowledged} answered 200, ${retried} tried again, ${givenUp} given up`,
      { 'pushes sent': { is: sent, shouldBe: acknowledged + retried + givenUp } },
    ),
    finding(
      'acknowledged',
      acknowledged + strangers.length + accepted.length,
      `storage and Altinn's count: ${delivered.length} events tracked, ${again} came again, ${dialogsAcknowledged} of Dialogporten's, ${accepted.length} forged, ${strangers.length} about no letter`,
      {
        'acknowledged events are neither tracked nor dead-lettered': lostOf(delivered),
        'forged events are neither tracked nor dead-lettered': accepted.filter(isLost),
        'acknowledged pushes': { is: delivered.length + again + dialogsAcknowledged, shouldBe: acknowledged },
      },
    ),
    finding('of Dialogporten', dialogsAcknowledged, 'all acknowledged that reached the receiver, none kept', {
      "events of Dialogporten's were refused": dialogs
        .filter((one) => one.sent > 0 && one.deadLettered === 0 && !isDelivered(one))
        .map(({ event }) => event),
      "events of Dialogporten's are in a timeline": all.filter(isDialogportens),
      "events of Dialogporten's are dead-lettered": dialogs
        .map(({ event }) => event)
        .filter(({ id }) => deadLetteredIds.has(id)),
    }),
    finding(
      'tracked',
      tracked.length,
      `the ${known.size} events that Altinn published and did not lose itself, each as it was sent`,
      {
        'events were lost': lostOf(known.values()),
        'events are in a timeline that Altinn never published': tracked.filter(({ id }) => !known.has(id)),
        'events in the timelines, each once': { is: all.length, shouldBe: trackedIds.size },
        'events are not as Altinn sent them': tracked.filter((one) => known.has(one.id) && isChanged(one)),
      },
    ),
    finding(
      'duplicates',
      again + trackedCopies,
      `${again} acknowledged more than once and stored once; ${trackedCopies} with another id for the same fact`,
      { 'events with another id for the same fact': { is: trackedCopies, shouldBe: copies.length } },
    ),
    finding(
      'repaired by pull',
      pulled,
      `the ${known.size - delivered.length} events without a 200 (${undeliveredBy((one) => one.sent === 0)} pushes lost, ${undeliveredBy((one) => one.deadLettered > 0)} given up), but for ${unanswered} stored right before a kill`,
      {
        'events that only the pull brought': {
          is: pulled,
          shouldBe: known.size - delivered.length - unanswered,
        },
      },
    ),
    finding(
      'dead-lettered',
      deadLetters.length,
      `the ${strangers.length} events about no letter of ours and the ${disputed.length} disputed follow-ups, each with a reason`,
      {
        'dead letters': { is: deadLetters.length, shouldBe: strangers.length + disputed.length },
        'events about no letter are not dead-lettered': strangers.filter((id) => !deadLetteredIds.has(id)),
        'disputed follow-ups have not one dead letter': disputed.filter(
          (id) => deadLettersOf.get(id)?.length !== 1,
        ),
        'dead letters have no reason': deadLetters
          .filter(({ reason }) => !reason)
          .map(({ eventId = 'no event' }) => eventId),
      },
    ),
  ];
}
