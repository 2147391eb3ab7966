import { type FollowUpKind, isWatchdog, type WatchdogKind } from '../events/catalogue.ts';
import { compareTimes, utc } from '../events/time.ts';
import type { KnownAnswer } from './answer.ts';
import { hasReached } from './notification-outcome.ts';

/** What Altinn's answer says of a follow-up that nothing has settled. */
export type CalledFor =
  /** The fact is so, and has been since then: RFC 3339. */
  | { readonly is: 'called-for'; readonly since: string | undefined }
  | { readonly is: 'not-called-for' }
  /** It will be at this moment, if nothing settles it until then: RFC 3339. */
  | { readonly is: 'too-early'; readonly until: string; readonly for: string }
  /** No question tells: only a pull of the event that opens it. */
  | { readonly is: 'not-borne-out' };

const no: CalledFor = { is: 'not-called-for' };

/**
 * Whether a letter, or an attachment, calls for a follow-up of a kind, by what Altinn answers. Its lists tell no times.
 * @param until of a watchdog: the moment at which it opens, counted from a fact; absent where the kind is not watched for
 */
export function calledFor(
  kind: FollowUpKind,
  answer: KnownAnswer,
  now: Date,
  until?: (from: string) => Date,
): CalledFor {
  const { isBorneOut } = answer;
  if (isBorneOut === false) return { is: 'not-borne-out' };
  if (isWatchdog(kind)) {
    const from = countedFrom(kind, answer);
    return from && until ? byTime(until(from).toISOString(), now, `the time that ${kind} is given`) : no;
  }
  if (isBorneOut) return { is: 'called-for', since: undefined };
  switch (kind) {
    case 'never-read':
    case 'never-confirmed': {
      const { dueAt, published, needsConfirmation } = answer;
      const isDue = dueAt && !Number.isNaN(Date.parse(dueAt)) && published;
      return isDue && (kind === 'never-read' || needsConfirmation)
        ? byTime(dueAt, now, 'the due date that Altinn says')
        : no;
    }
    case 'publish-failed':
      return since(answer.facts.publishFailed);
    case 'attachment-rejected':
      return since(answer.facts.uploadFailed);
    case 'notification-not-created':
      return since(answer.facts.notificationCreationFailed);
    case 'notification-failed': {
      const { notifications = [] } = answer;
      const failed = notifications.find(({ outcome }) => outcome === 'failed');
      return failed && !notifications.some(hasReached) ? { is: 'called-for', since: failed.at } : no;
    }
    case 'notification-partly-failed': {
      const failed = answer.notifications?.find(
        ({ outcome }) => outcome === 'partly' || outcome === 'failed',
      );
      return failed ? { is: 'called-for', since: failed.at } : no;
    }
  }
}

/** The fact from which a watchdog counts, by Altinn's answer; `undefined` where there is nothing to wait for. */
function countedFrom(kind: WatchdogKind, answer: KnownAnswer): string | undefined {
  const { published, dueAt, needsConfirmation, created, requestedPublishTime, notifications = [] } = answer;
  switch (kind) {
    case 'unread':
      return dueAt ? undefined : utc(published ?? '');
    case 'unconfirmed':
      return dueAt || !needsConfirmation ? undefined : utc(published ?? '');
    case 'not-published':
      return published ? undefined : later(created, requestedPublishTime);
    case 'no-notification-outcome': {
      const orders = notifications.filter(({ isReminder }) => !isReminder);
      const hasOutcome = orders.some(({ outcome }) => outcome !== 'pending');
      // It is asked for when the letter is made, and ordered when that is published.
      return published && orders.length > 0 && !hasOutcome
        ? later(published, orders.map(({ orderedAt }) => orderedAt).reduce(later))
        : undefined;
    }
  }
}

function later(a: string | undefined, b: string | undefined): string | undefined {
  const [x, y] = [utc(a ?? ''), utc(b ?? '')];
  return x && y ? (compareTimes(x, y) < 0 ? y : x) : (x ?? y);
}

function byTime(at: string, now: Date, what: string): CalledFor {
  return Date.parse(at) > now.getTime()
    ? { is: 'too-early', until: at, for: what }
    : { is: 'called-for', since: at };
}

function since(time: string | undefined): CalledFor {
  return time ? { is: 'called-for', since: time } : no;
}
