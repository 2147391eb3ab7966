import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type EventName, typePrefix } from '../../shared/events/catalogue.ts';
import type { Policy } from '../../shared/follow-ups/policy/policy.ts';
import type { Answer } from '../../shared/follow-ups/question.ts';
import { eventMessage } from '../../shared/tracking/event-message.ts';
import { policyOf, type StepGiven } from '../support/policy.ts';
import { type Faults, graceMs, Simulation } from '../support/simulation.ts';

const letter = '5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90';
const kind = 'never-read';
const [minute, hour, day] = [60_000, 3_600_000, 24 * 3_600_000];

/** A story of one letter: what its policy says, when that changes, and when, if ever, it is read. */
interface Story {
  readonly steps: readonly StepGiven[];
  readonly later: readonly StepGiven[];
  /** Minutes since the letter was due; absent: never. */
  readonly changedAt: number | undefined;
  readonly readAt: number | undefined;
  readonly asks: boolean;
}

/** Whether chance holds things up, and whether something fails. */
type How = 'in time' | 'slow' | 'with faults';

const durations = ['PT0S', 'PT1H', 'P1D', 'P3D', 'P20D', 'P60D'] as const;
const steps = fc
  .array(fc.tuple(fc.constantFrom('teams', 'mail', 'print'), fc.nat(durations.length - 1)), {
    minLength: 1,
    maxLength: 4,
  })
  .map((given) =>
    given
      .toSorted(([, a], [, b]) => a - b)
      .map(([channel, index]): StepGiven => [channel, durations[index] as string]),
  );
const story: fc.Arbitrary<Story> = fc.record({
  steps,
  later: steps,
  changedAt: fc.option(fc.integer({ min: 0, max: 90 * 24 * 60 }), { nil: undefined }),
  readAt: fc.option(fc.integer({ min: 0, max: 90 * 24 * 60 }), { nil: undefined }),
  asks: fc.boolean(),
});
const choices = fc.array(fc.nat(1_000), { maxLength: 150 });

async function play({ steps, later, changedAt, readAt, asks }: Story, chance: number[], faults: Faults) {
  const policies = [steps, later].map((each) => policyOf({ [kind]: each }));
  let begun = 0;
  const policyAt = (now: number) =>
    policies[changedAt !== undefined && now >= begun + changedAt * minute ? 1 : 0] as Policy;
  const altinn = (_id: string, now: number): Answer => ({
    is: 'known',
    question: 'details',
    facts:
      readAt !== undefined && now >= begun + readAt * minute
        ? { read: new Date(begun + readAt * minute).toISOString() }
        : {},
    published: '2026-08-01T06:00:00Z',
    dueAt: new Date(begun).toISOString(),
    needsConfirmation: false,
    resource: 'urn:altinn:resource:brev',
    recipient: undefined,
  });
  const simulation = new Simulation(chance, faults, asks ? altinn : undefined, policyAt);
  begun = simulation.storage.now;
  const put = (name: EventName, minutes: number) => {
    const time = new Date(begun + minutes * minute).toISOString();
    const event = {
      specversion: '1.0',
      id: name,
      source: 'https://platform.altinn.no/correspondence/api/v1/correspondence',
      type: typePrefix + name,
      time,
      resource: 'urn:altinn:resource:brev',
      resourceinstance: letter,
    } as const;
    simulation.storage.put('correspondence-events', eventMessage(event, { via: 'push', enqueuedAt: time }));
    const last = simulation.storage.messages('correspondence-events').at(-1);
    if (last) last.visibleAt = begun + minutes * minute;
  };
  put('correspondencereceiverneverread', 0);
  if (readAt !== undefined) put('correspondencereceiverread', readAt);
  await simulation.run();
  return { simulation, begun };
}

function check(
  { steps, later, changedAt, readAt }: Story,
  { simulation, begun }: Awaited<ReturnType<typeof play>>,
  how: How,
): void {
  expect(simulation.violations).toEqual([]);
  expect(simulation.unlisted()).toEqual([]);
  const [followUp] = simulation.followUps(letter);
  const { notified } = simulation;
  const readMs = readAt === undefined ? Number.POSITIVE_INFINITY : begun + readAt * minute;
  // Each at most once, but over a crash or a fault between sending and recording.
  for (const key of new Set(notified.map(({ step }) => step.idempotencyKey))) {
    const mine = notified.filter(({ step }) => step.idempotencyKey === key);
    const interrupted = mine.filter((one) => one.interrupted).length;
    expect(mine.length, key).toBeLessThanOrEqual(1 + (how === 'with faults' ? interrupted : 0));
  }
  // None after it was closed, and none before its time.
  const closings = notified.filter(({ step }) => step.type === 'follow-up.closed');
  const openings = notified.filter(({ step }) => step.type !== 'follow-up.closed');
  const firstClosing = Math.min(...closings.map((each) => notified.indexOf(each)));
  for (const opening of openings) expect(notified.indexOf(opening)).toBeLessThan(firstClosing);
  for (const { step, at } of openings) {
    const { number = 0 } = step.data.step ?? {};
    const all = [...steps, ...later];
    const earliest = Math.min(
      ...all.filter(([channel]) => channel === step.data.step?.channel).map(([, after]) => msOf(after)),
    );
    expect(at, `step ${number}`).toBeGreaterThanOrEqual(begun + Math.max(graceMs, earliest));
  }
  // Who was told is told that it is settled, and nobody else.
  const toldOf = new Set(openings.map(({ step }) => step.data.step?.channel));
  const toldClosing = new Set(
    closings.map(({ step }) => step.idempotencyKey.replace(/^.*-1-(.*)-closed$/, '$1')),
  );
  if (readAt === undefined) {
    expect([followUp?.state, toldClosing.size]).toEqual(['notified', 0]);
  } else {
    expect(toldOf.size > 0 ? ['closed'] : ['suppressed', 'closed']).toContain(followUp?.state);
    const kept = new Set(
      (changedAt === undefined ? steps : [...steps, ...later]).map(([channel]) => channel),
    );
    for (const channel of toldOf) if (channel && isThere(channel)) expect(toldClosing).toContain(channel);
    for (const channel of toldClosing) expect(kept).toContain(channel);
  }
  function isThere(channel: string) {
    return [steps, later].every((each) => each.some(([name]) => name === channel));
  }
  // None is missed.
  if (changedAt !== undefined) return;
  const plannedAt = (after: string) => begun + Math.max(msOf(after), graceMs);
  const isSlow = how !== 'in time';
  const wanted = steps.filter(([, after]) =>
    isSlow ? readAt === undefined : plannedAt(after) + 2 * minute < readMs,
  );
  const taken = new Set(openings.map(({ step }) => step.idempotencyKey));
  expect(taken.size).toBeGreaterThanOrEqual(wanted.length);
  if (isSlow) return;
  for (const [index, [, after]] of wanted.entries()) {
    expect(openings[index]?.at, `step ${index + 1}`).toBeLessThanOrEqual(plannedAt(after) + 2 * minute);
  }
}

function msOf(after: string): number {
  return { PT0S: 0, PT1H: hour, P1D: day, P3D: 3 * day, P20D: 20 * day, P60D: 60 * day }[after] ?? Number.NaN;
}

/** `RUNS=20000 npx vitest run test/integration/steps-any-order.test.ts` looks harder. */
const parameters = { numRuns: Number(process.env.RUNS ?? 60), interruptAfterTimeLimit: 50_000 };

describe('the steps of a policy, whatever happens between them', { timeout: 60_000 }, () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());

  it.each<[string, How, Faults]>([
    ['one thing after another, and in time', 'in time', { crash: 0, fault: 0, twice: 0 }],
    ['in any order', 'slow', { crash: 0, fault: 0, twice: 0 }],
    ['with messages that are there twice', 'slow', { crash: 0, fault: 0, twice: 4 }],
    ['with storage and channels that fail', 'with faults', { crash: 0, fault: 4, twice: 0 }],
    ['with a process that dies between any two operations', 'with faults', { crash: 4, fault: 4, twice: 0 }],
  ])('are each taken once, none after the closing, and none is missed: %s', async (_case, how, faults) => {
    await fc.assert(
      fc.asyncProperty(story, choices, async (given, chance) => {
        check(given, await play(given, how === 'in time' ? [] : chance, faults), how);
      }),
      parameters,
    );
  });
});
