import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type EventName, type FollowUpKind, openingFact, typePrefix } from '../../shared/events/catalogue.ts';
import type { CloudEvent } from '../../shared/events/cloud-event.ts';
import type { Via } from '../../shared/queue/message.ts';
import { eventMessage } from '../../shared/tracking/event-message.ts';
import { deriveStatus } from '../../shared/tracking/status.ts';
import { type Faults, Simulation } from '../support/simulation.ts';

beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterAll(() => void vi.useRealTimers());

const letters = ['5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90', '00000000-1111-4222-8333-444444444444'] as const;
const kinds: readonly FollowUpKind[] = ['never-read', 'never-confirmed'];

/** An event on its way: how long until it reaches the queue, and whether it comes again. */
interface Arrival {
  readonly event: CloudEvent;
  readonly delay: number;
  readonly via: Via;
}

const name = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom<EventName>(
      'correspondencereceiverneverread',
      'correspondencereceiverneverconfirmed',
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom<EventName>('correspondencereceiverread', 'correspondencereceiverconfirmed'),
  },
  { weight: 1, arbitrary: fc.constantFrom<EventName>('correspondencepurged', 'correspondencepublishfailed') },
  {
    weight: 1,
    arbitrary: fc.constantFrom<EventName>('correspondencepublished', 'correspondencenotificationfailed'),
  },
);

const event = fc
  .record({
    name,
    letter: fc.constantFrom(...letters),
    id: fc.uuid(),
    second: fc.integer({ min: 0, max: 59 }),
    fraction: fc.stringMatching(/^\d{0,7}$/),
    casing: fc.boolean(),
  })
  .map(
    ({ name, letter, id, second, fraction, casing }): CloudEvent => ({
      specversion: '1.0',
      id,
      source: 'https://platform.altinn.no/correspondence/api/v1/correspondence',
      type: casing ? (typePrefix + name).toUpperCase() : typePrefix + name,
      time: `2026-08-20T05:59:${String(second).padStart(2, '0')}${fraction && `.${fraction}`}Z`,
      resource: 'urn:altinn:resource:brev',
      resourceinstance: casing ? letter.toUpperCase() : letter,
    }),
  );

/** Seconds around the grace, where it matters most who is first. */
const delay = fc.oneof(
  fc.integer({ min: 0, max: 20 }),
  fc.integer({ min: 280, max: 330 }),
  fc.integer({ min: 0, max: 900 }),
);

const via = fc.constantFrom('push', 'pull');

const history = fc
  .array(
    fc.record({ event, delay, via, again: fc.option(fc.record({ delay, via, id: fc.option(fc.uuid()) })) }),
    { minLength: 1, maxLength: 8 },
  )
  .map((events): Arrival[] =>
    events.flatMap(({ event, delay, via, again }) => [
      { event, delay, via },
      ...(again ? [{ ...again, event: { ...event, id: again.id ?? event.id } }] : []),
    ]),
  );

const choices = fc.array(fc.nat(0xffff), { maxLength: 500, size: 'max' });

async function simulate(arrivals: Arrival[], chance: readonly number[], faults: Faults): Promise<Simulation> {
  const simulation = new Simulation(chance, faults);
  for (const { event, delay, via } of arrivals) {
    const enqueuedAt = new Date(simulation.storage.now + delay * 1000).toISOString();
    const message = eventMessage(event, { via, enqueuedAt });
    simulation.storage.put('correspondence-events', message, delay * 1000);
  }
  await simulation.run();
  return simulation;
}

function check(simulation: Simulation, arrivals: Arrival[]): void {
  expect(simulation.violations).toEqual([]);
  expect(simulation.unlisted()).toEqual([]);
  expect(simulation.storage.rowsOf('deadletters')).toEqual([]);
  expect([...simulation.storage.queues.values()].flat()).toEqual([]);
  for (const letter of letters) {
    const mine = arrivals.filter(({ event }) => (event.resourceinstance as string).toLowerCase() === letter);
    checkTimeline(simulation, letter, mine);
    for (const kind of kinds) checkFollowUp(simulation, letter, kind);
  }
  checkNotified(simulation);
}

function checkTimeline(simulation: Simulation, letter: string, mine: Arrival[]): void {
  const entries = simulation.entries(letter);
  const distinct = new Set(mine.map(({ event }) => `${event.type.toLowerCase()} ${event.id}`));
  expect(entries.length).toBe(distinct.size);
  const asSent = mine.map(
    ({ event, via }) => ({ ...event, via, receivedAt: '2026-08-20T06:00:00Z' }) as never,
  );
  const [is, shouldBe] = [deriveStatus(entries), deriveStatus(asSent)];
  expect([is.facts, is.knownBy]).toEqual([shouldBe.facts, shouldBe.knownBy]);
  for (const { event } of mine) {
    const type = event.type.toLowerCase().slice(typePrefix.length);
    expect(simulation.reacted.get(`${type}-${letter}`), `reaction to ${type}`).toBeGreaterThan(0);
  }
}

function checkFollowUp(simulation: Simulation, letter: string, kind: FollowUpKind): void {
  const { facts } = deriveStatus(simulation.entries(letter));
  const followUp = simulation.followUps(letter).find((candidate) => candidate.kind === kind);
  expect(!!followUp, `a ${kind} follow-up`).toBe(!!facts[openingFact(kind)]);
  if (!followUp) return;

  const settled = simulation.settled(letter, kind);
  const steps = (type: string) =>
    simulation.notified.filter(({ step }) => step.idempotencyKey === `${kind}-${letter}-1-webhook${type}`)
      .length;
  expect(settled ? ['suppressed', 'closed'] : ['notified'], kind).toContain(followUp.state);
  expect(followUp.claimedBy).toBeUndefined();
  if (followUp.state === 'notified') expect(steps('')).toBeGreaterThan(0);
  if (followUp.state === 'closed') expect(steps('-closed')).toBeGreaterThan(0);
  if (followUp.state !== 'closed') expect(steps('-closed')).toBe(0);
  if (followUp.state === 'suppressed') expect(steps('')).toBe(0);
}

/** Notified once for each step, and once more at most for each time that this could not be recorded. */
function checkNotified({ notified }: Simulation): void {
  for (const key of new Set(notified.map(({ step }) => step.idempotencyKey))) {
    const mine = notified.filter(({ step }) => step.idempotencyKey === key);
    expect(new Set(mine.map(({ step }) => step.type)).size).toBe(1);
    const interrupted = mine.filter((one) => one.interrupted).length;
    expect(mine.length, `${key} notified`).toBeLessThanOrEqual(1 + interrupted);
  }
}

/** Slow on purpose, since more histories find more. `RUNS=20000 npx vitest run test/integration/any-order.test.ts` looks harder. */
const parameters = { numRuns: Number(process.env.RUNS ?? 120), interruptAfterTimeLimit: 50_000 };

describe('any order, any duplication, at the same moment', { timeout: 60_000 }, () => {
  it('opens and closes each follow-up once', async () => {
    const none = { crash: 0, fault: 0, twice: 0 };
    await fc.assert(
      fc.asyncProperty(history, choices, async (arrivals, chance) => {
        const simulation = await simulate(arrivals, chance, none);
        check(simulation, arrivals);
        const keys = simulation.notified.map(({ step }) => step.idempotencyKey);
        expect(new Set(keys).size).toBe(keys.length);
      }),
      parameters,
    );
  });

  it('does so when a storage operation or the channel fails', async () => {
    await fc.assert(
      fc.asyncProperty(history, choices, async (arrivals, chance) => {
        check(await simulate(arrivals, chance, { crash: 0, fault: 4, twice: 0 }), arrivals);
      }),
      parameters,
    );
  });

  it('does so when the process dies between any two operations', async () => {
    await fc.assert(
      fc.asyncProperty(history, choices, async (arrivals, chance) => {
        check(await simulate(arrivals, chance, { crash: 4, fault: 4, twice: 0 }), arrivals);
      }),
      parameters,
    );
  });

  it('does so when a message is on the queue twice', async () => {
    await fc.assert(
      fc.asyncProperty(history, choices, async (arrivals, chance) => {
        check(await simulate(arrivals, chance, { crash: 0, fault: 0, twice: 4 }), arrivals);
      }),
      parameters,
    );
  });
});
