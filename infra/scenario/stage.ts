import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import { makePlatform } from '../../shared/altinn/api/platform.ts';
import { makeSubscriptions } from '../../shared/altinn/api/subscriptions.ts';
import { makeTokens } from '../../shared/altinn/auth/tokens.ts';
import { resourceUrn } from '../../shared/altinn/resource.ts';
import { readAltinnSettings } from '../../shared/settings/altinn.ts';
import { type Azurite, startAzurite } from '../dev/azurite.ts';
import { type Altinn, startAltinn } from '../simulator/altinn.ts';
import { defaultOwner, defaultResource, type Simulator } from '../simulator/simulator.ts';
import { App } from './app.ts';
import { watchBacklog } from './backlog.ts';
import { noteQuestions, type Questions } from './questions.ts';
import { runTime } from './time.ts';
import { type CaseSystem, startCaseSystem } from './webhook.ts';

export interface StageOptions {
  /** Simulated seconds in a second, unless the receiver cannot keep up: time then waits for it. */
  readonly timeScale: number;
  /** Real seconds between two pulls. */
  readonly pullEvery: number;
  /** The file that gets all that the receiver prints. */
  readonly output: string;
}

/** All that takes part, each as itself: nothing is replaced within the receiver. */
export interface Stage {
  /** The connection string. */
  readonly storage: string;
  readonly simulator: Simulator;
  readonly app: App;
  readonly caseSystem: CaseSystem;
  readonly questions: Questions;
  /** Makes the subscription as the command line does. */
  subscribe(): Promise<void>;
  stop(): Promise<void>;
}

/** Days that the simulated clock is behind at first, so that the story ends in the past as real ones do. */
const behind = 30;

/** Starts Azurite in memory, the simulated Altinn, the case system and the receiver; all of it, or nothing. */
export async function setStage({ timeScale, pullEvery, output }: StageOptions): Promise<Stage> {
  const started: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    for (const each of started.splice(0).reverse()) await each();
  };
  try {
    const azurite = await startAzuriteWithoutSweep();
    started.push(() => azurite.stop());
    const storage = azurite.connectionString();
    const caseSystem = await startCaseSystem();
    started.push(() => caseSystem.stop());
    const { client, key } = await makeClient();
    const startTime = new Date(Date.now() - behind * 24 * 3600 * 1000);
    const altinn = await startAltinn({ timeScale: 0, startTime, clients: [client] });
    started.push(() => altinn.stop());
    const questions = noteQuestions(() => altinn.simulator.clock.now());
    started.push(() => questions.stop());

    const access = accessTo(altinn, client.clientId, key);
    const app = await App.make({
      output,
      settings: {
        ...access,
        AzureWebJobsStorage: storage,
        FOLLOW_UP_GRACE: 'PT2S',
        FOLLOW_UP_WEBHOOK_URL: caseSystem.url,
        FOLLOW_UP_WEBHOOK_SECRET: caseSystem.secret,
        RECONCILE_SCHEDULE: `*/${pullEvery} * * * * *`,
      },
    });
    started.push(() => app.kill());
    await app.start();

    // Time goes on while the receiver is away, whatever is left on its queue.
    const backlog = watchBacklog(storage);
    started.push(() => backlog.stop());
    const held = () => app.isRunning && backlog.isDeep;
    started.push(runTime(altinn.simulator.clock, { scale: timeScale, held }));
    return {
      storage,
      simulator: altinn.simulator,
      app,
      caseSystem,
      questions,
      subscribe: () => subscribe(access, app.endpoint),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Azurite takes this process's environment as it starts. */
async function startAzuriteWithoutSweep(): Promise<Azurite> {
  const { NODE_OPTIONS } = process.env;
  const preload = `--require "${join(__dirname, 'azurite-no-sweep.cjs').replaceAll('\\', '/')}"`;
  process.env.NODE_OPTIONS = [NODE_OPTIONS, preload].filter(Boolean).join(' ');
  try {
    return await startAzurite();
  } finally {
    if (NODE_OPTIONS === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = NODE_OPTIONS;
  }
}

async function makeClient() {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const kid = randomUUID();
  const { n, e } = await exportJWK(publicKey);
  return {
    key: JSON.stringify({ ...(await exportJWK(privateKey)), kid }),
    client: {
      clientId: 'demo',
      publicJwk: { kty: 'RSA' as const, kid, n: n as string, e: e as string },
      scopes: ['altinn:events.subscribe', 'altinn:serviceowner', 'altinn:correspondence.write'],
      organization: defaultOwner,
      serviceOwner: 'ttd',
    },
  };
}

function accessTo({ url, maskinportenUrl }: Altinn, clientId: string, key: string) {
  return {
    ALTINN_ENVIRONMENT: url,
    ALTINN_RESOURCES: defaultResource,
    MASKINPORTEN_URL: maskinportenUrl,
    MASKINPORTEN_CLIENT_ID: clientId,
    MASKINPORTEN_KEY: key,
  };
}

async function subscribe(access: Record<string, string>, endPoint: string): Promise<void> {
  const settings = readAltinnSettings(access);
  if (!settings) throw new Error('there are no settings for Altinn');
  const { environment } = settings;
  const subscriptions = makeSubscriptions(makePlatform({ environment, tokens: makeTokens(settings) }));
  await subscriptions.create({ endPoint, resourceFilter: resourceUrn(defaultResource) });
}
