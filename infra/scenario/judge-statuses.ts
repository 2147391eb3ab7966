import { deriveStatus } from '../../shared/tracking/status.ts';
import type { Facts, LetterTruth } from '../simulator/correspondence/truth.ts';
import { type Finding, finding } from './finding.ts';
import { groupBy, type Known, timesOf } from './look-up.ts';
import type { Evidence } from './play.ts';
import type { StoredEvent } from './stored.ts';

/** What an audit finds of what was lost at the source: Altinn lists no letters by another fact. */
const auditable = ['published', 'read', 'confirmed', 'purged', 'publishFailed'];

export function judgeStatuses({ truth, published, stored, forgeries }: Evidence): Finding[] {
  const forged = new Set(forgeries.map(({ id }) => id));
  const rows = groupBy(
    stored.events.filter(({ id }) => !forged.has(id)),
    ({ about }) => about,
  );
  const happened = timesOf(published);
  const differing = (all: readonly Facts[]) =>
    all.flatMap((one) =>
      differences(one, rows.get(one.id) ?? [], happened.get(one.id) ?? {})
        .filter((what) => !hasFailedUntold(one) || !what.startsWith('publishFailed '))
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

/** Whether it is so without an event that it failed, as where its attachment was rejected: an audit may find it. */
function hasFailedUntold(one: Facts & Partial<Pick<LetterTruth, 'status'>>): boolean {
  return one.status === 'Failed' && one.facts.publishFailed === undefined;
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
    // Of a notification Altinn says when it was sent, and its events when it was found.
    const isSo = shouldBe !== undefined || untold.includes(fact);
    if (asked[fact] === is && isSo && fact.startsWith('notification')) return [];
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
