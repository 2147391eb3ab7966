import { QueueServiceClient } from '@azure/storage-queue';
import { queueNames } from '../../shared/storage/stores.ts';
import type { Receiver } from './receiver.ts';
import type { StoryClock } from './story-clock.ts';

/** Simulated seconds in a second while something in hand has to do with time: leases, slow answers, tokens. */
const busyScale = 5;
/** How long a message stays hidden that a killed receiver had in hand: the longest that `npm start` takes. */
export const lockSeconds = 999;
/** For how many simulated milliseconds an event is in hand at the most, whatever the machine takes: well under that. */
const eventMs = 300_000;
/** And while the next of what was released has yet to be taken, at the pace towards Altinn. */
const pacedScale = 200;
/** How many times faster than else time passes while the receiver is away. */
const awayTimes = 2;
/** More events than this wait to be tracked, as when a batch falls due: the receiver in earnest has time for them. */
const maxBacklog = 24;
/** Simulated milliseconds for which released follow-ups are still to be taken: they are spread over a minute. */
const releasedMs = 90_000;

interface Watched {
  readonly receiver: Receiver;
  readonly clock: StoryClock;
  readonly storage: string;
  readonly now: () => number;
  /** Whether Altinn waits for an answer of the receiver's that has to do with time. */
  readonly isCalled: () => boolean;
}

/**
 * Makes what says how many simulated milliseconds may pass in some real ones: no more than this machine can follow, so that
 * the receiver is no slower on the story's clock than it is in earnest. Time flies while it is away.
 * @param fastest simulated seconds in a second while it has nothing in hand
 */
export function makeTempo(fastest: number, { receiver, clock, storage, now, isCalled }: Watched) {
  const slow = Math.min(busyScale, fastest);
  let followUps = 0;
  let changedAt = 0;
  let backlog = 0;
  let ticks = 0;
  const service = QueueServiceClient.fromConnectionString(storage);
  const count = async (queue: string) => {
    const properties = await service
      .getQueueClient(queue)
      .getProperties()
      .catch(() => undefined);
    return properties?.approximateMessagesCount ?? 0;
  };
  /** @param milliseconds of real time that are to pass */
  return async (milliseconds: number): Promise<number> => {
    if (!receiver.isRunning) return milliseconds * (receiver.isStarting ? slow : awayTimes * fastest);
    if (clock.inHand().timely > 0 || isCalled()) return milliseconds * slow;
    if (ticks++ % 5 === 0) backlog = await count(queueNames.events);
    const released = (await count(queueNames.followUps)) + (await count(queueNames.digests));
    if (released !== followUps) changedAt = now();
    followUps = released;
    const { timely, eventSince } = clock.inHand();
    // What a receiver had in hand that was killed stays hidden for longer, and is not waited for.
    const isReleasing = released > 0 && now() - changedAt < releasedMs;
    if (timely > 0 || backlog > maxBacklog) return milliseconds * slow;
    if (isReleasing) return milliseconds * Math.min(pacedScale, fastest);
    return Math.max(0, Math.min(milliseconds * fastest, eventSince + eventMs - now()));
  };
}
