import type { Ask } from '../client/ask.ts';
import { functionApp, functionAppId } from '../client/function-app.ts';
import { keySecrets, secretNames } from '../client/secrets.ts';
import type { AzdEnvironment } from './azd-environment.ts';
import { ensureKey, ensureSecret, heldKey, requireFunctions } from './function-keys.ts';
import { type Patient, patiently } from './patience.ts';

type Functions = readonly [string, ...string[]];

const webhook: Functions = ['receive-events'];
/** They have one key in common, which does not open the webhook as a host key would. */
const status: Functions = ['read-status', 'read-status-of-attachment', 'read-status-of-notification-order'];

/**
 * Gives the deployed app its two keys and puts them into Key Vault; what is there already stays.
 * @throws AzureError, or NotYet when something is not there after ten minutes
 */
export async function storeKeys(
  { subscription, resourceGroup, app: name, vault, endpoint, keyName }: AzdEnvironment,
  ask: Ask,
  patient: Patient,
): Promise<void> {
  const app = functionApp(ask, functionAppId(subscription, resourceGroup, name));
  const secrets = keySecrets(ask, vault);
  await patiently(() => app.describe(), patient);
  await patiently(() => requireFunctions(app, [...webhook, ...status]), patient);
  const origin = new URL(endpoint).origin;
  const held = () => heldKey(app, webhook[0], secrets, secretNames.receiveEvents);
  const webhookKey = keyName ?? (await patiently(held, patient)) ?? 'altinn';
  for (const [key, functions, secret, address] of [
    [webhookKey, webhook, secretNames.receiveEvents, endpoint],
    ['status', status, secretNames.readStatus, origin],
  ] as const) {
    const { value, made } = await patiently(() => ensureKey(app, key, functions), patient);
    const before = await patiently(
      () => ensureSecret(secrets, secret, { value, endpoint: address }),
      patient,
    );
    patient.tell(
      `Key ${key} of ${functions[0]}: ${made ? 'made' : 'kept'}. Key Vault ${vault} has it as ${secret}.`,
    );
    if (before === 'other') {
      patient.tell(
        `Key Vault had another key there before. Who calls with that one, as a subscription may, needs the new one: see \`subscription rotate\`.`,
      );
    }
  }
}
