import type { Log } from '../signals/log.ts';
import { type Channel, NotDelivered, PerhapsDelivered, type Step } from './channels/channel.ts';
import { formerChannel } from './follow-up.ts';
import type { Held } from './held.ts';

export type Channels = ReadonlyMap<string, Channel>;

export interface DeliverContext {
  readonly log: Log;
  readonly signal: AbortSignal;
  /** The W3C trace context of the event that has it checked. */
  readonly traceparent?: string | undefined;
  /** The id of the queue message: the same when it comes again after a crash. */
  readonly by: string;
}

/** What became of a step that was sent. */
export type Delivery =
  | { readonly ok: true; readonly at: string; readonly note: string | undefined }
  | {
      readonly ok: false;
      readonly at: string;
      readonly why: string;
      /** Whether the channel may have taken it. */
      readonly perhaps: boolean;
      readonly permanent: boolean;
      /** Milliseconds until it is sent again. */
      readonly delayMs: number;
      /** How often in a row it was not taken, and since when. */
      readonly tries: number;
      readonly since: string;
    };

/** Milliseconds until a step is sent again that its channel did not take; the last one is repeated. */
const channelMs = [10_000, 60_000, 300_000, 600_000];
/** The same where another try will fare no better until somebody changes something. */
const permanentMs = [...channelMs, 3_600_000];
/** The longest that a channel can put a step off, in milliseconds. */
const maxRetryAfterMs = 3_600_000;

/** Of a claim that nobody holds any more, though somebody may have been notified under it. */
export const runOut = new Date(0).toISOString();

/** A policy's channel; what was sent before follow-ups said by which went to the webhook, or to the log in its place. */
export function findChannel(channels: Channels, name: string): Channel | undefined {
  return channels.get(name) ?? (name === formerChannel ? channels.get('log') : undefined);
}

/** Sends a step under a claim, which is written before and stays there where the process dies. */
export async function deliver(
  held: Held,
  name: string,
  step: Step,
  channels: Channels,
  { log, signal, by, traceparent }: DeliverContext,
): Promise<Delivery> {
  const at = held.now();
  const { claim: before, owed = [] } = held.followUp;
  const hadClaim = before !== undefined;
  // Another channel may have been told under it.
  const other = before?.channel ?? formerChannel;
  const isOwed = before && other !== name && !owed.includes(other);
  await held.save({ claim: { by, at, channel: name }, ...(isOwed && { owed: [...owed, other] }) });
  try {
    const channel = findChannel(channels, name);
    if (!channel) throw new NotDelivered(`there is no channel ${name} any more`, { permanent: true });
    return { ok: true, at, note: await channel.send({ ...step, traceparent }, log, signal) };
  } catch (error) {
    const { kind, correspondenceId: id, undelivered, undeliveredSince } = held.followUp;
    const failed = notTaken(error, { at, hadClaim, tries: undelivered, since: undeliveredSince });
    log.signal('channel.failed', { kind, id, channel: name, tries: failed.tries, reason: failed.why });
    return failed;
  }
}

/** What an error of a channel says of what was sent, and when it is sent again. */
export function notTaken(
  error: unknown,
  before: {
    /** When it was sent, RFC 3339. */
    readonly at: string;
    /** Whether an earlier try may have been taken. */
    readonly hadClaim: boolean;
    readonly tries: number | undefined;
    readonly since: string | undefined;
  },
): Extract<Delivery, { ok: false }> {
  const { at, hadClaim, since = at } = before;
  const tries = (before.tries ?? 0) + 1;
  const permanent = error instanceof NotDelivered && error.permanent;
  const delays = permanent ? permanentMs : channelMs;
  const asked = error instanceof NotDelivered || error instanceof PerhapsDelivered ? error.retryAfterMs : 0;
  const delayMs = delays[Math.min(tries, delays.length) - 1] as number;
  return {
    ok: false,
    at,
    why: error instanceof Error ? error.message : String(error),
    // What settles it until the next try suppresses it, unless somebody may have been notified.
    perhaps: !(error instanceof NotDelivered) || hadClaim,
    permanent,
    delayMs: Math.max(delayMs, Math.min(asked ?? 0, maxRetryAfterMs)),
    tries,
    since,
  };
}
