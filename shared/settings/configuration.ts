import type { Callers } from '../altinn/callers.ts';
import { type AltinnSettings, altinnOf } from './altinn.ts';
import { callersOf } from './callers.ts';
import type { GroupName, Values } from './declared.ts';
import { lookalikes } from './lookalikes.ts';
import { type PolicyText, policyOf } from './policy.ts';
import { publicUrlOf } from './public-url.ts';
import { type Environment, Reading } from './reading.ts';
import { type DataStorage, storageOf } from './storage.ts';
import { telemetryOf } from './telemetry.ts';
import { type WebhookSettings, webhookOf } from './webhook.ts';

const groups = [
  'hostStorage',
  'dataStorage',
  'followUp',
  'webhook',
  'reminders',
  'resources',
  'altinn',
  'asking',
  'pausing',
  'maskinporten',
  'reconcile',
  'audit',
  'callers',
  'telemetry',
] as const satisfies readonly GroupName[];

/** What the function app works by. */
export interface Configuration extends DataStorage, Values<'reconcile' | 'audit' | 'asking' | 'pausing'> {
  readonly followUp: Omit<Values<'followUp'>['followUp'], 'policy'> & {
    /** Absent: there is none, and what holds without one holds. */
    readonly policy: PolicyText | undefined;
    /** Absent: follow-ups go to the log. */
    readonly webhook: WebhookSettings | undefined;
  };
  /** Where the app is reached from outside, without a trailing slash; absent where that is not known. */
  readonly publicUrl: string | undefined;
  /** Who may call the webhook; absent for anybody with the key. */
  readonly callers: Callers | undefined;
  /** The URNs of the resources whose events are tracked; empty for any. */
  readonly resources: readonly string[];
  /** Absent: Altinn is never asked. */
  readonly altinn: AltinnSettings | undefined;
  /** Whether log lines and spans are exported by OpenTelemetry. */
  readonly telemetry: Values<'telemetry'>['telemetry']['mode'];
  /** A line for each name in the environment that looks like a setting of ours and is none. */
  readonly warnings: readonly string[];
}

/**
 * Reads the settings of the function app, once. An empty one counts as absent.
 * @param folder where the app is, and beside it the file of its policy; without one there is no file
 * @throws ConfigurationError naming every setting that is missing or wrong, without the value of a secret
 */
export function readConfiguration(environment: Environment, folder?: string): Configuration {
  const reading = new Reading(environment, groups);
  const { asking, followUp, pausing, reconcile, audit, resources } = reading.values;
  const configuration = {
    ...storageOf(reading),
    followUp: { ...followUp, policy: policyOf(reading.values, folder), webhook: webhookOf(reading) },
    publicUrl: publicUrlOf(reading, environment),
    callers: callersOf(reading),
    resources: resources.own ?? [],
    altinn: altinnOf(reading),
    asking,
    pausing,
    reconcile,
    audit,
    telemetry: telemetryOf(reading),
    warnings: [
      ...lookalikes(environment),
      ...reading.unresolved.map((name) => `${name} is a Key Vault reference that Azure has not resolved`),
    ],
  };
  reading.done();
  return configuration;
}
