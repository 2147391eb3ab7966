import { declared } from './declared.ts';
import type { Environment, Reading } from './reading.ts';

/**
 * Where the app is reached from outside, without a trailing slash: as set, or as Azure says; `undefined` where neither is.
 * Source: Microsoft Learn, "App settings reference for Azure App Service", on `WEBSITE_HOSTNAME`.
 */
export function publicUrlOf(
  reading: Reading<'reminders'>,
  { WEBSITE_HOSTNAME: host }: Environment,
): string | undefined {
  const { publicUrl } = reading.values.reminders;
  if (publicUrl) return publicUrl;
  // A local host sets it too, to an address that nobody else reaches.
  if (reading.has(declared.reminders.settings.publicUrl) || !host || /^localhost\b/i.test(host))
    return undefined;
  return `https://${host}`;
}
