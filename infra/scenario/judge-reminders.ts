import type { Shipment } from '../simulator/notifications/shipment.ts';
import { casesOf } from './cases.ts';
import { type Finding, finding } from './finding.ts';
import { latest } from './plan.ts';
import type { Evidence } from './play.ts';
import { recipient } from './policies.ts';

/** Milliseconds that pass on the story's clock from Altinn's answer to us, to ours to Altinn Notifications. */
const answeringMs = 60_000;

/** Whether Altinn Notifications reminded whom it should, by its own record of what it sent and what it was answered. */
export function judgeReminders(evidence: Evidence): Finding {
  const { shipments, silence, kills, starts } = evidence;
  const byId = new Map(casesOf(evidence).map((one) => [one.id, one]));
  const reminders = shipments.map((shipment) => {
    const [, id = ''] = /^(.*)-\d+-recipient$/.exec(shipment.idempotencyId) ?? [];
    return { id: `${id} (${recipient})`, one: byId.get(id), shipment };
  });
  const answersOf = ({ conditionCalls }: Shipment) =>
    conditionCalls.filter(({ sendNotification }) => sendNotification !== undefined);
  // Altinn Notifications then sends, whatever is so.
  const couldNotTell = ({ conditionCalls }: Shipment) =>
    conditionCalls.some(({ at }) => {
      const isAway = kills.some((kill, index) => kill <= at && at <= (starts[index + 1] ?? at));
      return isAway || (silence.from <= at && at <= latest(silence.until, evidence));
    });
  const sent = reminders.filter(({ shipment }) => shipment.sentAt !== undefined);
  const stopped = reminders.filter(({ shipment }) => shipment.status === 'Order_SendConditionNotMet');
  const unanswered = sent.filter(({ shipment }) => answersOf(shipment).length === 0);
  return finding(
    'reminders ordered',
    shipments.length,
    `Altinn Notifications' record: ${sent.length} sent, ${stopped.length} not sent since they had read meanwhile; ${unanswered.length} sent without an answer of ours`,
    {
      'reminders are of nothing that needs attention': reminders.filter(({ one }) => !one),
      'reminders went to somebody else': reminders.filter(
        ({ one, shipment }) => one && one.letter.recipient !== shipment.to,
      ),
      'recipients were reminded of what they had read': sent.filter(({ one, shipment }) => {
        const at = answersOf(shipment).at(-1)?.at;
        return one && at !== undefined && one.settledAt + answeringMs < at;
      }),
      'recipients were not reminded though they had not read': stopped.filter(
        ({ one, shipment }) => one && one.settledAt > (shipment.conditionCalls.at(-1)?.at ?? 0),
      ),
      'reminders were sent without an answer though it could be told': unanswered.filter(
        ({ shipment }) => !couldNotTell(shipment),
      ),
      'reminders were neither sent nor stopped': reminders.filter(
        (each) => !sent.includes(each) && !stopped.includes(each),
      ),
      'follow-ups were reminded of twice': reminders.filter(
        ({ id }, index) => reminders.findIndex((other) => other.id === id) !== index,
      ),
    },
  );
}
