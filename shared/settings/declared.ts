import { parseScopes, usualScopes } from '../altinn/auth/scopes.ts';
import { parseSources } from '../altinn/callers.ts';
import { findEnvironment, parseIssuer } from '../altinn/environment.ts';
import { parseResources } from '../altinn/resource.ts';
import { parseSubunits } from '../altinn/whose.ts';
import { dataStorage, hostStorage } from './declared-storage.ts';
import { ncrontab } from './ncrontab.ts';
import { policyText } from './policy-text.ts';
import type { Group, Setting, Type } from './setting.ts';
import {
  address,
  duration,
  flag,
  isHttps,
  isLocalHttp,
  matching,
  oneOf,
  text,
  time,
  wholeNumber,
} from './types.ts';

const publicAddress: Type<string> = {
  is: 'https address without a query, or http for localhost',
  parse(text) {
    const problem = 'is no https address without user, password and query (http is for localhost alone)';
    const takes = (url: URL) => (isHttps(url) || isLocalHttp(url)) && !url.search && !url.hash;
    return address('', takes, problem).parse(text).replace(/\/+$/, '');
  },
};

const guid = '5b0a9c11-8e1c-4bd0-9f51-3f8d2a7a0f3e';

/**
 * Every setting, once: a new one is one entry. Parsing, error texts, warnings about misspelt names, the command line's
 * help, docs/settings.md and local.settings.example.json follow from it (`npm run generate` writes the files).
 */
export const declared = {
  hostStorage,
  dataStorage,
  followUp: {
    title: 'Follow-ups',
    prefix: 'FOLLOW_UP_',
    settings: {
      graceMs: {
        name: 'FOLLOW_UP_GRACE',
        type: duration('P365D'),
        default: 'PT30M',
        description: 'How long a follow-up waits before it acts, for what is on its way to us.',
        example: 'PT1H',
        usedBy: ['app'],
      },
      schedule: {
        name: 'FOLLOW_UP_SCHEDULE',
        type: ncrontab,
        default: '0 * * * * *',
        description: 'When `due-follow-ups` releases what is due.',
        example: '*/30 * * * * *',
        usedBy: ['app'],
      },
      leaseMs: {
        name: 'FOLLOW_UP_LEASE',
        type: duration('P1D'),
        default: 'PT15M',
        description:
          'How long a released follow-up is left to its message: longer than the message of an instance that died stays hidden, ten minutes in Azure.',
        example: 'PT20M',
        usedBy: ['app'],
      },
      since: {
        name: 'FOLLOW_UP_SINCE',
        type: time,
        description:
          'From when on what opens a follow-up is notified, older ones being recorded alone; without it, since the first start.',
        example: '2026-11-01',
        usedBy: ['app'],
      },
      policy: {
        name: 'FOLLOW_UP_POLICY',
        type: policyText,
        description:
          'What happens about follow-ups, and when: the content of a policy, in place of the file `follow-up.policy.json`; `none` is no policy, whatever file there is.',
        example: '{"kinds":{"never-read":{"steps":[{"after":"5 working days","channel":"webhook"}]}}}',
        usedBy: ['app', 'command line'],
        local: false,
      },
    },
  },
  pausing: {
    title: 'Pausing follow-ups',
    settings: {
      steps: {
        name: 'FOLLOW_UPS',
        type: oneOf('on', 'paused'),
        default: 'on',
        description: 'Whether steps are taken: `paused` stops every one and loses none.',
        example: 'paused',
        usedBy: ['app'],
      },
    },
  },
  webhook: {
    title: 'Follow-ups by webhook',
    about:
      'Where follow-ups are posted. The address and the secret go together; without them follow-ups go to the log.',
    settings: {
      url: {
        name: 'FOLLOW_UP_WEBHOOK_URL',
        type: address(
          'https address, or http for localhost',
          (url) => isHttps(url) || isLocalHttp(url),
          'is no https address without user and password (http is for localhost alone)',
        ),
        description: 'Where follow-ups are posted.',
        example: 'https://case-system.example.no/follow-ups',
        usedBy: ['app'],
      },
      secret: {
        name: 'FOLLOW_UP_WEBHOOK_SECRET',
        type: matching(
          /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/,
          '`whsec_` and at least 24 random bytes in base64',
          'is no signing secret: whsec_ and at least 24 random bytes in base64',
        ),
        description: 'Signs what is posted.',
        example: 'whsec_…',
        makeWith: `node -p "'whsec_' + crypto.randomBytes(32).toString('base64')"`,
        secret: true,
        usedBy: ['app'],
      },
      includePersons: {
        name: 'FOLLOW_UP_INCLUDE_PERSONS',
        type: flag,
        default: 'false',
        description: 'Names persons in follow-ups instead of redacting them.',
        example: 'true',
        usedBy: ['app'],
      },
    },
  },
  reminders: {
    title: 'Reminders to the recipient',
    settings: {
      publicUrl: {
        name: 'RECEIVER_PUBLIC_URL',
        type: publicAddress,
        description:
          'Where Altinn Notifications reaches the app, to ask whether to send a reminder; in Azure its own host name without it.',
        example: 'https://letters.example.no',
        usedBy: ['app'],
      },
    },
  },
  resources: {
    title: 'Resources',
    settings: {
      own: {
        name: 'ALTINN_RESOURCES',
        type: { is: 'resource ids, separated by commas', parse: parseResources },
        description:
          'Your resource ids: events of others, and of none, are dead-lettered, and `reconcile-events` pulls these; without it any is taken and none pulled.',
        example: 'my-letters,my-decisions',
        usedBy: ['app', 'command line'],
      },
    },
  },
  altinn: {
    title: 'Calling Altinn',
    about:
      'Receiving needs none of these, nor of those for Maskinporten. Where one is set, the environment, the client and its key must be.',
    prefix: 'ALTINN_',
    settings: {
      environment: {
        name: 'ALTINN_ENVIRONMENT',
        type: {
          is: '`production`, `tt02`, `at21` to `at24`, `yt01`, or a base URL',
          parse: findEnvironment,
        },
        description: 'Which Altinn to call.',
        example: 'tt02',
        usedBy: ['app', 'command line'],
      },
      systemUserOrg: {
        name: 'ALTINN_SYSTEM_USER_ORG',
        type: matching(
          /^\d{9}$/,
          'organization number of nine digits',
          'is no organization number of nine digits',
        ),
        description: 'For a recipient: the organization whose system user to act as.',
        example: '991825827',
        usedBy: ['app', 'command line'],
      },
      subunits: {
        name: 'ALTINN_SUBUNITS',
        type: { is: 'organization numbers of nine digits, separated by commas', parse: parseSubunits },
        description:
          'For a recipient: the subunits whose events are pulled too; the push brings them by `--include-subunits`, a pull only by their numbers.',
        example: '310000002,310000003',
        usedBy: ['app', 'command line'],
      },
    },
  },
  asking: {
    title: 'Asking about letters',
    about: 'Before a follow-up does anything, Altinn is asked about its letter, where there are credentials.',
    settings: {
      maxWaitMs: {
        name: 'ALTINN_MAX_WAIT',
        type: duration('P30D'),
        default: 'PT12H',
        description:
          'How long a follow-up waits for an Altinn that does not answer, before it notifies unchecked.',
        example: 'P1D',
        usedBy: ['app'],
      },
      pace: {
        name: 'ALTINN_PACE',
        type: wholeNumber(1, 1_000),
        default: '2',
        description: 'Questions about letters a second to begin with, of all instances together.',
        example: '5',
        usedBy: ['app'],
      },
      maxPace: {
        name: 'ALTINN_MAX_PACE',
        type: wholeNumber(1, 1_000),
        default: '10',
        description: 'Questions about letters a second at the most.',
        example: '20',
        usedBy: ['app'],
      },
    },
  },
  maskinporten: {
    title: 'Maskinporten',
    prefix: 'MASKINPORTEN_',
    settings: {
      clientId: {
        name: 'MASKINPORTEN_CLIENT_ID',
        type: text('client id'),
        description: 'The client at Maskinporten.',
        example: guid,
        usedBy: ['app', 'command line'],
      },
      key: {
        name: 'MASKINPORTEN_KEY',
        type: text('JWK, or PEM'),
        description: "The client's private RSA key; `MASKINPORTEN_KEY_FILE` may take its place.",
        example:
          '{"kty":"RSA","kid":"my-key-2026","n":"…","e":"AQAB","d":"…", …} or -----BEGIN PRIVATE KEY-----…',
        secret: true,
        usedBy: ['app', 'command line'],
      },
      keyFile: {
        name: 'MASKINPORTEN_KEY_FILE',
        type: text('path'),
        description: 'The path of a file that holds the key.',
        example: '/secrets/maskinporten.jwk',
        usedBy: ['app', 'command line'],
      },
      keyId: {
        name: 'MASKINPORTEN_KEY_ID',
        type: text('key id'),
        description: 'The id that the key is registered under, where the key does not hold it as `kid`.',
        example: 'my-key-2026',
        usedBy: ['app', 'command line'],
      },
      scopes: {
        name: 'MASKINPORTEN_SCOPES',
        type: { is: 'scopes, separated by spaces or commas', parse: parseScopes },
        description: `Other scopes than the usual ones, which are \`${usualScopes('service owner').join(' ')}\` and with a system user \`${usualScopes('recipient').join(' ')}\`.`,
        example: usualScopes('service owner').join(' '),
        usedBy: ['app', 'command line'],
      },
      issuer: {
        name: 'MASKINPORTEN_URL',
        type: { is: 'https address, or http for localhost', parse: parseIssuer },
        description: 'The issuer, where `ALTINN_ENVIRONMENT` is a base URL.',
        example: 'https://test.maskinporten.no/',
        usedBy: ['app', 'command line'],
      },
    },
  },
  reconcile: {
    title: 'Repair by pull',
    about: '`reconcile-events` runs where the credentials and `ALTINN_RESOURCES` are set.',
    prefix: 'RECONCILE_',
    settings: {
      schedule: {
        name: 'RECONCILE_SCHEDULE',
        type: ncrontab,
        // Not on the hour, when everybody's timers run.
        default: '0 7 * * * *',
        description: 'When `reconcile-events` pulls what the push missed.',
        example: '0 */15 * * * *',
        usedBy: ['app'],
      },
    },
  },
  audit: {
    title: 'Repair by asking',
    about: '`audit-letters` runs where the credentials and `ALTINN_RESOURCES` are set.',
    prefix: 'AUDIT_',
    settings: {
      schedule: {
        name: 'AUDIT_SCHEDULE',
        type: ncrontab,
        default: '0 23 2 * * *',
        description: 'When `audit-letters` asks Altinn for the letters of 1, 7, 30 and 90 days ago.',
        example: '0 41 3 * * *',
        usedBy: ['app'],
      },
    },
  },
  callers: {
    title: 'Who may call',
    settings: {
      source: {
        name: 'ALTINN_SOURCE',
        type: { is: '`tt02`, `production` or CIDRs, separated by commas', parse: parseSources },
        description: 'Whose addresses may call the webhook; without it none is checked.',
        example: 'production,192.0.2.0/24',
        usedBy: ['app', 'command line'],
      },
      policy: {
        name: 'ALTINN_SOURCE_POLICY',
        type: oneOf('off', 'report', 'enforce'),
        default: 'report',
        description:
          'What becomes of a request from elsewhere: `report` takes it and warns, `enforce` answers 403.',
        example: 'enforce',
        usedBy: ['app'],
      },
    },
  },
  telemetry: {
    title: 'OpenTelemetry',
    about:
      'Log lines and spans by OTLP, besides what the host logs: see [Signals](signals.md#opentelemetry). The other standard variables are read too, `OTEL_EXPORTER_OTLP_HEADERS` and `OTEL_SERVICE_NAME` among them.',
    settings: {
      mode: {
        name: 'OPEN_TELEMETRY',
        type: oneOf('off', 'otlp'),
        default: 'off',
        description: 'Whether they are exported: `otlp` does so over HTTP, as JSON.',
        example: 'otlp',
        usedBy: ['app'],
      },
      endpoint: {
        name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
        type: address(
          'http or https address',
          ({ protocol }) => /^https?:$/.test(protocol),
          'is no http or https address without user and password',
        ),
        description: 'Where to, without `/v1/logs` and `/v1/traces`.',
        example: 'https://collector.example.no:4318',
        usedBy: ['app'],
        local: false,
      },
    },
  },
  commandLine: {
    title: 'The command line',
    settings: {
      receiver: {
        name: 'RECEIVER_URL',
        type: address(
          'http or https address',
          ({ protocol }) => /^https?:$/.test(protocol),
          'is no http or https address',
        ),
        description: 'The function app, with a key.',
        example: 'https://my-app.azurewebsites.net?code=…',
        secret: true,
        usedBy: ['command line'],
      },
      timeScale: {
        name: 'ALTINN_TIME_SCALE',
        type: wholeNumber(1, 10_000_000),
        default: '1',
        description: 'Divides how long the command line waits, for a simulated Altinn.',
        example: '3600',
        usedBy: ['command line'],
      },
    },
  },
  azure: {
    title: 'The command line and Azure',
    about: 'Where the function app is, by the names that azd gives them (`azd env get-values`).',
    settings: {
      subscription: {
        name: 'AZURE_SUBSCRIPTION_ID',
        type: text('id'),
        description: 'The subscription, for `doctor --azure`.',
        example: guid,
        usedBy: ['command line'],
      },
      tenant: {
        name: 'AZURE_TENANT_ID',
        type: text('id'),
        description: 'The tenant to be signed in to, where you have several.',
        example: guid,
        usedBy: ['command line'],
      },
      functionApp: {
        name: 'AZURE_FUNCTION_APP_NAME',
        type: text('name'),
        description: 'Which function app, where the resource group has several.',
        example: 'func-abc123',
        usedBy: ['command line'],
      },
    },
  },
  local: {
    title: 'On a developer machine',
    settings: {
      port: {
        name: 'PORT',
        type: wholeNumber(0, 65_535),
        default: '7071',
        description: 'Where `npm start` listens, and `npm run send` sends to; 0 takes a free one.',
        example: '7072',
        usedBy: ['local start'],
      },
      functionKey: {
        name: 'LOCAL_FUNCTION_KEY',
        type: text('text'),
        default: 'local',
        description: 'The function key of `npm start` and `npm run send`.',
        example: 'another-key',
        usedBy: ['local start'],
      },
      lockSeconds: {
        name: 'LOCAL_QUEUE_LOCK',
        type: wholeNumber(1, 999),
        default: '30',
        description: 'Seconds that a message stays hidden after `npm start` was killed.',
        example: '10',
        usedBy: ['local start'],
      },
    },
  },
} as const satisfies Record<string, Group>;

export type Declared = typeof declared;
export type GroupName = keyof Declared;

type Value<S> = S extends { type: Type<infer T> }
  ? S extends { default: string }
    ? T
    : T | undefined
  : never;

/** The settings of some groups, parsed. One without a default may be absent. */
export type Values<G extends GroupName> = {
  readonly [N in G]: {
    readonly [K in keyof Declared[N]['settings']]: Value<Declared[N]['settings'][K]>;
  };
};

/** Every setting, in the order of declaration. */
export const allSettings: readonly Setting[] = Object.values<Group>(declared).flatMap(({ settings }) =>
  Object.values(settings),
);
