import * as z from 'zod/mini';
import { type Callers, readCallers } from '../altinn/callers.ts';
import { ConfigurationError } from '../runtime/configuration-error.ts';
import { parseDuration } from '../runtime/duration.ts';
import { isLoopback } from '../runtime/loopback.ts';
import { connectStorage, type StorageSettings } from '../storage/connect.ts';
import { type AltinnSettings, readAltinnSettings, readResources } from './altinn.ts';

export interface Configuration {
  readonly storage: StorageSettings;
  readonly followUp: {
    /** Seconds that a follow-up waits before it acts. */
    readonly grace: number;
    /** Absent: follow-ups go to the log. */
    readonly webhook:
      | { readonly url: string; readonly secret: string; readonly includePersons: boolean }
      | undefined;
  };
  /** Who may call the webhook; absent for anybody with the key. */
  readonly callers: Callers | undefined;
  /** The URNs of the resources whose events are tracked; empty for any. */
  readonly resources: readonly string[];
  /** Absent: Altinn is never asked. */
  readonly altinn: AltinnSettings | undefined;
  /** When what the push missed is pulled, as NCRONTAB of six fields in UTC. */
  readonly reconcileSchedule: string;
}

/** A setting whose text must pass a test; `problem` completes "NAME …" and ends in an example. */
const setting = (passes: (text: string) => boolean, problem: string) =>
  z.string().check(z.refine(passes, { error: problem }));

const parsesAs = (text: string, test: (url: URL) => boolean) => URL.canParse(text) && test(new URL(text));
const isHttps = (url: URL) => url.protocol === 'https:' && !url.username && !url.password;
const isLocalHttp = (url: URL) =>
  url.protocol === 'http:' && isLoopback(url) && !url.username && !url.password;

const serviceUri = (service: string) =>
  setting(
    (text) => parsesAs(text, isHttps),
    `is no https address. Example: https://myaccount.${service}.core.windows.net`,
  );

const maxGrace = 365 * 24 * 60 * 60;
const isGrace = (text: string) => (parseDuration(text) ?? Number.POSITIVE_INFINITY) <= maxGrace;

const makeSecret = `Make one with: node -p "'whsec_' + crypto.randomBytes(32).toString('base64')"`;

const schema = z.object({
  AzureWebJobsStorage: z.optional(
    setting(
      isConnectionString,
      'is no connection string of a storage account. Example: DefaultEndpointsProtocol=https;AccountName=myaccount;AccountKey=…;EndpointSuffix=core.windows.net',
    ),
  ),
  AzureWebJobsStorage__queueServiceUri: z.optional(serviceUri('queue')),
  AzureWebJobsStorage__tableServiceUri: z.optional(serviceUri('table')),
  AzureWebJobsStorage__clientId: z.optional(z.string()),
  FOLLOW_UP_GRACE: z._default(
    setting(
      isGrace,
      'is no ISO 8601 duration in weeks, days, hours, minutes and seconds, of a year at most. Example: PT5M',
    ),
    'PT5M',
  ),
  FOLLOW_UP_WEBHOOK_URL: z.optional(
    setting(
      (text) => parsesAs(text, (url) => isHttps(url) || isLocalHttp(url)),
      'is no https address without user and password (http is for localhost alone). Example: https://case-system.example.no/follow-ups',
    ),
  ),
  FOLLOW_UP_WEBHOOK_SECRET: z.optional(
    setting(
      (text) => /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(text),
      `is no signing secret: whsec_ and at least 24 random bytes in base64. ${makeSecret}`,
    ),
  ),
  RECONCILE_SCHEDULE: z._default(
    setting(
      (text) => /^(\S+\s+){5}\S+$/.test(text),
      'is no NCRONTAB of six fields, seconds first. Example: 0 7 * * * *',
    ),
    // Not on the hour, when everybody's timers run.
    '0 7 * * * *',
  ),
  FOLLOW_UP_INCLUDE_PERSONS: z._default(
    setting((text) => /^(true|false)$/i.test(text), 'is neither true nor false. Example: true'),
    'false',
  ),
});

type Given = Readonly<Record<string, string>>;

/**
 * Reads the settings, once. An empty one counts as absent.
 * @throws ConfigurationError naming every setting that is missing or wrong, without the value of any
 */
export function readConfiguration(environment: Readonly<Record<string, string | undefined>>): Configuration {
  const given: Given = Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value?.trim() ? [[name, value.trim()]] : [])),
  );
  const result = schema.safeParse(given);
  const wrong = result.error?.issues.map(({ path, message }) => `${path[0] as string} ${message}`) ?? [];
  const problems = [...wrong, ...missing(given)];
  const read = <T>(reader: (environment: Given) => T): T | undefined => {
    try {
      return reader(given);
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      problems.push(error.message);
      return undefined;
    }
  };
  const callers = read(readCallers);
  const altinn = read(readAltinnSettings);
  const resources = altinn?.resources ?? read(readResources) ?? [];
  if (!result.success || problems.length > 0) throw new ConfigurationError([...new Set(problems)].join('\n'));

  const settings = result.data;
  const { FOLLOW_UP_WEBHOOK_URL: url, FOLLOW_UP_WEBHOOK_SECRET: secret } = settings;
  const includePersons = settings.FOLLOW_UP_INCLUDE_PERSONS.toLowerCase() === 'true';
  return {
    storage: settings.AzureWebJobsStorage
      ? { connectionString: settings.AzureWebJobsStorage }
      : {
          queueServiceUri: settings.AzureWebJobsStorage__queueServiceUri as string,
          tableServiceUri: settings.AzureWebJobsStorage__tableServiceUri as string,
          clientId: settings.AzureWebJobsStorage__clientId,
        },
    followUp: {
      grace: parseDuration(settings.FOLLOW_UP_GRACE) as number,
      webhook: url && secret ? { url, secret, includePersons } : undefined,
    },
    callers,
    resources,
    altinn,
    reconcileSchedule: settings.RECONCILE_SCHEDULE,
  };
}

function* missing(given: Given): Generator<string> {
  const byIdentity = given.AzureWebJobsStorage__queueServiceUri && given.AzureWebJobsStorage__tableServiceUri;
  if (!given.AzureWebJobsStorage && !byIdentity) {
    yield 'AzureWebJobsStorage is missing. Set it to the connection string of a storage account; or, for a managed identity, ' +
      'set both AzureWebJobsStorage__queueServiceUri (Example: https://myaccount.queue.core.windows.net) and ' +
      'AzureWebJobsStorage__tableServiceUri (Example: https://myaccount.table.core.windows.net)';
  }
  if (given.FOLLOW_UP_WEBHOOK_URL && !given.FOLLOW_UP_WEBHOOK_SECRET) {
    yield `FOLLOW_UP_WEBHOOK_SECRET is missing, and FOLLOW_UP_WEBHOOK_URL is set: what is posted there must be signed. ${makeSecret}`;
  }
}

/** Whether both clients can be made of it, which sends nothing. */
function isConnectionString(connectionString: string): boolean {
  try {
    connectStorage({ connectionString });
    return true;
  } catch {
    return false;
  }
}
