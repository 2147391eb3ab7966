import * as z from 'zod/mini';
import { parseDuration } from './duration.ts';
import type { StorageSettings } from './storage/connect.ts';

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
}

/** One or more settings are missing or wrong. The message names each, says what is wrong with it and gives an example. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError';
}

const connectionString = z.string().check(
  z.refine(
    (text) =>
      /^UseDevelopmentStorage=true/i.test(text) ||
      (/AccountName=./i.test(text) && /AccountKey=./i.test(text)),
    {
      error:
        'is no connection string of a storage account. Example: DefaultEndpointsProtocol=https;AccountName=…;AccountKey=…;EndpointSuffix=core.windows.net',
    },
  ),
);

const serviceUri = (service: string) =>
  z.string().check(
    z.refine((text) => URL.canParse(text) && new URL(text).protocol === 'https:', {
      error: `is no https address. Example: https://myaccount.${service}.core.windows.net`,
    }),
  );

const grace = z.pipe(
  z.string().check(
    z.refine((text) => parseDuration(text) !== undefined, {
      error: 'is no ISO 8601 duration in weeks, days, hours, minutes and seconds. Example: PT5M',
    }),
  ),
  z.transform((text: string) => parseDuration(text) as number),
);

const webhookUrl = z.string().check(
  z.refine(
    (text) => URL.canParse(text) && (new URL(text).protocol === 'https:' || isLoopback(new URL(text))),
    {
      error:
        'is no https address (http is for localhost alone). Example: https://case-system.example.no/follow-ups',
    },
  ),
);

const webhookSecret = z.string().check(
  z.refine((text) => /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(text), {
    error:
      "is no signing secret: whsec_ and at least 24 random bytes in base64. Make one with: node -p \"'whsec_' + crypto.randomBytes(32).toString('base64')\"",
  }),
);

const flag = z.pipe(
  z
    .string()
    .check(
      z.refine((text) => /^(true|false)$/i.test(text), { error: 'is neither true nor false. Example: true' }),
    ),
  z.transform((text: string) => text.toLowerCase() === 'true'),
);

const schema = z.object({
  AzureWebJobsStorage: z.optional(connectionString),
  AzureWebJobsStorage__queueServiceUri: z.optional(serviceUri('queue')),
  AzureWebJobsStorage__tableServiceUri: z.optional(serviceUri('table')),
  AzureWebJobsStorage__clientId: z.optional(z.string()),
  FOLLOW_UP_GRACE: z._default(z.optional(grace), 300),
  FOLLOW_UP_WEBHOOK_URL: z.optional(webhookUrl),
  FOLLOW_UP_WEBHOOK_SECRET: z.optional(webhookSecret),
  FOLLOW_UP_INCLUDE_PERSONS: z._default(z.optional(flag), false),
});

/**
 * Reads the settings, once. An empty one counts as absent.
 * @throws ConfigurationError naming every setting that is missing or wrong, without the value of any
 */
export function readConfiguration(environment: Readonly<Record<string, string | undefined>>): Configuration {
  const given = Object.entries(environment).filter(([, value]) => value?.trim());
  const result = schema.safeParse(Object.fromEntries(given.map(([name, value]) => [name, value?.trim()])));
  if (!result.success) {
    throw new ConfigurationError(
      result.error.issues.map(({ path, message }) => `${path[0] as string} ${message}`).join('\n'),
    );
  }
  const settings = result.data;
  return {
    storage: storageSettings(settings),
    followUp: { grace: settings.FOLLOW_UP_GRACE, webhook: webhookSettings(settings) },
  };
}

type Settings = z.infer<typeof schema>;

function storageSettings(settings: Settings): StorageSettings {
  const { AzureWebJobsStorage, AzureWebJobsStorage__queueServiceUri, AzureWebJobsStorage__tableServiceUri } =
    settings;
  if (AzureWebJobsStorage) return { connectionString: AzureWebJobsStorage };
  if (AzureWebJobsStorage__queueServiceUri && AzureWebJobsStorage__tableServiceUri) {
    return {
      queueServiceUri: AzureWebJobsStorage__queueServiceUri,
      tableServiceUri: AzureWebJobsStorage__tableServiceUri,
      clientId: settings.AzureWebJobsStorage__clientId,
    };
  }
  throw new ConfigurationError(
    'AzureWebJobsStorage is missing. Set it to the connection string of a storage account; or, for a managed identity, set both ' +
      'AzureWebJobsStorage__queueServiceUri (Example: https://myaccount.queue.core.windows.net) and ' +
      'AzureWebJobsStorage__tableServiceUri (Example: https://myaccount.table.core.windows.net)',
  );
}

function webhookSettings(settings: Settings): Configuration['followUp']['webhook'] {
  const { FOLLOW_UP_WEBHOOK_URL: url, FOLLOW_UP_WEBHOOK_SECRET: secret } = settings;
  if (!url) return undefined;
  if (!secret) {
    throw new ConfigurationError(
      'FOLLOW_UP_WEBHOOK_SECRET is missing, and FOLLOW_UP_WEBHOOK_URL is set: what is posted there must be signed. ' +
        "Make one with: node -p \"'whsec_' + crypto.randomBytes(32).toString('base64')\"",
    );
  }
  return { url, secret, includePersons: settings.FOLLOW_UP_INCLUDE_PERSONS };
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
}
