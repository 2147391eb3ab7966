import { afterEach, describe, expect, it } from 'vitest';
import { Simulator, type SimulatorOptions } from '../../../infra/simulator/simulator.ts';
import { planStory, type Story, storySchema } from '../../../infra/simulator/story/story.ts';
import { altinnToken, startEndpoint, startTestAltinn, subscribe } from '../../support/simulator.ts';

const story: Story = {
  letters: 500,
  readWithinADay: 0.6,
  neverRead: 0.05,
  readAfterDue: 0.1,
  notificationsFail: 3,
  confirmationNeeded: 0.3,
  neverConfirmed: 0.2,
  purged: 0.1,
  publishFails: 10,
  dueInDays: 7,
  seed: 1,
};

const started: Simulator[] = [];
afterEach(() => {
  for (const simulator of started.splice(0)) simulator.stop();
});

function simulate(options: SimulatorOptions = {}): Simulator {
  const simulator = new Simulator({ timeScale: 0, startTime: new Date('2026-09-01T00:00:00Z'), ...options });
  started.push(simulator);
  return simulator;
}

async function played(simulator: Simulator, notified = story): Promise<Simulator> {
  const { done } = simulator.play(notified);
  await simulator.advance({ days: 30 });
  await done;
  return simulator;
}

describe('a story', () => {
  it('has letters whose attachment is rejected, that have no due date, and of which no outcome comes', async () => {
    const more: Story = { ...story, attachmentsRejected: 5, withoutDueDate: 0.1, notificationsSilent: 4 };
    const letters = (await played(simulate(), more)).truth();
    const rejected = letters.filter(({ attachments }) => attachments.length > 0);
    expect(rejected).toHaveLength(5);
    for (const { published, status, facts, attachments } of rejected) {
      expect({ published, status }).toEqual({ published: null, status: 'Failed' });
      expect(facts).not.toHaveProperty('publishFailed');
      expect(attachments[0]?.facts).toHaveProperty('uploadFailed');
    }
    const undated = letters.filter(({ due }) => due === null);
    const unconfirmable = letters.filter(
      ({ published, confirmationNeeded }) => published && !confirmationNeeded,
    );
    expect(undated).toHaveLength(Math.round(unconfirmable.length * 0.1));
    expect(undated.filter(({ facts }) => 'neverRead' in facts)).toEqual([]);
    const outcome = /^notification(Delivered|Failed|AllFailed)$/;
    const silent = letters.filter(
      ({ notificationOrders, facts }) =>
        notificationOrders.length > 0 && !Object.keys(facts).some((fact) => outcome.test(fact)),
    );
    expect(silent).toHaveLength(4);
  });

  it('meets its shares exactly', async () => {
    const letters = (await played(simulate())).truth();
    const count = (has: (letter: (typeof letters)[number]) => boolean) => letters.filter(has).length;
    const published = 490;
    expect(letters).toHaveLength(500);
    expect(count(({ published }) => published === null)).toBe(10);
    expect(count(({ facts }) => 'publishFailed' in facts)).toBe(10);
    expect(count(({ read, published }) => published !== null && read === null)).toBe(
      Math.round(published * 0.05),
    );
    const day = 24 * 3600 * 1000;
    const within = (from: string | null, to: string | null) => Date.parse(to ?? '') - Date.parse(from ?? '');
    expect(count(({ published, read }) => within(published, read) <= day)).toBe(published * 0.6);
    expect(count(({ due, read }) => within(due, read) > 0)).toBe(published * 0.1);
    expect(count(({ facts }) => 'neverRead' in facts)).toBe(Math.round(published * 0.05) + published * 0.1);
    expect(count(({ confirmationNeeded }) => confirmationNeeded)).toBe(published * 0.3);
    expect(count(({ purged }) => purged)).toBeGreaterThan(30);
    const reached = count(({ facts }) => 'notificationDelivered' in facts);
    expect(reached).toBe(published - 2);
    for (const fact of ['notificationFailed', 'notificationAllFailed', 'notificationCreationFailed'])
      expect(count(({ facts }) => fact in facts)).toBe(1);
    expect(new Set(letters.map(({ recipient }) => recipient.length))).toEqual(new Set([9, 11]));
  });

  it('is the same for the same seed, whatever Altinn’s, and another for another', async () => {
    const knobs = { duplicateNewId: 0.2, loseEvent: 0.05 };
    const [one, two, other] = [
      await played(simulate({ seed: 1, knobs })),
      await played(simulate({ seed: 2, knobs })),
      await played(simulate({ seed: 1, knobs }), { ...story, seed: 2 }),
    ];
    expect(two.truth()).toEqual(one.truth());
    expect(two.log.all()).toEqual(one.log.all());
    expect(other.truth().map(({ id }) => id)).not.toEqual(one.truth().map(({ id }) => id));
    expect(planStory(story, 1)).toEqual(planStory(story, 1));
  });

  it('has the same events on a clock that runs', async () => {
    const notified = { ...story, letters: 50, publishFails: 1 };
    const standing = await played(simulate(), notified);
    const running = simulate({ timeScale: 2_000_000 });
    await running.play(notified).done;
    const events = (simulator: Simulator) =>
      simulator.log
        .all()
        .map(({ event, name }) => `${event.id} ${name}`)
        .sort();
    expect(events(running)).toEqual(events(standing));
  });

  it('tells how far it is', async () => {
    const simulator = simulate();
    const { progress, done } = simulator.play({ letters: 10, seed: 3, neverRead: 0, confirmationNeeded: 1 });
    expect(progress()).toEqual({ seed: 3, letters: 10, steps: 30, stepsDone: 0, done: false });
    await simulator.advance({ hours: 2 });
    expect(progress().stepsDone).toBeGreaterThanOrEqual(10);
    await simulator.advance({ days: 10 });
    await done;
    expect(progress()).toEqual({ seed: 3, letters: 10, steps: 30, stepsDone: 30, done: true });
  });

  it('is played once for a seed, and draws one when it has none', async () => {
    const simulator = await played(simulate(), { letters: 3, seed: 3 });
    expect(() => simulator.play({ letters: 3, seed: 3 })).toThrow(/was played before/);
    const { seed } = simulator.play({ letters: 3 }).progress();
    expect(seed).toBeGreaterThanOrEqual(0);
  });

  it.each<[string, object]>([
    ['no letters', { letters: 0 }],
    ['shares over 1', { letters: 1, readWithinADay: 0.8, neverRead: 0.3 }],
    ['an unknown word', { letters: 1, sometimesRead: 0.3 }],
    ['an unknown knob', { letters: 1, knobs: { loose: 1 } }],
  ])('is refused with %s', (_, wrong) => {
    expect(storySchema.safeParse(wrong).success).toBe(false);
  });
});

it('reaches an endpoint with every event, through outages, and is quiet then', async () => {
  const altinn = await startTestAltinn();
  const { simulator } = altinn;
  const endpoint = await startEndpoint(altinn);
  await subscribe(altinn, await altinnToken(altinn, altinn.client), { endPoint: endpoint.url });
  let calls = 0;
  endpoint.answer = () => {
    calls += 1;
    return calls % 3 === 0 ? 503 : 200;
  };
  const { done } = simulator.play({ ...story, letters: 100, knobs: { duplicateSameId: 0.1, delay: 0.3 } });
  await simulator.advance({ days: 30 });
  await done;
  const ids = new Set(endpoint.arrivals.map(({ event }) => event.id));
  expect(ids).toEqual(new Set(simulator.log.all().map(({ event }) => event.id)));
  const { sent, acknowledged, created, retried, deadLettered } = simulator.counters;
  expect(sent).toBe(endpoint.arrivals.length);
  expect(acknowledged).toBeGreaterThan(created);
  expect(sent).toBe(acknowledged + retried);
  expect(deadLettered).toBe(0);
  expect(simulator.quiet).toBe(true);
  await altinn.stop();
  await endpoint.stop();
});
