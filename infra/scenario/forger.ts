import { sampleEvent } from '../dev/sample-event.ts';
import { resourcePrefix } from '../simulator/access.ts';
import { fraction, guid } from '../simulator/chance.ts';
import { hasBeen, type Letter } from '../simulator/correspondence/letter.ts';
import { eventTime } from '../simulator/events/cloud-event.ts';
import type { EventName } from '../simulator/events/event-types.ts';
import { defaultResource, type Simulator } from '../simulator/simulator.ts';
import { planStory, type Story } from '../simulator/story/story.ts';
import type { Receiver } from './receiver.ts';
import { repeat } from './stage.ts';

/** An event that Altinn never published. */
export interface Forgery {
  readonly id: string;
  readonly name: EventName;
  readonly correspondenceId: string;
  /** Whether there is such a letter. */
  readonly exists: boolean;
  /** Whether the receiver answered 200. */
  readonly acknowledged: boolean;
}

/** Whom the forger names as the recipient of letters: nobody's number. */
export const forgedRecipient = '319999999';
/** What is forged about letters that there are not. */
const opening: readonly EventName[] = [
  'correspondencereceiverneverread',
  'correspondencereceiverneverconfirmed',
];
const strangersToAltinn = 6;
const longAgo = '2019-03-01T12:00:00.0000000Z';

interface Plan {
  readonly name: EventName;
  readonly correspondenceId: string;
  /** When it is posted; absent for at once. */
  readonly when?: (letter: Letter) => boolean;
  readonly attributes?: Readonly<Record<string, string>>;
}

/**
 * Somebody with the webhook's address and key, and with the ids of letters, who posts all through the story what would
 * quiet its alarms or raise others, or hide that a true read was lost at the source. A publication is forged only of a
 * letter whose own was told: where that is lost, the forged one stays, as a push.
 * @returns what ends it, and gives back all that was posted
 */
export function startForger(simulator: Simulator, receiver: Receiver, story: Story, seed: number) {
  const { clock, letters } = simulator;
  const forgeries: Forgery[] = [];
  let left = planForgeries(story, seed, simulator);

  const post = async ({ name, correspondenceId, attributes = {} }: Plan) => {
    const exists = letters.get(correspondenceId) !== undefined;
    const event = sampleEvent(name, {
      resource: resourcePrefix + defaultResource,
      resourceinstance: correspondenceId,
      time: eventTime(clock.now(), 0),
      ...attributes,
    });
    const acknowledged = await postEvent(receiver.endpoint, event);
    forgeries.push({ id: event.id, name, correspondenceId, exists, acknowledged });
  };
  const isDue = ({ correspondenceId, when }: Plan) => {
    const letter = letters.get(correspondenceId);
    return when ? letter !== undefined && when(letter) : true;
  };
  const stop = repeat(100, async () => {
    const due = receiver.isRunning ? left.filter(isDue) : [];
    left = left.filter((plan) => !due.includes(plan));
    for (const plan of due) await post(plan);
  });
  return async (): Promise<readonly Forgery[]> => {
    await stop();
    return forgeries;
  };
}

/** Posts an event as Altinn does; whether it was answered 200. */
export async function postEvent(endpoint: string, event: object): Promise<boolean> {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  const posted = fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(event) });
  return posted.then(({ status }) => status === 200).catch(() => false);
}

function planForgeries(story: Story, seed: number, { clock, log }: Simulator): Plan[] {
  const isPublished = (letter: Letter) => hasBeen(letter, 'Published');
  const isRead = (letter: Letter) => hasBeen(letter, 'Read');
  const isPastDue = ({ due = 0 }: Letter) => clock.now() > due;
  const isToldPublished = ({ id }: Letter) =>
    log
      .all()
      .some(({ correspondenceId, name, lost }) => correspondenceId === id && name === published && !lost);

  const aboutLetters = planStory(story, seed).flatMap(({ spec, readAt, confirmAt }): Plan[] => {
    const { correspondenceId } = spec;
    const drawn = (what: string) => fraction('forge', what, correspondenceId);
    const plans: Plan[] = [];
    const plan = (share: number, name: EventName, more: Omit<Plan, 'name' | 'correspondenceId'>) => {
      if (drawn(name) < share) plans.push({ name, correspondenceId, ...more });
    };
    const isOld = drawn('old') < 0.5 && { attributes: { time: longAgo } };
    // Quiets an alarm, forged before it or after.
    const soonOrLate = drawn('late') < 0.5 ? isPastDue : isPublished;
    if (readAt === undefined) {
      plan(0.2, 'correspondencereceiverread', { when: soonOrLate, ...isOld });
      plan(0.1, 'correspondencepurged', { when: soonOrLate, ...isOld });
    } else {
      plan(0.3, 'correspondencereceiverread', { when: isPublished });
    }
    if (confirmAt === undefined && (readAt === undefined || spec.confirmationNeeded))
      plan(0.1, 'correspondencereceiverconfirmed', { when: soonOrLate, ...isOld });
    // Raises one, or takes the place of the true one by being older than what is notified.
    if (drawn('which') < 0.5)
      plan(0.3, 'correspondencereceiverneverread', { when: isPublished, attributes: { time: longAgo } });
    else plan(0.3, 'correspondencereceiverneverread', { when: isRead });
    if (!spec.confirmationNeeded) plan(0.1, 'correspondencereceiverneverconfirmed', { when: isPublished });
    const attributes = { subject: `urn:altinn:organization:identifier-no:${forgedRecipient}` };
    plan(0.1, published, { when: isToldPublished, attributes: { ...attributes, time: longAgo } });
    return plans;
  });
  const aboutNone = Array.from({ length: strangersToAltinn }, (_, index): Plan => {
    return { name: opening[index % 2] as EventName, correspondenceId: guid('no letter', seed, index) };
  });
  return [...aboutNone, ...aboutLetters];
}

const published: EventName = 'correspondencepublished';
