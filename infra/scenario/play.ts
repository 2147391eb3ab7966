import { setTimeout as delay } from 'node:timers/promises';
import type { FollowUp } from '../../shared/follow-ups/follow-up.ts';
import { queueNames } from '../../shared/storage/stores.ts';
import { sampleEvent } from '../dev/sample-event.ts';
import { fraction } from '../simulator/chance.ts';
import type { Listing, Question } from '../simulator/correspondence/letters.ts';
import type { LetterTruth } from '../simulator/correspondence/truth.ts';
import type { Counters } from '../simulator/counters.ts';
import type { LoggedEvent } from '../simulator/events/event-log.ts';
import type { Shipment } from '../simulator/notifications/shipment.ts';
import { planStory, type Story } from '../simulator/story/story.ts';
import type { Post } from './chat.ts';
import { type Forgery, postEvent, startForger } from './forger.ts';
import type { StoryPolicy } from './policies.ts';
import { type Printed, readPrinted } from './print-service.ts';
import { policySetting, repeat, type Stage, type StageOptions, setStage } from './stage.ts';
import { countDue, countGathered, countMessages, readPulledUpTo, readStored, type Stored } from './stored.ts';
import type { Away, Outage } from './story.ts';
import { readTold, type Told } from './told.ts';

export interface PlayOptions extends StageOptions {
  readonly story: Story;
  readonly outages: readonly Outage[];
  /** When Altinn Correspondence goes away, and comes back. */
  readonly away: Away;
  /** Ends it before its time: it then rejects, with nothing left running. */
  readonly signal?: AbortSignal;
  /** Gets a line of what happens, now and then. */
  readonly report?: (line: string) => void;
}

/** What a story leaves behind: Altinn's side, storage as it is, and what the case system heard. */
export interface Evidence {
  readonly truth: readonly LetterTruth[];
  /** What became of each event that Altinn published. */
  readonly published: readonly LoggedEvent[];
  readonly counters: Readonly<Counters>;
  readonly questions: readonly Question[];
  readonly lists: readonly Listing[];
  readonly stored: Stored;
  /** On all queues. */
  readonly messagesLeft: number;
  readonly calls: readonly Call[];
  readonly posts: readonly Post[];
  readonly printed: readonly Printed[];
  /** What Altinn Notifications was asked to send to recipients. */
  readonly shipments: readonly Shipment[];
  /** The numbers of those whom Altinn Notifications cannot reach. */
  readonly unreachable: readonly string[];
  /** What the receiver tells of each follow-up when it is asked. */
  readonly told: readonly Told[];
  /** The policies that the receiver went by, each from when it was started with it; none where it had none. */
  readonly policies: readonly PolicyInForce[];
  /** What was wrong with the calls whose signature was not right. */
  readonly refused: readonly string[];
  /** The ids of the acknowledged events that are about no letter of ours. */
  readonly strangers: readonly string[];
  readonly forgeries: readonly Forgery[];
  readonly silence: Silence;
  /** When the receiver was killed, in simulated milliseconds. */
  readonly kills: readonly number[];
  /** When it was started, in simulated milliseconds. */
  readonly starts: readonly number[];
  /** Simulated seconds in a second. */
  readonly timeScale: number;
  /** When all had come to rest, in simulated milliseconds. */
  readonly endedAt: number;
  /** All that the receiver printed. */
  readonly output: string;
  readonly cameToRest: boolean;
}

export interface PolicyInForce extends StoryPolicy {
  /** In simulated milliseconds. */
  readonly since: number;
}

/** A time at which Altinn Correspondence did not answer. */
export interface Silence {
  readonly away: Away;
  /** In simulated milliseconds, as `until`. */
  readonly from: number;
  readonly until: number;
  /** The follow-ups as they were when it began and when it was over. */
  readonly before: readonly FollowUp[];
  readonly after: readonly FollowUp[];
}

/** One call about a follow-up, whose signature was right. */
export interface Call {
  /** The `webhook-id`: the same for each time that this step of this follow-up is sent. */
  readonly id: string;
  readonly type: string;
  readonly kind: string;
  readonly correspondenceId: string;
  /** In simulated milliseconds. */
  readonly at: number;
  /** The trace id that it came with. */
  readonly trace: string | undefined;
  /** Whether it says that Altinn was asked. */
  readonly isChecked: boolean;
  readonly body: string;
}

const hourMs = 3600 * 1000;
const dayMs = 24 * hourMs;
const progressMs = 5000;
/** The share of recipients whom Altinn Notifications cannot reach. */
const unreachable = 0.15;
/** Altinn gives a push up after 34 h 47 min. */
const givenUpAfterHours = 35;
/** Real milliseconds that the receiver stays away for that, at the most. */
const maxAwayMs = 20_000;
/** How long the receiver has, once Altinn is done, to finish what it has in hand. */
const restTimeoutMs = 180_000;

/** Plays a story against the receiver from beginning to end, and gives back what there is to be judged. */
export async function playStory(options: PlayOptions): Promise<Evidence> {
  const stage = await setStage(options);
  try {
    return await playOn(stage, options);
  } finally {
    await stage.stop();
  }
}

async function playOn(
  stage: Stage,
  { story, outages, away, policies = [], timeScale, signal, report }: PlayOptions,
): Promise<Evidence> {
  const { simulator, receiver, storage, caseSystem } = stage;
  const { clock, counters } = simulator;
  await stage.subscribe();
  const began = clock.now();
  const say = (line: string) =>
    report?.(`day ${((clock.now() - began) / dayMs).toFixed(1).padStart(4)}: ${line}`);
  const until = async (ask: () => boolean) => {
    while (!ask()) await delay(20, undefined, { signal });
  };

  const inForce: PolicyInForce[] = policies.slice(0, 1).map((policy) => ({ ...policy, since: began }));
  const suffer = async ({ afterDays, hours }: Outage, next?: StoryPolicy) => {
    await until(() => clock.now() >= began + afterDays * dayMs);
    const killedAt = clock.now();
    const givenUp = counters.deadLettered;
    await receiver.kill();
    say(hours > 0 ? 'the receiver is killed, and stays away' : 'the receiver is killed');
    // Where Altinn is to give pushes up, it may need longer: a busy machine makes its tries later.
    const hasGivenUp = () => hours < givenUpAfterHours || counters.deadLettered > givenUp;
    const latest = Date.now() + maxAwayMs;
    await until(() => clock.now() >= killedAt + hours * hourMs && (hasGivenUp() || Date.now() > latest));
    await receiver.start(next && policySetting(next));
    if (next) inForce.push({ ...next, since: clock.now() });
    const awayFor = Math.round((clock.now() - killedAt) / hourMs);
    const lost = counters.deadLettered - givenUp;
    const changed = next ? ', with another policy' : '';
    say(`the receiver is back after ${awayFor} hours${changed}; Altinn gave up ${lost} pushes meanwhile`);
  };

  const missAltinn = async (): Promise<Silence> => {
    await until(() => clock.now() >= began + away.afterDays * dayMs);
    const isLate = () => clock.now() >= began + (away.afterDays + 1) * dayMs;
    while (!isLate() && (await countMessages(storage, [queueNames.followUps])) < away.released)
      await delay(20, undefined, { signal });
    const from = clock.now();
    simulator.outage({ days: 1000 }, ['correspondence']);
    const before = (await readStored(storage)).followUps;
    say('Altinn Correspondence is away');
    await until(() => clock.now() >= from + away.hours * hourMs);
    const after = (await readStored(storage)).followUps;
    const open = after.filter(({ state }) => state === 'open');
    const waiting = open.filter(({ silentSince }) => silentSince);
    say(`it is back; ${open.length} follow-ups are open, and ${waiting.length} of them wait for its answer`);
    simulator.troubles.end();
    return { away, from, until: clock.now(), before, after };
  };

  say('the subscription is validated, and the first letters are sent');
  const playing = simulator.play(story);
  const { seed } = playing.progress();
  for (const { spec } of planStory(story, seed))
    if (spec.recipient && fraction('unreachable', spec.recipient) < unreachable)
      simulator.notifications.unreachable.add(spec.recipient);
  const stopForger = startForger(simulator, receiver, story, seed);
  const stopProgress = repeat(progressMs, () => {
    const { sent, acknowledged, deadLettered } = counters;
    say(
      `${simulator.letters.all().length} letters, ${sent} pushes sent, ${acknowledged} acknowledged, ${deadLettered} given up, ${caseSystem.received.length} calls about follow-ups${policies.length > 0 ? `, ${stage.chat.posts.length} messages in the chat, ${simulator.notifications.shipments.length} reminders` : ''}`,
    );
  });
  try {
    const strangers = await postStrangers(receiver.endpoint);
    const sufferAll = async () => {
      for (const outage of outages) await suffer(outage, outage === outages.at(-1) ? policies[1] : undefined);
    };
    const [silence] = await Promise.all([missAltinn(), sufferAll()]);
    await until(() => playing.progress().done);
    const forgeries = await stopForger();
    say('nothing more happens at Altinn: the receiver finishes what it has in hand');
    const isAtRest = await rest(stage, signal);
    stage.holdTime(false);
    say('the audit asks Altinn for what it lost itself, by the command line');
    await stage.audit();
    const cameToRest = (await rest(stage, signal)) && isAtRest;
    const more = { policies: inForce, timeScale, endedAt: clock.now() };
    return { ...(await gather(stage)), ...more, strangers, forgeries, silence, cameToRest };
  } finally {
    await stopForger();
    await stopProgress();
  }
}

/** Posts events about no letter of ours, as somebody with the key may: acknowledged, and dead-lettered. */
async function postStrangers(endpoint: string): Promise<string[]> {
  const events = [
    sampleEvent('correspondencepublished', { resourceinstance: undefined }),
    sampleEvent('correspondencereceiverread', { resourceinstance: 'no letter' }),
    sampleEvent('correspondencereceiverconfirmed', { resource: 'urn:altinn:resource:somebody-else' }),
  ];
  const acknowledged: string[] = [];
  for (const event of events) if (await postEvent(endpoint, event)) acknowledged.push(event.id);
  return acknowledged;
}

/**
 * Whether all comes to an end: what can be pulled is pulled, nothing is on a queue or due, and no follow-up waits. Time then
 * stands still, lest a timer begins something new.
 */
async function rest({ simulator, storage, holdTime }: Stage, signal?: AbortSignal): Promise<boolean> {
  const last = simulator.log.all().findLast(({ lost }) => !lost)?.event.id;
  const isDone = async () =>
    (await readPulledUpTo(storage)) === last &&
    (await countMessages(storage)) === 0 &&
    (await countDue(storage, simulator.clock.now())) === 0 &&
    (await countGathered(storage)) === 0 &&
    simulator.notifications.nextAt === Number.POSITIVE_INFINITY &&
    simulator.notifications.idle &&
    (await readStored(storage)).followUps.every(({ state }) => state !== 'open');
  for (const deadline = Date.now() + restTimeoutMs; Date.now() < deadline; ) {
    if (await isDone()) {
      holdTime(true);
      // What was due a moment ago may be on a queue by now.
      await delay(1_000, undefined, { signal });
      if (await isDone()) return true;
      holdTime(false);
    }
    await delay(250, undefined, { signal });
  }
  return false;
}

async function gather({ simulator, storage, caseSystem, chat, receiver }: Stage) {
  const stored = await readStored(storage);
  return {
    truth: simulator.truth(),
    published: simulator.log.all(),
    counters: { ...simulator.counters },
    questions: [...simulator.letters.questions],
    lists: [...simulator.letters.lists],
    stored,
    told: await readTold(stored.followUps, receiver),
    posts: [...chat.posts],
    printed: await readPrinted(storage),
    shipments: [...simulator.notifications.shipments],
    unreachable: [...simulator.notifications.unreachable],
    messagesLeft: await countMessages(storage),
    calls: caseSystem.received.map(({ id, at, headers, body, payload: { type, data } }): Call => {
      const { kind = '', correspondenceId = '', checkedWithAltinn } = data as Partial<Data>;
      const trace = String(headers.traceparent).split('-')[1];
      return { id, type, kind, correspondenceId, at, trace, isChecked: checkedWithAltinn === true, body };
    }),
    refused: [...caseSystem.refused],
    kills: [...receiver.kills],
    starts: [...receiver.starts],
    output: receiver.output(),
  };
}

interface Data {
  readonly kind: string;
  readonly correspondenceId: string;
  readonly checkedWithAltinn: boolean;
}
