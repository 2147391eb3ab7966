import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  catalogue,
  type EventName,
  type FollowUpKind,
  lookUp,
  typePrefix,
} from '../../shared/events/catalogue.ts';
import type { Answer } from '../../shared/follow-ups/question.ts';
import { eventMessage } from '../../shared/tracking/event-message.ts';
import { type Faults, graceMs, Simulation } from '../support/simulation.ts';

// Histories with forged events mixed in, and an Altinn that is away at times. With credentials the follow-ups that are
// notified, suppressed and closed are exactly those that Altinn's truth calls for, each at most once.

beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterAll(() => void vi.useRealTimers());

const begin = Date.parse('2026-08-20T06:00:00Z');
const minute = 60_000;
const ids = [1, 2, 3].map((number) => `00000000-1111-4222-8333-00000000000${number}`);

/** What is so of a letter, in minutes after the beginning; nothing of a letter that Altinn does not have. */
interface Truth {
  readonly exists: boolean;
  readonly needsConfirmation: boolean;
  readonly published: number;
  /** Never before it is published. */
  readonly due: number | undefined;
  readonly read: number | undefined;
  readonly confirmed: number | undefined;
  readonly purged: number | undefined;
}

const moment = fc.option(fc.oneof(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 0, max: 20_000 })), {
  nil: undefined,
});
const truth: fc.Arbitrary<Truth> = fc.record({
  exists: fc.boolean().chain((no) => (no ? fc.boolean() : fc.constant(true))),
  needsConfirmation: fc.boolean(),
  published: fc.integer({ min: 0, max: 30 }),
  due: fc.option(fc.integer({ min: 30, max: 90 }), { nil: undefined }),
  read: moment,
  confirmed: moment,
  purged: moment,
});

const anyName = fc.constantFrom(...(Object.keys(catalogue) as EventName[]));
const forgery = fc.record({
  letter: fc.nat(2),
  name: fc.oneof(
    anyName,
    fc.constantFrom<EventName>(
      'correspondencereceiverread',
      'correspondencereceiverconfirmed',
      'correspondencepurged',
      'correspondencereceiverneverread',
      'correspondencereceiverneverconfirmed',
    ),
  ),
  at: fc.integer({ min: 0, max: 200 }),
  id: fc.uuid(),
  /** Older than the start line. */
  isOld: fc.boolean(),
  subject: fc.constantFrom('urn:altinn:organization:identifier-no:000000000', undefined, 7),
});

/** A time at which Altinn does not answer, in minutes: shorter than ALTINN_MAX_WAIT. */
const absence = fc.record({
  from: fc.integer({ min: 0, max: 300 }),
  minutes: fc.integer({ min: 1, max: 600 }),
});

const history = fc.record({
  truths: fc.tuple(truth, truth, truth),
  forgeries: fc.array(forgery, { maxLength: 10 }),
  absences: fc.array(absence, { maxLength: 1 }),
  lost: fc.array(fc.nat(20), { maxLength: 4 }),
  delays: fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 20, maxLength: 20 }),
});
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

/** The events that Altinn sends of a letter, each with its time. */
function* eventsOf({
  exists,
  published,
  due,
  read,
  confirmed,
  purged,
  needsConfirmation,
}: Truth): Generator<[EventName, number]> {
  if (!exists) return;
  yield ['correspondencepublished', published];
  if (read !== undefined) yield ['correspondencereceiverread', read];
  if (confirmed !== undefined) yield ['correspondencereceiverconfirmed', confirmed];
  if (purged !== undefined) yield ['correspondencepurged', purged];
  if (due === undefined) return;
  if (!(read !== undefined && read < due)) yield ['correspondencereceiverneverread', due];
  if (needsConfirmation && !(confirmed !== undefined && confirmed < due)) {
    yield ['correspondencereceiverneverconfirmed', due];
  }
}

const timeOf = (minutes: number) => new Date(begin + minutes * minute).toISOString();

function answerOf({ truths, absences }: History) {
  return (id: string, now: number): Answer => {
    const minutes = (now - begin) / minute;
    const { exists, published, due, needsConfirmation, ...facts } = truths[ids.indexOf(id)] as Truth;
    if (absences.some(({ from, minutes: long }) => minutes >= from && minutes < from + long)) {
      return { is: 'silent', why: 'Altinn answered 503' };
    }
    if (!exists) return { is: 'disputed', why: 'code 1001' };
    const so = Object.entries(facts).filter(([, at]) => at !== undefined && at <= minutes);
    return {
      is: 'known',
      question: 'details',
      facts: Object.fromEntries(so.map(([fact, at]) => [fact, timeOf(at as number)])),
      published: published <= minutes ? timeOf(published) : undefined,
      dueAt: due === undefined ? undefined : timeOf(due),
      needsConfirmation,
      resource: undefined,
      recipient: undefined,
    };
  };
}

/** @returns what came of it, and which true events that open a follow-up were delivered */
async function play(history: History, chance: readonly number[], faults: Faults) {
  const heard = new Set<string>();
  const simulation = new Simulation(chance, faults, answerOf(history));
  const put = (
    letter: number,
    name: EventName,
    at: number,
    arrives: number,
    id: string,
    more: object = {},
  ) => {
    const event = {
      specversion: '1.0' as const,
      id,
      source: 'https://platform.altinn.no/correspondence/api/v1/correspondence',
      type: typePrefix + name,
      time: timeOf(at),
      resource: 'urn:altinn:resource:brev',
      resourceinstance: ids[letter],
      ...more,
    };
    const message = eventMessage(event, { via: 'push', enqueuedAt: timeOf(arrives) });
    simulation.storage.put('correspondence-events', message, arrives * minute);
  };
  let number = 0;
  for (const [letter, truth] of history.truths.entries()) {
    for (const [name, at] of eventsOf(truth)) {
      const isLost = history.lost.includes(number);
      const { opens } = lookUp(typePrefix + name) ?? {};
      if (!isLost && opens) heard.add(`${opens} of ${ids[letter]}`);
      if (!isLost) put(letter, name, at, at + (history.delays[number % 20] as number), `true-${number}`);
      number++;
    }
  }
  for (const { letter, name, at, id, subject, isOld } of history.forgeries) {
    put(letter, name, at, at, id, { subject, ...(isOld && { time: '1990-01-01T00:00:00Z' }) });
  }
  await simulation.run();
  return { simulation, heard };
}

const settling: Partial<Record<FollowUpKind, readonly (keyof Truth)[]>> = {
  'never-read': ['read', 'confirmed', 'purged'],
  'never-confirmed': ['confirmed', 'purged'],
};

function check(
  { simulation, heard }: Awaited<ReturnType<typeof play>>,
  { truths }: History,
  mayRepeat: boolean,
): void {
  expect([...simulation.storage.queues.values()].flat()).toEqual([]);
  for (const [number, truth] of truths.entries()) {
    const letter = ids[number] as string;
    for (const kind of Object.keys(settling) as FollowUpKind[]) {
      const times = (settling[kind] ?? [])
        .map((fact) => truth[fact])
        .filter((at) => at !== undefined) as number[];
      const settledAt = times.length > 0 ? begin + Math.min(...times) * minute : Number.POSITIVE_INFINITY;
      const isCalledFor =
        truth.exists && truth.due !== undefined && (kind === 'never-read' || truth.needsConfirmation);
      const followUp = simulation.followUps(letter).find((each) => each.kind === kind);
      const steps = (type: string) =>
        simulation.notified.filter(
          ({ step }) => step.idempotencyKey === `${kind}-${letter}-1-webhook${type}`,
        );
      const [opened, closed] = [steps(''), steps('-closed')];
      const what = `${kind} of ${JSON.stringify(truth)}: ${JSON.stringify(followUp)}`;

      // No false alarm.
      for (const { at, step } of opened) {
        expect(isCalledFor && at >= begin + (truth.due ?? 0) * minute, `called for: ${what}`).toBe(true);
        // The answer is a moment old when the channel is called.
        expect(settledAt, `settled before: ${what}`).toBeGreaterThan(at - 2 * minute);
        expect(step.data.checkedWithAltinn).toBe(true);
      }
      if (!mayRepeat) {
        expect(opened.length, what).toBeLessThanOrEqual(1);
        expect(closed.length, what).toBeLessThanOrEqual(1);
      }
      if (!followUp) continue;
      // And no silence: what was posted before its time, or as of long ago, leaves the true event its way.
      const isRecorded = ['notCalledFor', 'beforeFollowUpSince'].includes(followUp.reason ?? '');
      if (isRecorded && !heard.has(`${kind} of ${letter}`)) continue;
      if (!truth.exists) expect(followUp.state, what).toBe('disputed');
      // What was settled by the time that it was looked at may have been suppressed for that.
      else if (!isCalledFor && !(followUp.closedAt && settledAt <= Date.parse(followUp.closedAt)))
        expect(followUp, what).toMatchObject({ reason: 'notCalledFor' });
      else if (isCalledFor && settledAt === Number.POSITIVE_INFINITY) {
        expect(followUp.state, what).toBe('notified');
        expect(opened.length, what).toBeGreaterThan(0);
      } else if (isCalledFor) expect(['suppressed', 'closed'], what).toContain(followUp.state);
      if (followUp.state === 'suppressed') expect(opened, what).toEqual([]);
      if (followUp.state === 'closed') expect(closed.length, what).toBeGreaterThan(0);
    }
  }
}

const choices = fc.array(fc.nat(0xffff), { maxLength: 300, size: 'max' });
/** `RUNS=5000 npx vitest run test/integration/forgeries.test.ts` looks harder. */
const parameters = { numRuns: Number(process.env.RUNS ?? 100), interruptAfterTimeLimit: 50_000 };

describe('forged events and an Altinn that is away', { timeout: 60_000 }, () => {
  it(`raise and quiet no alarm, each follow-up is notified at most once, after ${graceMs / minute} minutes of grace`, async () => {
    await fc.assert(
      fc.asyncProperty(history, choices, async (history, chance) => {
        check(await play(history, chance, { crash: 0, fault: 0, twice: 0 }), history, false);
      }),
      parameters,
    );
  });

  it('do so when the process dies, a storage operation or the channel fails, or a message is there twice', async () => {
    await fc.assert(
      fc.asyncProperty(history, choices, async (history, chance) => {
        check(await play(history, chance, { crash: 3, fault: 3, twice: 3 }), history, true);
      }),
      parameters,
    );
  });
});
