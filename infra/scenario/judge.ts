import { deriveStatus } from '../../shared/tracking/status.ts';
import type { Facts } from '../simulator/correspondence/truth.ts';
import type { Evidence } from './evidence.ts';
import { equal, type Finding } from './finding.ts';
import { judgeEvents } from './judge-events.ts';
import { judgeFollowUps } from './judge-follow-ups.ts';
import type { StoredEvent } from './stored.ts';

/** Holds what is stored and what was called against Altinn's truth: a line for each number, and what does not hold. */
export function judge(evidence: Evidence): Finding[] {
  return [
    ...judgeEvents(evidence),
    ...judgeFollowUps(evidence),
    ...judgeStatuses(evidence),
    {
      what: 'left on the queues',
      number: evidence.messagesLeft,
      against: "storage's own count of the two queues and their poison queues",
      broken: [
        ...equal(evidence.messagesLeft, 0, 'messages left on the queues'),
        ...(evidence.cameToRest ? [] : ['the receiver did not finish in time']),
      ],
    },
    {
      what: 'lines naming a person',
      number: evidence.leaks,
      against: 'all that the receiver printed',
      broken: equal(evidence.leaks, 0, 'lines that may hold a national identity number'),
    },
  ];
}

function judgeStatuses({ truth, stored }: Evidence): Finding[] {
  const rows = new Map<string, StoredEvent[]>();
  for (const row of stored.events) rows.set(row.about, [...(rows.get(row.about) ?? []), row]);
  const differing = ({ id, facts }: Facts) => difference(facts, rows.get(id) ?? []);

  const letters = truth.map((letter) => ({ id: letter.id, difference: differing(letter) }));
  const others = truth
    .flatMap(({ notificationOrders, attachments }) => [...notificationOrders, ...attachments])
    .map((other) => ({ id: other.id, difference: differing(other) }));
  const broken = [...letters, ...others].filter(({ difference }) => difference !== undefined);
  return [
    {
      what: "status equals Altinn's",
      number: letters.filter(({ difference }) => difference === undefined).length,
      against: `each fact and its time in the truth of ${letters.length} letters (and of ${others.length} notification orders)`,
      broken: broken.slice(0, 5).map(({ id, difference }) => `${id}: ${difference}`),
    },
  ];
}

/** The first fact that the rows add up to otherwise than it is in truth, if there is one. */
function difference(truth: Facts['facts'], rows: readonly StoredEvent[]): string | undefined {
  const facts: Readonly<Record<string, string>> = deriveStatus(rows).facts;
  // What Altinn says when it is asked has milliseconds, its events have seven digits.
  const asked: Readonly<Record<string, string>> = deriveStatus(
    rows.filter(({ via }) => via === 'asked'),
  ).facts;
  for (const fact of new Set([...Object.keys(truth), ...Object.keys(facts)])) {
    const [is, shouldBe] = [facts[fact], truth[fact]];
    const isEqual =
      is && shouldBe && (asked[fact] === is ? sameMillisecond(is, shouldBe) : same(is, shouldBe));
    if (!isEqual) return `${fact} is ${is ?? 'not known'}, and in truth ${shouldBe ?? 'not so'}`;
  }
  return undefined;
}

function sameMillisecond(a: string, b: string): boolean {
  return Date.parse(a) === Date.parse(b);
}

function same(a: string, b: string): boolean {
  const digits = (time: string) => time.replace(/\.?0*Z$/, '');
  return a === b || digits(a) === digits(b);
}
