import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startAzurite } from '../dev/azurite.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../dev/webhook-receiver.ts';
import { startAltinn } from '../simulator/altinn.ts';
import { localClient, localSettings } from '../simulator/local-client.ts';
import { defaultResource, type Simulator } from '../simulator/simulator.ts';
import { makeReceiver, type Receiver } from './receiver.ts';
import { openStoryClock } from './story-clock.ts';
import { lockSeconds, makeTempo } from './tempo.ts';

export interface StageOptions {
  /** Simulated seconds in a second, while the receiver has nothing in hand that has to do with time. */
  readonly timeScale: number;
  /** The file that gets all that the receiver prints. */
  readonly log: string;
}

/** All that takes part, each as itself: nothing is replaced within the receiver. */
export interface Stage {
  /** The connection string. */
  readonly storage: string;
  readonly simulator: Simulator;
  readonly receiver: Receiver;
  readonly caseSystem: WebhookReceiver;
  /** Subscribes by the command line, and resolves once Altinn has validated the endpoint. */
  subscribe(): Promise<void>;
  /** Has time stand still, or go on. */
  holdTime(isHeld: boolean): void;
  /** Audits all letters by the command line. */
  audit(): Promise<void>;
  stop(): Promise<void>;
}

/** How far behind the simulated clock is at first, so that the story ends in the past as real ones do. */
const behindMs = 30 * 24 * 3600 * 1000;
const tickMs = 20;

/** Starts the simulated Altinn, Azurite in memory, the case system and the receiver, on one clock; all of it, or nothing. */
export async function setStage({ timeScale, log }: StageOptions): Promise<Stage> {
  const started: (() => unknown)[] = [];
  const stop = async () => {
    for (const stopOne of started.splice(0).reverse()) await stopOne();
  };
  try {
    const startTime = new Date(Date.now() - behindMs);
    const clients = [await localClient(process.cwd())];
    const altinn = await startAltinn({ timeScale: 0, startTime, clients, tokensBySimulatedClock: true });
    started.push(() => altinn.stop());
    const { simulator } = altinn;
    const now = () => simulator.clock.now();
    const clock = openStoryClock(now());
    started.push(() => clock.close());
    const azurite = await startAzurite({ environment: clock.environment });
    started.push(() => azurite.stop());
    const storage = azurite.connectionString();
    const caseSystem = await startWebhookReceiver({ now });
    started.push(() => caseSystem.stop());

    const settings = {
      ...localSettings(altinn, [defaultResource]),
      ...clock.environment,
      AzureWebJobsStorage: storage,
    };
    const receiver = makeReceiver(
      log,
      { now, clock },
      {
        ...settings,
        LOCAL_QUEUE_LOCK: String(lockSeconds),
        RECONCILE_SCHEDULE: '0 7 */6 * * *',
        FOLLOW_UP_WEBHOOK_URL: caseSystem.url,
        FOLLOW_UP_WEBHOOK_SECRET: caseSystem.secret,
      },
    );
    started.push(() => receiver.kill());
    await receiver.start();

    let isCommanding = false;
    const command = async (...words: string[]) => {
      isCommanding = true;
      await commandLine(words, settings).finally(() => {
        isCommanding = false;
      });
    };
    const tempo = makeTempo(timeScale, { receiver, clock, storage, now });
    // Without waiting for what the timers began: pushes overlap as they do in earnest.
    let isStill = false;
    const moveTime = async () => {
      if (isStill) return;
      await simulator.clock.advance(isCommanding ? tickMs : await tempo(tickMs));
      clock.show(now());
    };
    started.push(repeat(tickMs, moveTime));
    return {
      ...{ storage, simulator, receiver, caseSystem },
      holdTime: (isHeld) => {
        isStill = isHeld;
      },
      subscribe: () =>
        command('subscription', 'ensure', '--resource', defaultResource, '--endpoint', receiver.endpoint),
      audit: () => command('audit', '--since', startTime.toISOString()),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Does something again and again; gives back what ends that, and resolves when the last time is over. */
export function repeat(everyMs: number, act: () => unknown): () => Promise<void> {
  const ended = new AbortController();
  const run = async () => {
    while (!ended.signal.aborted) {
      await delay(everyMs, undefined, { signal: ended.signal }).catch(() => {});
      if (!ended.signal.aborted) await act();
    }
  };
  const running = run();
  return () => {
    ended.abort();
    return running;
  };
}

/** @throws with what the command line printed, unless all went well */
async function commandLine(command: readonly string[], settings: Record<string, string>): Promise<void> {
  await promisify(execFile)(process.execPath, ['infra/dev/altinn.mjs', ...command], {
    env: { ...settings, PATH: process.env.PATH },
  });
}
