import { deriveStatus } from '../../shared/tracking/status.ts';
import type { Facts } from '../simulator/correspondence/truth.ts';
import type { LoggedEvent } from '../simulator/events/event-log.ts';
import { type EventName, eventTypes } from '../simulator/events/event-types.ts';
import { type Finding, finding } from './finding.ts';
import { type Forgery, forgedRecipient } from './forger.ts';
import type { Call, Evidence } from './play.ts';
import type { StoredEvent } from './stored.ts';

/** Holds what is stored and what was called against Altinn's truth: a line for each number, and what does not hold. */
export function judge(evidence: Evidence): Finding[] {
  const { messagesLeft, cameToRest, output } = evidence;
  const leaks = output.split('\n').filter(mayNamePerson).length;
  return [
    ...judgeEvents(evidence),
    ...judgeFollowUps(evidence),
    judgeForgeries(evidence),
    judgeSilence(evidence),
    ...judgeStatuses(evidence),
    finding('left on the queues', messagesLeft, "storage's own count of every queue and its poison queue", {
      'messages left on the queues': { is: messagesLeft, shouldBe: 0 },
      'receivers that finished in time': { is: Number(cameToRest), shouldBe: 1 },
    }),
    finding('lines naming a person', leaks, 'all that the receiver printed', {
      'lines that may hold a national identity number': { is: leaks, shouldBe: 0 },
    }),
  ];
}

/** An event with its attributes in one order and its time in UTC: a push and a pull write the same differently. */
function inOneForm(event: string | object | undefined): string {
  const { time, ...others } = (typeof event === 'string' ? JSON.parse(event) : event) as { time?: string };
  return JSON.stringify(Object.entries({ ...others, time: time?.replace(/\+00:00$/, 'Z') }).sort());
}

const isDialogportens = ({ type }: { readonly type: string }) => type.startsWith('dialogporten.');

/** Whether every event is accounted for: those that were acknowledged, and those that no push delivered. */
function judgeEvents({ published, counters, stored, strangers, forgeries }: Evidence): Finding[] {
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

/**
 * What opens a follow-up and what settles it. On purpose not the receiver's own catalogue: the two are compared.
 *
 * Source: Altinn's guide "Events in Altinn 3 Correspondence".
 */
const rules = {
  'never-read': { opens: 'neverRead', settles: ['read', 'confirmed', 'purged', 'publishFailed'] },
  'never-confirmed': { opens: 'neverConfirmed', settles: ['confirmed', 'purged', 'publishFailed'] },
};

/** Each follow-up that the truth calls for, with all there is about it. */
function casesOf({ truth, published, stored, calls, questions }: Evidence) {
  const happened = timesOf(published);
  const followUps = groupBy(stored.followUps, followUpId);
  const callsOf = groupBy(calls, followUpId);
  const questionsOf = groupBy(questions, ({ correspondenceId }) => correspondenceId);
  return Object.entries(rules).flatMap(([kind, { opens, settles }]) =>
    truth
      .filter(({ facts }) => facts[opens] !== undefined)
      .map(({ id: correspondenceId, facts }) => {
        const id = followUpId({ kind, correspondenceId });
        const [followUp] = followUps.get(id) ?? [];
        const about = callsOf.get(id) ?? [];
        return {
          id,
          correspondenceId,
          /** In simulated milliseconds; never is infinite. */
          settledAt: Math.min(
            ...settles
              .flatMap((fact) => [facts[fact], happened.get(correspondenceId)?.[fact]])
              .map((time = '') => Date.parse(time) || Number.POSITIVE_INFINITY),
          ),
          state: followUp?.state,
          openedAt: Date.parse(followUp?.openedAt ?? ''),
          opened: about.filter(({ type }) => type === 'follow-up.opened'),
          closed: about.filter(({ type }) => type === 'follow-up.closed'),
          questions: questionsOf.get(correspondenceId) ?? [],
        };
      }),
  );
}

type Case = ReturnType<typeof casesOf>[number];

/** Whether each follow-up that the truth calls for is there, notified as it should be, and no other. */
function judgeFollowUps(evidence: Evidence): Finding[] {
  const { stored, calls, kills, refused } = evidence;
  const cases = casesOf(evidence);
  const ids = new Set(cases.map(({ id }) => id));
  const isStray = (about: About) => !ids.has(followUpId(about));
  const forged = new Set(evidence.forgeries.map(forgedFollowUp));
  const inState = (wanted: string) => cases.filter(({ state }) => state === wanted);
  const [suppressed, notified, closed] = [inState('suppressed'), inState('notified'), inState('closed')];
  const heard = cases.filter(({ opened }) => opened.length > 0);
  const heardClosed = cases.filter(({ closed }) => closed.length > 0);
  const isSettled = ({ settledAt }: Case) => Number.isFinite(settledAt);
  const wasKilledBetween = (from: number, to: number) => kills.some((kill) => from <= kill && kill <= to);
  // It may be closed without ever having been notified, if the receiver was killed as it was notifying.
  const isSilent = ({ opened, openedAt, closed: [call] }: Case) =>
    opened.length === 0 && !wasKilledBetween(openedAt, call?.at ?? 0);
  const isRepeated = ({ id, at }: Call, index: number) => {
    const last = calls.slice(0, index).findLast((call) => call.id === id);
    return last !== undefined && !wasKilledBetween(last.at, at);
  };

  return [
    finding(
      'follow-ups opened',
      stored.followUps.length,
      `the ${cases.length} that Altinn's truth calls for: never read, or never confirmed, by the due date; the others are forged`,
      {
        'letters have no follow-up and need one': cases.filter(({ state }) => !state),
        'follow-ups are there that nothing calls for': stored.followUps
          .filter(isStray)
          .map(followUpId)
          .filter((id) => !forged.has(id)),
        'follow-ups were never checked to the end': inState('open'),
      },
    ),
    finding('suppressed', suppressed.length, 'settled in truth, and the case system heard nothing of them', {
      'follow-ups are suppressed and not settled': suppressed.filter((one) => !isSettled(one)),
      'suppressed follow-ups were notified': suppressed.filter(
        (one) => heard.includes(one) || heardClosed.includes(one),
      ),
    }),
    finding(
      'notified',
      notified.length + closed.length,
      `the ${heard.length} that the case system heard of, not one of them settled before the check`,
      {
        'settled follow-ups stay open': notified.filter(isSettled),
        'follow-ups were not notified': [...notified, ...closed].filter(isSilent),
        'follow-ups were notified though settled before the check': heard.filter(isFalseAlarm),
        'follow-ups were notified unchecked': calls.filter(
          ({ type, isChecked }) => type === 'follow-up.opened' && !isChecked,
        ),
        'calls came twice though nothing was killed in between': calls.filter(isRepeated),
        'calls were not signed as they should be': refused,
        'calls name a person': calls.filter(({ body }) => mayNamePerson(body)),
      },
    ),
    finding('closed', closed.length, `the ${heardClosed.length} that the case system heard are settled`, {
      'follow-ups are closed and not settled': closed.filter((one) => !isSettled(one)),
      'follow-ups that were closed': { is: closed.length, shouldBe: heardClosed.length },
      'follow-ups are closed and the case system does not know': closed.filter(
        (one) => !heardClosed.includes(one),
      ),
      'calls were about nothing that needs attention': calls.filter(isStray),
    }),
  ];
}

/**
 * Whether somebody was notified although Altinn, asked for this, must have answered that it is settled; or was notified
 * without asking. A letter's other follow-up may have asked as well, so the first question counts.
 */
function isFalseAlarm({ settledAt, openedAt, opened: [call], questions }: Case): boolean {
  const question = questions.find(({ at }) => at >= openedAt && at <= (call?.at ?? 0));
  return !question || settledAt < question.clock;
}

/** The follow-up that a forged event opens; none for one that opens none. */
function forgedFollowUp({ name, correspondenceId }: Forgery): string {
  const kind = /receivernever(read|confirmed)$/.exec(name)?.[1];
  return kind ? followUpId({ kind: `never-${kind}`, correspondenceId }) : '';
}

function isDisputed(forgery: Forgery): boolean {
  return !forgery.exists && forgery.acknowledged && forgedFollowUp(forgery) !== '';
}

/** Whether what somebody posted who is not Altinn changed nothing but the timeline, where it is known for what it is. */
function judgeForgeries(evidence: Evidence): Finding {
  const { forgeries, stored, calls } = evidence;
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
        .filter(
          ({ correspondenceId, settledAt }) => about.has(correspondenceId) && !Number.isFinite(settledAt),
        )
        .filter(({ state }) => state !== 'notified'),
      'follow-ups of letters that do not exist are not disputed': [...shouldBe].filter(
        (id) => !disputed.includes(id),
      ),
      'follow-ups are disputed whose letter exists': disputed.filter((id) => !shouldBe.has(id)),
      'calls name a recipient that was forged': calls.filter(({ body }) => body.includes(forgedRecipient)),
    },
  );
}

type Known = { readonly facts: Facts['facts']; readonly knownBy: Facts['facts'] };

/** Whether all waited while Altinn Correspondence did not answer: who asked nothing is judged with all the others. */
function judgeSilence({ silence: { from, until, waiting, open }, questions, calls }: Evidence): Finding {
  const answered = questions.filter(({ at }) => at < until).map(({ correspondenceId }) => correspondenceId);
  return finding(
    'waited for Altinn',
    waiting.length,
    `the ${open} open when Altinn Correspondence was away, each notified after it answered`,
    {
      'follow-ups were notified while Altinn did not answer': calls
        .filter(({ at }) => from < at && at < until)
        .filter(({ correspondenceId }) => !answered.includes(correspondenceId)),
    },
  );
}

/** What an audit finds of what was lost at the source: Altinn lists no letters by another fact. */
const auditable = ['published', 'read', 'confirmed', 'purged', 'publishFailed'];

function judgeStatuses({ truth, published, stored, forgeries }: Evidence): Finding[] {
  const forged = new Set(forgeries.map(({ id }) => id));
  const rows = groupBy(
    stored.events.filter(({ id }) => !forged.has(id)),
    ({ about }) => about,
  );
  const happened = timesOf(published);
  const differing = (all: readonly Facts[]) =>
    all.flatMap((one) =>
      differences(one, rows.get(one.id) ?? [], happened.get(one.id) ?? {})
        .map((what) => `${one.id}: ${what}`)
        .slice(0, 1),
    );
  const others = truth.flatMap(({ notificationOrders, attachments }) => [
    ...notificationOrders,
    ...attachments,
  ]);
  const letters = differing(truth);
  const lost = truth.flatMap(({ id, untold }) =>
    untold.filter((fact) => auditable.includes(fact)).map((fact) => ({ id, fact })),
  );
  const found = ({ id, fact }: { id: string; fact: string }) =>
    (deriveStatus(rows.get(id) ?? []).knownBy as Known['knownBy'])[fact] === 'asked';
  return [
    finding(
      'found by asking',
      lost.filter(found).length,
      `the ${lost.length} facts whose every event Altinn lost itself, so that no pull brings them`,
      { 'facts that were lost at the source were not found': lost.filter((one) => !found(one)) },
    ),
    {
      what: "status equals Altinn's",
      number: truth.length - letters.length,
      against: `each fact and its time in the truth of ${truth.length} letters (and of ${others.length} notification orders)`,
      broken: [...letters, ...differing(others)].slice(0, 5),
    },
  ];
}

/** When each fact became so, whether it was told or lost. */
function timesOf(published: readonly LoggedEvent[]): ReadonlyMap<string, Facts['facts']> {
  const times = new Map<string, Record<string, string>>();
  for (const { name, event, copyOf } of published) {
    if (copyOf || !(name in eventTypes)) continue;
    const { fact } = eventTypes[name as EventName];
    const before = times.get(event.resourceinstance);
    if (before) before[fact] ??= event.time;
    else times.set(event.resourceinstance, { [fact]: event.time });
  }
  return times;
}

/** The facts that the rows add up to otherwise than they are in truth. */
function differences(
  { facts: truth, untold }: Facts,
  rows: readonly StoredEvent[],
  happened: Facts['facts'],
): string[] {
  const { facts, knownBy }: Known = deriveStatus(rows);
  const earliest: Facts['facts'] = deriveStatus(rows.map((row) => ({ ...row, via: undefined }))).facts;
  const asked: Facts['facts'] = deriveStatus(rows.filter(({ via }) => via === 'asked')).facts;
  const untimed: Facts['facts'] = deriveStatus(
    rows.filter(({ via, time }) => via === 'asked' && !time),
  ).facts;
  return [...new Set([...Object.keys(truth), ...Object.keys(facts)])].flatMap((fact) => {
    const [is, shouldBe] = [facts[fact], truth[fact]];
    // What Altinn says when it is asked has milliseconds, its events have seven digits.
    const normal = (time: string) =>
      asked[fact] === is ? new Date(time).toISOString() : time.replace(/\.?0*(Z|\+00:00)$/, '');
    if (is && shouldBe && normal(is) === normal(shouldBe)) return [];
    // Of what was lost, and of what was told only once more, Altinn says when it was; a list says no time.
    if (is && asked[fact] === is && (shouldBe || untold.includes(fact))) {
      if (untimed[fact] === is || normal(is) === normal(happened[fact] ?? '')) return [];
    }
    // Pulled is believed before pushed, and what was pulled may be a later event that states the same.
    if (knownBy[fact] === 'pull' && earliest[fact] && normal(earliest[fact]) === normal(shouldBe ?? ''))
      return [];
    return [`${fact} is ${is ?? 'not known'}, and in truth ${shouldBe ?? 'not so'}`];
  });
}

type About = { readonly kind: string; readonly correspondenceId: string };

function followUpId({ kind, correspondenceId }: About): string {
  return `${kind}-${correspondenceId}`;
}

/** Eleven digits on their own: what may be a national identity number, and never part of a GUID. */
function mayNamePerson(text: string): boolean {
  return /(?<![\da-f])\d{11}(?![\da-f])/i.test(text);
}

function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return groups;
}
