import { fail, ok } from '../check.ts';
import { azureCheck } from './azure-check.ts';

/** Those that an app has whatever its settings; a test holds them against the app. */
export const alwaysThere = [
  'health',
  'receive-events',
  'track-events',
  'due-follow-ups',
  'follow-up',
  'measure-queues',
  'react',
  'list-follow-ups',
  'read-follow-up',
  'close-follow-up',
  'snooze-follow-up',
  'reopen-follow-up',
  'read-status',
  'read-status-of-attachment',
  'read-status-of-notification-order',
  'send-condition',
];

export const functionsAreKnown = azureCheck('functions', async ({ app }) => {
  const known = await app.functions();
  const missing = alwaysThere.filter((name) => !known.includes(name));
  if (missing.length === 0) return ok(`Azure knows ${known.length}, all that there have to be`);
  if (known.length === 0) return fail('Azure knows none', 'Deploy the app: `azd deploy`');
  return fail(
    `Azure does not know ${missing.join(', ')}`,
    missing.length === alwaysThere.length - 1
      ? 'The app stops at its settings: its log names what is wrong with them'
      : 'Deploy the app again: `azd deploy`',
  );
});

export const altinnHasAKey = azureCheck('key', async ({ app }) => {
  const names = Object.keys(await app.keys('receive-events'));
  const own = names.filter((name) => name.startsWith('altinn'));
  if (own.length > 0) return ok(`receive-events has the key ${own.join(', ')}`);
  return fail(
    `receive-events has no key that is named for Altinn, only ${names.join(', ') || 'none'}`,
    '`azd hooks run postdeploy` makes it; then `subscription ensure --key-vault <name>`',
  );
});
