import { setTimeout as delay } from 'node:timers/promises';
import { followUpId } from '../../shared/follow-ups/follow-up.ts';
import { sampleEvent } from '../dev/sample-event.ts';
import type { LetterTruth } from '../simulator/correspondence/truth.ts';
import type { Counters } from '../simulator/counters.ts';
import type { LoggedEvent } from '../simulator/events/event-log.ts';
import type { Story } from '../simulator/story/story.ts';
import { type Forgery, postEvent, startForger } from './forger.ts';
import { type Question, repeat, type Stage, type StageOptions, setStage } from './stage.ts';
import {
  countDue,
  countMessages,
  endLease,
  endWaits,
  readPulledUpTo,
  readStored,
  type Stored,
} from './stored.ts';
import type { Outage } from './story.ts';

export interface PlayOptions extends StageOptions {
  readonly story: Story;
  readonly outages: readonly Outage[];
  /** Simulated days after the beginning at which Altinn Correspondence goes away for some real seconds. */
  readonly silentAfterDays: number;
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
  readonly stored: Stored;
  /** On all queues. */
  readonly messagesLeft: number;
  readonly calls: readonly Call[];
  /** What was wrong with the calls whose signature was not right. */
  readonly refused: readonly string[];
  /** The ids of the acknowledged events that are about no letter of ours. */
  readonly strangers: readonly string[];
  readonly forgeries: readonly Forgery[];
  readonly silence: Silence;
  /** When the receiver was killed, in milliseconds since 1970. */
  readonly kills: readonly number[];
  /** All that the receiver printed. */
  readonly output: string;
  readonly cameToRest: boolean;
}

/** A time at which Altinn Correspondence did not answer. */
export interface Silence {
  /** Milliseconds since 1970, as `until`. */
  readonly from: number;
  readonly until: number;
  /** The ids of the follow-ups that waited for its answer when it was over. */
  readonly waiting: readonly string[];
  /** How many were open by then, those included. */
  readonly open: number;
}

/** One call about a follow-up, whose signature was right. */
export interface Call {
  /** The `webhook-id`: the same for each time that this step of this follow-up is sent. */
  readonly id: string;
  readonly type: string;
  readonly kind: string;
  readonly correspondenceId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Whether it says that Altinn was asked. */
  readonly isChecked: boolean;
  readonly body: string;
}

const hourMs = 3600 * 1000;
const dayMs = 24 * hourMs;
const progressMs = 5000;
/** How long the receiver has, once Altinn is done, to finish what it has in hand. */
const restTimeoutMs = 180_000;
/** Real milliseconds for which Altinn Correspondence is away: some checks fail, and then the receiver leaves it alone. */
const silenceMs = 4000;
/** And at the most, where fewer follow-ups than these have come to wait for it. */
const maxSilenceMs = 30_000;
const waitingAtLeast = 2;

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
  { story, outages, silentAfterDays, signal, report }: PlayOptions,
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

  const suffer = async ({ afterDays, hours }: Outage) => {
    await until(() => clock.now() >= began + afterDays * dayMs);
    const killedAt = clock.now();
    const givenUp = counters.deadLettered;
    await receiver.kill();
    say(hours > 0 ? 'the receiver is killed, and stays away' : 'the receiver is killed');
    await until(() => clock.now() >= killedAt + hours * hourMs);
    await endLease(storage);
    await receiver.start();
    const away = Math.round((clock.now() - killedAt) / hourMs);
    const lost = counters.deadLettered - givenUp;
    say(`the receiver is back after ${away} hours; Altinn gave up ${lost} pushes meanwhile`);
  };

  const missAltinn = async (): Promise<Silence> => {
    await until(() => clock.now() >= began + silentAfterDays * dayMs);
    const from = Date.now();
    simulator.outage({ days: 1000 }, ['correspondence']);
    say('Altinn Correspondence is away');
    await delay(silenceMs, undefined, { signal });
    const look = async () => {
      const open = (await readStored(storage)).followUps.filter(({ state }) => state === 'open');
      return { open, waiting: open.filter(({ silentSince }) => silentSince).map(followUpId) };
    };
    let { open, waiting } = await look();
    while (waiting.length < waitingAtLeast && Date.now() - from < maxSilenceMs) {
      await delay(500, undefined, { signal });
      ({ open, waiting } = await look());
    }
    simulator.troubles.end();
    say(`it is back; ${open.length} follow-ups are open, and ${waiting.length} of them wait for its answer`);
    await endWaits(storage);
    return { from, until: Date.now(), waiting, open: open.length };
  };

  say('the subscription is validated, and the first letters are sent');
  const playing = simulator.play(story);
  const stopForger = startForger(simulator, receiver, story, playing.progress().seed);
  const stopProgress = repeat(progressMs, () => {
    const { sent, acknowledged, deadLettered } = counters;
    say(
      `${simulator.letters.all().length} letters, ${sent} pushes sent, ${acknowledged} acknowledged, ${deadLettered} given up, ${caseSystem.received.length} calls about follow-ups`,
    );
  });
  try {
    const strangers = await postStrangers(receiver.endpoint);
    const sufferAll = async () => {
      for (const outage of outages) await suffer(outage);
    };
    const [silence] = await Promise.all([missAltinn(), sufferAll()]);
    await until(() => playing.progress().done);
    const forgeries = await stopForger();
    say('nothing more happens at Altinn: the receiver finishes what it has in hand');
    const isAtRest = await rest(stage, signal);
    say('the audit asks Altinn for what it lost itself, by the command line');
    await stage.audit();
    const cameToRest = (await rest(stage, signal)) && isAtRest;
    return { ...(await gather(stage)), strangers, forgeries, silence, cameToRest };
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

/** Whether all comes to an end: what can be pulled is pulled, nothing is on a queue or due, and no follow-up waits. */
async function rest({ simulator, storage }: Stage, signal?: AbortSignal): Promise<boolean> {
  const last = simulator.log.all().findLast(({ lost }) => !lost)?.event.id;
  const isDone = async () =>
    (await readPulledUpTo(storage)) === last &&
    (await countMessages(storage)) === 0 &&
    (await countDue(storage)) === 0 &&
    (await readStored(storage)).followUps.every(({ state }) => state !== 'open');
  const stopWaits = repeat(400, () => endWaits(storage));
  try {
    for (const deadline = Date.now() + restTimeoutMs; Date.now() < deadline; ) {
      // What was due a moment ago may be on a queue by now.
      if ((await isDone()) && (await isDone())) return true;
      await delay(250, undefined, { signal });
    }
    return false;
  } finally {
    await stopWaits();
  }
}

async function gather({ simulator, storage, caseSystem, questions, receiver }: Stage) {
  return {
    truth: simulator.truth(),
    published: simulator.log.all(),
    counters: { ...simulator.counters },
    questions: [...questions],
    stored: await readStored(storage),
    messagesLeft: await countMessages(storage),
    calls: caseSystem.received.map(({ id, at, body, payload: { type, data } }): Call => {
      const { kind = '', correspondenceId = '', checkedWithAltinn } = data as Partial<Data>;
      return { id, type, kind, correspondenceId, at, isChecked: checkedWithAltinn === true, body };
    }),
    refused: [...caseSystem.refused],
    kills: [...receiver.kills],
    output: receiver.output(),
  };
}

interface Data {
  readonly kind: string;
  readonly correspondenceId: string;
  readonly checkedWithAltinn: boolean;
}
