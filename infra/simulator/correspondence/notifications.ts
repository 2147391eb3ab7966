import { guid } from '../chance.ts';
import type { SimulatedClock } from '../clock.ts';
import type { EventName } from '../events/event-types.ts';
import { hasBeen, inDays, isPurged, type Letter, type LetterSpec } from './letter.ts';

/** From the order of a notification to its outcome, in milliseconds: when Altinn's poll finds it. */
const outcomeAfter = 5 * 60 * 1000;

/** Some addresses failed, not all: the others were delivered to, so both events come. */
const outcomes: Record<NonNullable<LetterSpec['notification']>, readonly EventName[]> = {
  none: [],
  delivered: ['correspondencenotificationdelivered'],
  failed: ['correspondencenotificationfailed', 'correspondencenotificationdelivered'],
  'all-failed': ['correspondencenotificationallfailed'],
  'creation-failed': [],
  'no-answer': [],
};

/**
 * Orders the notification of a letter that has just been published, and its reminder: `fire` is called for each
 * event at its time. A reminder goes only to who has not read, and a purged letter has none.
 */
export function planNotifications(
  letter: Letter,
  { notification = 'none', reminderAfterDays }: LetterSpec,
  clock: SimulatedClock,
  fire: (name: EventName, instance?: string) => void,
): void {
  if (notification === 'none') return;
  if (notification === 'creation-failed') {
    fire('correspondencenotificationcreationfailed');
    return;
  }
  const order = (isReminder: boolean) => {
    const orderId = guid(isReminder ? 'reminder' : 'notification', letter.id);
    letter.notifications.push({ orderId, isReminder });
    return orderId;
  };
  fire('notificationcreated', order(false));
  for (const name of outcomes[notification]) clock.after(outcomeAfter, () => fire(name));
  if (reminderAfterDays === undefined) return;
  order(true);
  clock.after(inDays(reminderAfterDays) + outcomeAfter, () => {
    if (!hasBeen(letter, 'Read') && !isPurged(letter)) fire('correspondencenotificationreminderdelivered');
  });
}
