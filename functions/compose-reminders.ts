import { makeNotifications } from '../shared/altinn/api/notifications.ts';
import { makePlatform } from '../shared/altinn/api/platform.ts';
import { reminderScopes } from '../shared/altinn/auth/scopes.ts';
import { makeTokens } from '../shared/altinn/auth/tokens.ts';
import type { ReminderDeps } from '../shared/follow-ups/channels/reminder.ts';
import type { Configuration } from '../shared/settings/configuration.ts';
import type { connectAltinn } from './connect-altinn.ts';

/** What reminders are ordered with, or why there are none. Asks for no token before the first of them. */
export function composeReminders(
  { altinn: settings, asking, publicUrl }: Configuration,
  altinn: ReturnType<typeof connectAltinn>,
): ReminderDeps['reminders'] {
  if (!settings || !altinn) return { whyNot: 'there are no credentials to order a reminder with' };
  if (altinn.role === 'Recipient') return { whyNot: 'reminders are for the sender of a letter' };
  if (altinn.whyNot) return { whyNot: `Altinn is not asked for the recipient: ${altinn.whyNot}` };
  if (!publicUrl) {
    return {
      whyNot:
        'RECEIVER_PUBLIC_URL is missing: Altinn Notifications would have nowhere to ask whether to send the reminder',
    };
  }
  const { environment } = settings;
  // A token of its own: where its scope is missing, all else goes on.
  const tokens = makeTokens({ ...settings, scopes: reminderScopes(settings.scopes) });
  return {
    notifications: makeNotifications(makePlatform({ environment, tokens, maxRate: asking.maxPace })),
    async askRecipient(correspondenceId, signal) {
      const { recipient } = await altinn.letterFirst(correspondenceId, signal);
      return recipient ?? undefined;
    },
    conditionEndpoint: (correspondenceId, kind) =>
      `${publicUrl}/api/correspondences/${correspondenceId}/send-condition/${kind}`,
  };
}
