import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { summary } from '../../../infra/scenario/finding.ts';
import { judge } from '../../../infra/scenario/judge.ts';
import { type Evidence, playStory } from '../../../infra/scenario/play.ts';
import { firstPolicy, recipient, secondPolicy } from '../../../infra/scenario/policies.ts';
import { readPost } from '../../../infra/scenario/read-post.ts';
import type { StoredEvent } from '../../../infra/scenario/stored.ts';
import { againstPolicy } from './against-policy.ts';

/** Slow on purpose: it plays more than a week with four kills. `LETTERS=2000 npx vitest run test/integration/scenario` plays a longer one, in a few minutes. */
const letters = Number(process.env.LETTERS ?? 100);
const outages = [
  { afterDays: 0.6, hours: 0 },
  // Altinn gives up after 34 h 47 min.
  { afterDays: 0.9, hours: 52 },
  { afterDays: 3, hours: 0 },
  { afterDays: 3.6, hours: 0 },
];
let evidence: Evidence;

const brokenIn = (changed: Partial<Evidence> = {}) =>
  judge({ ...evidence, ...changed }).flatMap(({ broken }) => broken);

beforeAll(async () => {
  evidence = await playStory({
    story: {
      letters,
      seed: 7,
      sentWithinHours: 36,
      batch: 0.6,
      dueInDays: 2,
      readWithinADay: 0.4,
      neverRead: 0.35,
      readAfterDue: 0.15,
      confirmationNeeded: 0.05,
      neverConfirmed: 0.3,
      purged: 0.03,
      publishFails: 3,
      attachmentsRejected: 2,
      withoutDueDate: 0.05,
      notifications: 0.1,
      notificationsFail: 5,
      notificationsSilent: 2,
      knobs: {
        duplicateSameId: 0.05,
        duplicateNewId: 0.03,
        delay: 0.4,
        delayUpTo: 86_400,
        losePush: 0.02,
        loseEvent: 0.1,
        dialogporten: 'on',
        delayNotifications: 12 * 3600,
      },
    },
    outages,
    // The batch falls due.
    away: { afterDays: 3.5, released: 10, hours: 4, open: 1, waiting: 1 },
    timeScale: 40_000,
    policies: [firstPolicy, secondPolicy],
    log: join(inject('outputDirectory'), 'story.log'),
  });
}, 400_000);

describe('a story of letters whose events come twice, late, shuffled or never, to a receiver that is killed', () => {
  it('ends in what is so at Altinn, with nothing lost and nobody notified twice but over a kill', () => {
    expect(brokenIn(), summary(judge(evidence))).toEqual([]);
    expect(evidence.truth).toHaveLength(letters);
  });

  it('had every trouble in it', () => {
    const { counters, kills, published, stored } = evidence;
    expect(kills).toHaveLength(outages.length);
    expect(counters.deadLettered).toBeGreaterThan(0);
    expect(counters.lostPushes).toBeGreaterThan(0);
    expect(published.some(({ copyOf }) => copyOf)).toBe(true);
    expect(published.some(({ acknowledged }) => acknowledged > 1)).toBe(true);
    expect(stored.events.some(({ via }) => via === 'pull')).toBe(true);
    expect(new Set(evidence.forgeries.map(({ name }) => name)).size).toBe(6);
    expect(lostAndFound().length).toBeGreaterThan(0);
    expect(published.some(({ event, acknowledged }) => /^dialog/.test(event.type) && acknowledged)).toBe(
      true,
    );
    expect(new Set(stored.followUps.map(({ state }) => state)).size).toBeGreaterThan(1);
  });

  it('had every kind of step in it', () => {
    const { policies, posts, printed, shipments, stored, told } = evidence;
    expect(policies).toHaveLength(2);
    expect(new Set(stored.followUps.map(({ kind }) => kind))).toEqual(
      new Set(Object.keys(firstPolicy.kinds)),
    );
    expect(posts.map(({ body }) => readPost(body)).some(({ isOfDigest }) => isOfDigest)).toBe(true);
    expect(printed.length).toBeGreaterThan(0);
    expect(shipments.some(({ sentAt }) => sentAt)).toBe(true);
    const lines = told.flatMap(({ history }) => history);
    expect(lines.some(({ what, channel }) => what === 'step-failed' && channel === recipient)).toBe(true);
  });
});

/** The rows of facts that no event told. */
function lostAndFound(): StoredEvent[] {
  const lost = evidence.truth.flatMap(({ id, untold }) =>
    untold.map((fact) => `${id} ${fact.toLowerCase()}`),
  );
  return evidence.stored.events.filter(
    ({ via, about, type }) =>
      via === 'asked' && lost.includes(`${about} ${/(read|confirmed|published|purged)$/.exec(type)?.[0]}`),
  );
}

describe('the judge of a story sees', () => {
  const withStored = (changed: Partial<Evidence['stored']>) => ({
    stored: { ...evidence.stored, ...changed },
  });
  const event = () =>
    evidence.stored.events.find(({ via, id }) => via === 'push' && !isForged(id)) as StoredEvent;
  const isForged = (id: string) => evidence.forgeries.some((each) => each.id === id);
  const isForgedAbout = (id: string) => evidence.forgeries.some((each) => each.correspondenceId === id);
  const notified = () => evidence.stored.followUps.filter(({ state }) => state === 'notified');
  const calls = () => evidence.calls.filter(({ type }) => type === 'follow-up.opened').slice(0, 1);

  it.each<[string, () => Partial<Evidence>, RegExp]>([
    [
      'an event that was lost',
      () => withStored({ events: evidence.stored.events.filter((each) => each !== event()) }),
      /^1 events were lost/,
    ],
    [
      'a number that an operator sees and that is not so',
      () => ({
        output: evidence.output.replaceAll(' event.acknowledged events=1', ' event.acknowledged events=2'),
      }),
      /^events said to be acknowledged: /,
    ],
    [
      'an effect that no signal tells of',
      () => ({ output: evidence.output.replaceAll(' follow-up.notified ', ' follow-up.early ') }),
      /notified follow-ups were not said to be/,
    ],
    [
      'a signal that is not declared',
      () => ({ output: `${evidence.output}\n2026-01-01T00:00:00Z information react some.thing a=1\n` }),
      /^1 lines are no declared signal, some.thing for one/,
    ],
    [
      'a call under the trace of another letter',
      () => ({ calls: evidence.calls.map((call) => ({ ...call, trace: 'another' })) }),
      /calls have the trace of no event of their letter/,
    ],
    [
      'an event that is there twice',
      () => withStored({ events: [...evidence.stored.events, event()] }),
      /each once/,
    ],
    [
      'an event that was changed',
      () => withStored({ events: [...evidence.stored.events, { ...event(), event: '{}' }] }),
      /not as Altinn sent them/,
    ],
    [
      'an event that Altinn never published',
      () => withStored({ events: [...evidence.stored.events, { ...event(), id: 'another' }] }),
      /never published/,
    ],
    [
      'a fact that is not so',
      () => withStored({ events: [{ ...event(), time: '2000-01-01T00:00:00Z' }, ...evidence.stored.events] }),
      /2000-01-01T00:00:00Z, and in truth/,
    ],
    [
      'what was dead-lettered and should not be',
      () =>
        withStored({
          deadLetters: [...evidence.stored.deadLetters, { reason: 'any', eventId: undefined }],
        }),
      /^dead letters: /,
    ],
    [
      'a dead letter without a reason',
      () => withStored({ deadLetters: [{ reason: '', eventId: undefined }] }),
      /^1 dead letters have no reason/,
    ],
    ['a follow-up that is missing', () => withStored({ followUps: [] }), /have no follow-up/],
    [
      'a follow-up that nobody checked',
      () => withStored({ followUps: evidence.stored.followUps.map((each) => ({ ...each, state: 'open' })) }),
      /never checked/,
    ],
    [
      'a follow-up that was suppressed for no reason',
      () => withStored({ followUps: notified().map((each) => ({ ...each, state: 'suppressed' })) }),
      /suppressed and not settled/,
    ],
    [
      'a follow-up that was settled and stays open',
      () =>
        withStored({ followUps: evidence.stored.followUps.map((each) => ({ ...each, state: 'notified' })) }),
      /settled follow-ups stay open/,
    ],
    ['a follow-up that nobody was notified of', () => ({ calls: [] }), /were not notified/],
    [
      'a call that came twice',
      () => ({ calls: [...calls(), ...evidence.calls], kills: [] }),
      /came twice though nothing was killed/,
    ],
    ['a call that was not signed as it should be', () => ({ refused: ['no signature'] }), /not signed/],
    [
      'a call that names a person',
      () => ({ calls: calls().map((each) => ({ ...each, body: '"12345678901"' })) }),
      /calls name a person/,
    ],
    ['a call without a question to Altinn', () => ({ questions: [] }), /settled before the check/],
    [
      'a call about what was settled before Altinn was asked',
      () => ({
        truth: evidence.truth.map((letter) => ({
          ...letter,
          facts: { ...letter.facts, purged: letter.facts.initialized as string },
        })),
      }),
      /settled before the check/,
    ],
    [
      'a forged fact that is believed',
      () =>
        withStored({
          events: evidence.stored.events.map((each) =>
            isForged(each.id) ? { ...each, via: 'asked' } : each,
          ),
        }),
      /forged and is believed/,
    ],
    [
      'an alarm that a forgery quieted',
      () =>
        withStored({
          followUps: evidence.stored.followUps.map((each) =>
            isForgedAbout(each.correspondenceId) && each.state === 'notified'
              ? { ...each, state: 'suppressed' }
              : each,
          ),
        }),
      /quieted by a forgery/,
    ],
    [
      'an alarm that a forgery raised',
      () =>
        withStored({
          followUps: evidence.stored.followUps.map((each) =>
            isForgedAbout(each.correspondenceId) ? { ...each, state: 'notified' } : each,
          ),
        }),
      /raised by a forgery/,
    ],
    [
      'a forged letter that nobody disputes',
      () => withStored({ followUps: evidence.stored.followUps.filter(({ state }) => state !== 'disputed') }),
      /not exist are not disputed/,
    ],
    [
      'a fact that was lost at the source and not found',
      () => {
        const [row] = lostAndFound();
        return withStored({
          events: evidence.stored.events.filter(({ via, about }) => via !== 'asked' || about !== row?.about),
        });
      },
      /lost at the source were not found/,
    ],
    [
      'a follow-up that was notified unchecked',
      () => ({ calls: evidence.calls.map((each) => ({ ...each, isChecked: false })) }),
      /notified unchecked/,
    ],
    [
      'a call while Altinn did not answer',
      () => {
        const { silence, questions } = evidence;
        const [call] = calls();
        const others = questions.filter(
          ({ correspondenceId }) => correspondenceId !== call?.correspondenceId,
        );
        return { calls: calls().map((each) => ({ ...each, at: silence.from + 1 })), questions: others };
      },
      /while Altinn did not answer/,
    ],
    [
      'an outage of Altinn that met too few follow-ups',
      () => ({ silence: { ...evidence.silence, after: [] } }),
      /were open, at the least: 0.*1/,
    ],
    [
      'a follow-up that was suppressed while Altinn did not answer',
      () => {
        const { after } = evidence.silence;
        const suppressed = after.map((each) => ({ ...each, state: 'suppressed' as const }));
        return {
          silence: { ...evidence.silence, after: suppressed },
          questions: evidence.questions.filter(({ at }) => at > evidence.silence.until),
        };
      },
      /suppressed or closed while Altinn did not answer/,
    ],
    [
      'a follow-up that waited for Altinn and was never settled',
      () => withStored({ followUps: evidence.silence.after }),
      /that were open have never been settled/,
    ],
    [
      'a follow-up that waited for Altinn, which nobody asked again',
      () => ({ questions: evidence.questions.filter(({ at }) => at < evidence.silence.until) }),
      /settled without a question/,
    ],
    [
      "an event of Dialogporten's that is kept",
      () =>
        withStored({
          events: [...evidence.stored.events, { ...event(), type: 'dialogporten.dialog.seen.v1' }],
        }),
      /Dialogporten's are in a timeline/,
    ],
    ['a receiver that does not finish', () => ({ cameToRest: false }), /finished in time/],
    ['a message that is left', () => ({ messagesLeft: 1 }), /left on the queues/],
    ['a line that names a person', () => ({ output: 'subject=12345678901' }), /identity number/],
    ...againstPolicy(() => evidence),
  ])('%s', (_, change, broken) => {
    expect(brokenIn(change())).toContainEqual(expect.stringMatching(broken));
  });
});
