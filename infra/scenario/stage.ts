import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startAzurite } from '../dev/azurite.ts';
import { freePort } from '../dev/free-port.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../dev/webhook-receiver.ts';
import { startAltinn } from '../simulator/altinn.ts';
import { localClient, localSettings } from '../simulator/local-client.ts';
import { defaultResource, type Simulator } from '../simulator/simulator.ts';
import { type Chat, startChat } from './chat.ts';
import type { StoryPolicy } from './policies.ts';
import { openPrintService, printQueue } from './print-service.ts';
import { makeReceiver, type Receiver } from './receiver.ts';
import { openStoryClock } from './story-clock.ts';
import { lockSeconds, makeTempo } from './tempo.ts';

export interface StageOptions {
  /** Simulated seconds in a second, while the receiver has nothing in hand that has to do with time. */
  readonly timeScale: number;
  /** The file that gets all that the receiver prints. */
  readonly log: string;
  /** The policies that the receiver is started with: first, and from its last outage on. Without any it has none. */
  readonly policies?: readonly StoryPolicy[];
}

/** All that takes part, each as itself: nothing is replaced within the receiver. */
export interface Stage {
  /** The connection string. */
  readonly storage: string;
  readonly simulator: Simulator;
  readonly receiver: Receiver;
  readonly caseSystem: WebhookReceiver;
  readonly chat: Chat;
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
export async function setStage({ timeScale, log, policies = [] }: StageOptions): Promise<Stage> {
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
    const chat = await startChat(now);
    started.push(() => chat.stop());
    await openPrintService(storage);
    const port = String(await freePort());

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
        PORT: port,
        LOCAL_QUEUE_LOCK: String(lockSeconds),
        RECONCILE_SCHEDULE: '0 7 */6 * * *',
        FOLLOW_UP_WEBHOOK_URL: caseSystem.url,
        FOLLOW_UP_WEBHOOK_SECRET: caseSystem.secret,
        ...(policies[0] && {
          ...policySetting(policies[0]),
          RECEIVER_PUBLIC_URL: `http://localhost:${port}`,
          CHANNEL_CASE_TEAM_URL: chat.url,
          CHANNEL_PRINT_QUEUE: printQueue,
        }),
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
    const tempo = makeTempo(timeScale, {
      ...{ receiver, clock, storage, now },
      isCalled: () => !simulator.notifications.idle,
    });
    // Without waiting for what the timers began: pushes overlap as they do in earnest.
    let isStill = false;
    const moveTime = async () => {
      if (isStill) return;
      const ms = isCommanding ? tickMs : await tempo(tickMs);
      // Altinn Notifications asks with a token of two minutes: time is not to fly past that.
      const beforeAsked = Math.max(1, simulator.notifications.nextAt - now());
      await simulator.clock.advance(Math.min(ms, beforeAsked));
      clock.show(now());
    };
    started.push(repeat(tickMs, moveTime));
    return {
      ...{ storage, simulator, receiver, caseSystem, chat },
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

/** The setting that has the receiver go by a policy. */
export function policySetting(policy: StoryPolicy): Record<string, string> {
  return { FOLLOW_UP_POLICY: JSON.stringify(policy) };
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
