import { execFile } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdirSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { queueNames } from '../../shared/storage/stores.ts';
import { type AppProcess, startAppProcess } from '../dev/app-process.ts';
import { startAzurite } from '../dev/azurite.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../dev/webhook-receiver.ts';
import { startAltinn } from '../simulator/altinn.ts';
import { localClient, localSettings } from '../simulator/local-client.ts';
import { defaultResource, type Simulator } from '../simulator/simulator.ts';
import { countMessages } from './stored.ts';

export interface StageOptions {
  /** Simulated seconds in a second, unless the receiver cannot keep up: time then waits for it. */
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
  /** When the simulated Altinn was asked about a letter and answered. */
  readonly questions: readonly Question[];
  /** Subscribes by the command line, and resolves once Altinn has validated the endpoint. */
  subscribe(): Promise<void>;
  /** Audits all letters by the command line. */
  audit(): Promise<void>;
  stop(): Promise<void>;
}

/** The simulated Altinn was asked about a letter, and answered. */
export interface Question {
  readonly correspondenceId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What the simulated clock showed: whatever became of the letter before is in the answer. */
  readonly clock: number;
}

/** How far behind the simulated clock is at first, so that the story ends in the past as real ones do. */
const behindMs = 30 * 24 * 3600 * 1000;
/** Azurite gives out a deep queue's messages ever more slowly: some thousand of them, and it hardly gets anywhere. */
const maxBacklog = 200;
const tickMs = 20;

/** Starts Azurite in memory, the simulated Altinn, the case system and the receiver; all of it, or nothing. */
export async function setStage({ timeScale, log }: StageOptions): Promise<Stage> {
  const started: (() => unknown)[] = [];
  const stop = async () => {
    for (const stopOne of started.splice(0).reverse()) await stopOne();
  };
  try {
    const azurite = await startAzurite();
    started.push(() => azurite.stop());
    const storage = azurite.connectionString();
    const caseSystem = await startWebhookReceiver();
    started.push(() => caseSystem.stop());
    const startTime = new Date(Date.now() - behindMs);
    const altinn = await startAltinn({
      timeScale: 0,
      startTime,
      clients: [await localClient(process.cwd())],
    });
    started.push(() => altinn.stop());
    const { simulator } = altinn;
    const { clock } = simulator;
    const questions: Question[] = [];
    started.push(noteQuestions(questions, () => clock.now()));

    const settings = localSettings(altinn, [defaultResource]);
    const receiver = makeReceiver(log, {
      ...settings,
      AzureWebJobsStorage: storage,
      FOLLOW_UP_GRACE: 'PT2S',
      FOLLOW_UP_SCHEDULE: '* * * * * *',
      FOLLOW_UP_LEASE: 'PT12S',
      FOLLOW_UP_SINCE: '2020-01-01',
      ALTINN_PACE: '500',
      ALTINN_MAX_PACE: '1000',
      FOLLOW_UP_WEBHOOK_URL: caseSystem.url,
      FOLLOW_UP_WEBHOOK_SECRET: caseSystem.secret,
      RECONCILE_SCHEDULE: '*/5 * * * * *',
    });
    started.push(() => receiver.kill());
    await receiver.start();

    let isDeep = false;
    const lookAtBacklog = async () => {
      isDeep = (await countMessages(storage, [queueNames.events]).catch(() => 0)) > maxBacklog;
    };
    // Without waiting for what the timers began: pushes overlap as they do in earnest. And time goes on while the
    // receiver is away, whatever is left on its queue.
    const moveTime = () => (receiver.isRunning && isDeep ? undefined : clock.advance(tickMs * timeScale));
    started.push(repeat(100, lookAtBacklog), repeat(tickMs, moveTime));
    return {
      ...{ storage, simulator, receiver, caseSystem, questions },
      subscribe: () => {
        const ensure = ['--resource', defaultResource, '--endpoint', receiver.endpoint];
        // It then waits 24 s for the validation at most, not eight minutes.
        return commandLine(['subscription', 'ensure', ...ensure], { ...settings, ALTINN_TIME_SCALE: '20' });
      },
      audit: () =>
        commandLine(['audit', '--since', startTime.toISOString()], {
          ...settings,
          AzureWebJobsStorage: storage,
        }),
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

export type Receiver = ReturnType<typeof makeReceiver>;

/** The receiver as `npm start` runs it, which can be killed, and started again at the same address. */
function makeReceiver(log: string, settings: Record<string, string>) {
  mkdirSync(dirname(log), { recursive: true });
  rmSync(log, { force: true });
  const runs: AppProcess[] = [];
  let running: AppProcess | undefined;
  const url = () => new URL(runs[0]?.url ?? 'http://localhost:0');
  return {
    /** When it was killed, in milliseconds since 1970. */
    kills: [] as number[],
    get isRunning() {
      return running !== undefined;
    },
    /** The webhook, with its key. */
    get endpoint() {
      return `${url().origin}/api/events?code=local`;
    },
    /** All it has printed, from its first start on. */
    output: () => runs.map((run) => run.output()).join(''),
    /** Rejects, with the last of what it printed, when it ends before it is ready. */
    async start(): Promise<void> {
      running = await startAppProcess({ ...settings, PORT: url().port }, log);
      runs.push(running);
    },
    async kill(): Promise<void> {
      this.kills.push(Date.now());
      await running?.kill();
      running = undefined;
    },
  };
}

/** A question counts once it was answered; what it was answered is what was so when it came. */
function noteQuestions(questions: Question[], clock: () => number): () => void {
  const asked = new WeakMap<IncomingMessage, Question>();
  const noteRequest = (message: unknown) => {
    const { request } = message as Exchange;
    const [, id] =
      /^\/correspondence\/api\/v1\/correspondence\/([0-9a-f-]{36})(\/details)?$/i.exec(request.url ?? '') ??
      [];
    if (id) asked.set(request, { correspondenceId: id.toLowerCase(), at: Date.now(), clock: clock() });
  };
  const noteAnswer = (message: unknown) => {
    const { request, response } = message as Exchange;
    const question = asked.get(request);
    if (question && response.statusCode < 500) questions.push(question);
  };
  subscribe('http.server.request.start', noteRequest);
  subscribe('http.server.response.finish', noteAnswer);
  return () => {
    unsubscribe('http.server.request.start', noteRequest);
    unsubscribe('http.server.response.finish', noteAnswer);
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** @throws with what the command line printed, unless all went well */
async function commandLine(command: readonly string[], settings: Record<string, string>): Promise<void> {
  await promisify(execFile)(process.execPath, ['infra/dev/altinn.mjs', ...command], {
    env: { ...settings, PATH: process.env.PATH },
  });
}
