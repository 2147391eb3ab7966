import { guid } from '../chance.ts';
import type { SimulatedClock } from '../clock.ts';
import type { EventName } from '../events/event-types.ts';
import { hasBeen, inDays, isPurged, type Letter, type LetterSpec, type Notification } from './letter.ts';

/** From the order of a notification to its outcome, in milliseconds: when Altinn's poll finds it. */
const outcomeAfter = 5 * 60 * 1000;

interface Outcome {
  readonly reached: readonly boolean[];
  readonly events: readonly EventName[];
}

/** Where some addresses failed and not all, the others were delivered to, so both events come. */
const outcomes: Record<NonNullable<LetterSpec['notification']>, Outcome | undefined> = {
  none: undefined,
  delivered: { reached: [true], events: ['correspondencenotificationdelivered'] },
  failed: {
    reached: [false, true],
    events: ['correspondencenotificationfailed', 'correspondencenotificationdelivered'],
  },
  'all-failed': { reached: [false], events: ['correspondencenotificationallfailed'] },
  'creation-failed': undefined,
  'no-answer': undefined,
};

const reminders = {
  delivered: 'correspondencenotificationreminderdelivered',
  failed: 'correspondencenotificationallfailed',
} as const;

/**
 * Orders the notification of a letter that has just been published, with its reminder: `fire` is called for each
 * event at its time. A reminder goes only to who has not read, and a purged letter has none. An order that could not be
 * placed stays without an id.
 *
 * Source: Altinn/altinn-correspondence, `SendNotificationOrderHandler`.
 */
export function planNotifications(
  letter: Letter,
  { notification = 'none', reminderAfterDays, reminder = 'delivered' }: LetterSpec,
  clock: SimulatedClock,
  fire: (name: EventName, instance?: string) => void,
): void {
  const order = letter.notifications[0];
  if (!order) return;
  if (notification === 'creation-failed') {
    fire('correspondencenotificationcreationfailed');
    return;
  }
  const { reached, events = [] } = outcomes[notification] ?? {};
  const orderId = guid('notification', letter.id);
  Object.assign(order, { orderId, reached });
  fire('notificationcreated', orderId);
  for (const name of events) clock.after(outcomeAfter, () => fire(name));
  if (reminderAfterDays === undefined) return;
  const reminding: Notification = { orderId, ordered: clock.now(), isReminder: true };
  letter.notifications.push(reminding);
  clock.after(inDays(reminderAfterDays) + outcomeAfter, () => {
    const isWanted = !hasBeen(letter, 'Read') && !isPurged(letter);
    reminding.reached = isWanted ? [reminder === 'delivered'] : [];
    if (isWanted) fire(reminders[reminder]);
  });
}
