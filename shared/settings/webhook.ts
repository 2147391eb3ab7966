import { declared } from './declared.ts';
import type { Reading } from './reading.ts';

/** Where follow-ups are posted. */
export interface WebhookSettings {
  readonly url: string;
  /** Absent where Azure has not resolved the reference to it: nothing can be posted then, and all else goes on. */
  readonly secret: string | undefined;
  readonly includePersons: boolean;
}

const { url, secret } = declared.webhook.settings;

/** Where follow-ups are posted; `undefined` when they are not. Notes an address without a secret, and the reverse. */
export function webhookOf(reading: Reading<'webhook'>): WebhookSettings | undefined {
  if (reading.has(url) && !reading.has(secret)) {
    reading.wrong(secret, `is missing, and ${url.name} is set: what is posted there must be signed`);
  }
  if (reading.has(secret) && !reading.has(url)) {
    reading.wrong(url, `is missing, and ${secret.name} is set: there is nothing to sign`);
  }
  const { webhook } = reading.values;
  const isUnresolved = reading.unresolved.includes(secret.name);
  return webhook.url && (webhook.secret || isUnresolved)
    ? { url: webhook.url, secret: webhook.secret, includePersons: webhook.includePersons }
    : undefined;
}
