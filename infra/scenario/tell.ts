import { setTimeout as delay } from 'node:timers/promises';
import { sampleEvent } from '../dev/sample-event.ts';
import type { Story } from '../simulator/story/story.ts';
import { type Evidence, gather } from './evidence.ts';
import { type Stage, type StageOptions, setStage } from './stage.ts';
import { countMessages, endLease, readPulledUpTo } from './stored.ts';
import type { Outage } from './story.ts';

export interface TellOptions extends StageOptions {
  readonly story: Story;
  readonly outages: readonly Outage[];
  /** Real milliseconds that the receiver has, once Altinn is done, to finish what it has in hand. */
  readonly patience?: number;
  /** Ends it before its time: it then rejects, with nothing left running. */
  readonly signal?: AbortSignal;
  /** Gets a line of what happens, now and then. */
  readonly report?: (line: string) => void;
}

/** Plays a story against the receiver from beginning to end, and gives back what there is to be judged. */
export async function tell(options: TellOptions): Promise<Evidence> {
  const stage = await setStage(options);
  try {
    return await new Telling(stage, options).run();
  } finally {
    await stage.stop();
  }
}

const hour = 3600 * 1000;
const day = 24 * hour;
/** Real milliseconds between two lines of progress. */
const between = 5000;

class Telling {
  readonly #stage: Stage;
  readonly #options: TellOptions;
  readonly #say: (line: string) => void;
  /** Simulated milliseconds. */
  #began = 0;

  constructor(stage: Stage, options: TellOptions) {
    this.#stage = stage;
    this.#options = options;
    const { report = () => {} } = options;
    this.#say = (line) => report(`day ${this.#days().toFixed(1).padStart(4)}: ${line}`);
  }

  async run(): Promise<Evidence> {
    const { simulator, subscribe } = this.#stage;
    const { story, outages } = this.#options;
    await subscribe();
    await this.#until(() => simulator.counters.validated > 0);
    this.#began = simulator.clock.now();
    this.#say('the subscription is validated, and the first letters are sent');
    const playing = simulator.play(story);
    const over = new AbortController();
    const progress = this.#reportProgress(over.signal);
    try {
      const strangers = await this.#postStrangers();
      for (const outage of outages) await this.#suffer(outage);
      await this.#until(() => playing.progress().done);
      this.#say('nothing more happens at Altinn: the receiver finishes what it has in hand');
      const cameToRest = await this.#rest();
      return await gather(this.#stage, { strangers, cameToRest });
    } finally {
      over.abort();
      await progress;
    }
  }

  /** Events that are about no letter of ours, from somebody who has the key: acknowledged, and parked. */
  async #postStrangers(): Promise<string[]> {
    const events = [
      sampleEvent('correspondencepublished', { resourceinstance: undefined }),
      sampleEvent('correspondencereceiverread', { resourceinstance: 'no letter' }),
      sampleEvent('correspondencereceiverconfirmed', { resource: 'urn:altinn:resource:somebody-else' }),
    ];
    const acknowledged: string[] = [];
    for (const event of events) {
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      const request = { method: 'POST', headers, body: JSON.stringify(event) };
      if ((await fetch(this.#stage.app.endpoint, request)).status === 200) acknowledged.push(event.id);
    }
    return acknowledged;
  }

  async #suffer({ afterDays, hours }: Outage): Promise<void> {
    const { simulator, app, storage } = this.#stage;
    const now = () => simulator.clock.now();
    await this.#until(() => now() >= this.#began + afterDays * day);
    const killedAt = now();
    const givenUp = simulator.counters.deadLettered;
    await app.kill();
    this.#say(hours > 0 ? 'the receiver is killed, and stays away' : 'the receiver is killed');
    await this.#until(() => now() >= killedAt + hours * hour);
    await endLease(storage);
    await app.start();
    const away = Math.round((now() - killedAt) / hour);
    const lost = simulator.counters.deadLettered - givenUp;
    this.#say(`the receiver is back after ${away} hours; Altinn gave up ${lost} pushes meanwhile`);
  }

  /** Whether everything came to an end: every event that can be pulled is pulled, and nothing is on a queue. */
  async #rest(): Promise<boolean> {
    const { simulator, storage } = this.#stage;
    const last = simulator.log
      .all()
      .filter(({ lost }) => !lost)
      .at(-1)?.event.id;
    const isDone = async () =>
      (await readPulledUpTo(storage)) === last && (await countMessages(storage)) === 0;
    const deadline = Date.now() + (this.#options.patience ?? 90_000);
    while (Date.now() < deadline) {
      if (await isDone()) return true;
      await delay(250, undefined, { signal: this.#options.signal });
    }
    return false;
  }

  async #reportProgress(over: AbortSignal): Promise<void> {
    const { simulator, caseSystem } = this.#stage;
    while (!over.aborted) {
      await delay(between, undefined, { signal: over }).catch(() => {});
      if (over.aborted) return;
      const { sent, acknowledged, deadLettered } = simulator.counters;
      const { length } = simulator.letters.all();
      this.#say(
        `${length} letters, ${sent} pushes sent, ${acknowledged} acknowledged, ${deadLettered} given up, ${caseSystem.calls.length} calls about follow-ups`,
      );
    }
  }

  async #until(ask: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await ask())) await delay(20, undefined, { signal: this.#options.signal });
  }

  #days(): number {
    return this.#began === 0 ? 0 : (this.#stage.simulator.clock.now() - this.#began) / day;
  }
}
