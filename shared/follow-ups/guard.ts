import { lookUp } from '../events/catalogue.ts';
import { NonRetryableError, RetryableError } from '../queue/errors.ts';
import type { Message } from '../queue/message.ts';
import type { MessageQueue } from '../storage/message-queue.ts';
import { askedEvent } from '../tracking/asked-event.ts';
import { eventMessage } from '../tracking/event-message.ts';
import { deriveStatus, type TimelineEntry } from '../tracking/status.ts';
import { type ActContext, type ActDeps, act } from './act.ts';
import { type Answer, type KnownAnswer, learntFrom } from './answer.ts';
import type { FollowUpCheck } from './check.ts';
import { type Decision, decide, suppressedBy, unconfirmed } from './decide.ts';
import { disputeOf } from './dispute.ts';
import type { DueFollowUps } from './due.ts';
import { factAtOf } from './fact-at.ts';
import { type FollowUp, inDigest } from './follow-up.ts';
import { Held } from './held.ts';
import { noted } from './history.ts';
import { inWords } from './in-words.ts';
import { watchUntil } from './policy/watch-until.ts';
import { untold } from './progress.ts';
import type { AskAltinn, Question } from './question.ts';
import type { Sources } from './step.ts';
import type { FollowUps, StoredFollowUp } from './store.ts';
import { gatheredMs } from './take-step.ts';

export interface GuardDeps extends ActDeps {
  readonly followUps: Pick<FollowUps, 'readLetter' | 'save'>;
  readonly due: Pick<DueFollowUps, 'add' | 'remove'>;
  /** Asks Altinn what it knows of the letter; absent where there are no credentials for that. */
  readonly askAltinn?: AskAltinn | undefined;
  /** The queue `correspondence-events`: for what is learnt by asking. */
  readonly events: Pick<MessageQueue, 'send'>;
  /** Milliseconds. */
  readonly graceMs: number;
  /** From when on what is due is notified. */
  readonly since: () => Promise<string>;
  readonly maxWaitMs: number;
  /** For how long a released follow-up is left to its message. */
  readonly leaseMs: number;
  /** Takes no step, and loses none: what was released comes again when its lease is over. */
  readonly paused: boolean;
  readonly now?: () => Date;
}

/**
 * The guard: asks Altinn about a follow-up's letter where it can, and does what that calls for now. It notifies once for
 * each step, since only the holder of the lease acts and the claim is written before; after a crash in between, the step
 * is sent again under the same idempotency key.
 * @throws RetryableError when somebody else is at it; what storage throws
 */
export async function checkFollowUp(
  message: Message<FollowUpCheck>,
  deps: GuardDeps,
  context: ActContext,
): Promise<void> {
  const { followUps, askAltinn, now = () => new Date() } = deps;
  const { kind, correspondenceId, lease, askAt } = message.body;
  const read = async () => {
    const letter = await followUps.readLetter(correspondenceId);
    const followUp = letter.followUps.find((each) => each.kind === kind);
    if (!followUp) throw new NonRetryableError('there is no such follow-up');
    return { ...letter, followUp };
  };
  const before = await read();
  // A dead letter that was redriven has no lease to come again by.
  if (deps.paused && !lease) throw new RetryableError('follow-ups are paused');
  if (deps.paused || !holds(before.followUp, lease, deps.leaseMs, now())) return;
  const { state } = before.followUp;
  const isClosed = state === 'closed';
  // All have heard it, and a death left it due: then it is finished.
  const isOver = isClosed && untold(before.followUp).length === 0 && !before.followUp.dueAt;
  if (state === 'suppressed' || isOver) return;
  standBack(before.followUp, context.by, now());
  const carryOut = (followUp: StoredFollowUp, decision: Decision, sources: Sources) => {
    const { traceparent } = context;
    const held = new Held(followUp, { ...deps, plannedBy: deps.policy.hash, traceparent, now });
    return act(held, decision, sources, deps, context);
  };

  const statusBefore = deriveStatus(before.entries);
  const reason = suppressedBy(before.followUp, statusBefore);
  const leaveToDigest = (followUp: StoredFollowUp) => {
    const wait = { until: new Date(now().getTime() + gatheredMs), for: inDigest };
    return carryOut(followUp, { do: 'wait', ...wait }, { status: statusBefore, answer: undefined });
  };
  if (await isInDigest(before.followUp, deps)) return leaveToDigest(before.followUp);
  if (isClosed) {
    // By a person: those who were told of it are to hear that too.
    const { reason: byPerson = 'byPerson' } = before.followUp;
    const sources = { status: statusBefore, answer: undefined };
    return carryOut(before.followUp, { do: 'close', reason: byPerson }, sources);
  }
  if (reason) {
    await carryOut(before.followUp, { do: 'suppress', reason }, { status: statusBefore, answer: undefined });
    return forgetDispute(before.followUp, deps, context);
  }

  const heardAt = before.entries.map(({ receivedAt }) => receivedAt).concat(before.followUp.openedAt);
  // It waits for a new answer, so none that others share will do.
  if (before.followUp.waitingFor === unconfirmed) heardAt.push(now().toISOString());
  const question = {
    ...{ kind, correspondenceId, askAt },
    status: statusBefore,
    heardAt: heardAt.sort().at(-1) as string,
  };
  const answer = askAltinn && (await ask(askAltinn, question, context));
  // What was tracked while Altinn was asked counts too.
  const { entries, followUp: stored } = answer ? await read() : before;
  // Nor may anybody else have begun meanwhile.
  standBack(stored, context.by, now());
  if (stored.lease?.id !== before.followUp.lease?.id) throw new RetryableError('it was released meanwhile');
  // A person may have closed it while Altinn was asked.
  if (stored.state !== state) throw new RetryableError('the follow-up was changed meanwhile');
  // Nor may a digest have taken it in.
  if (answer && (await isInDigest(stored, deps))) return leaveToDigest(stored);
  const status = deriveStatus(entries);
  const followUp = withFact(undisputed(stored, answer), { status, answer }, deps.policy, now());
  if (answer?.is === 'known') {
    await enqueueLearnt(message.body, entries, answer, deps, message.traceparent);
  }
  const known = {
    facts: status.facts,
    answer,
    maxWaitMs: deps.maxWaitMs,
    graceMs: deps.graceMs,
    since: await deps.since(),
    policy: deps.policy,
  };
  const decision = decide(followUp, known, now());
  await carryOut(followUp, decision, { status, answer });
  if (followUp.state !== 'disputed' && decision.do !== 'dispute') await forgetDispute(stored, deps, context);
}

/** Asks Altinn, and says how that went. */
async function ask(askAltinn: AskAltinn, question: Question, { log, signal }: ActContext): Promise<Answer> {
  const beganAt = Math.max(Date.now(), Date.parse(question.askAt ?? '') || 0);
  const answer = await askAltinn(question, signal);
  log.signal('altinn.answered', { answer: answer.is, ms: Math.max(0, Date.now() - beganAt) });
  if (answer.is === 'silent' && answer.refused) {
    log.signal('token.refused', { fault: answer.refused, reason: answer.why });
  }
  return answer;
}

/** Its dead letter is of no use any more once Altinn has answered. */
async function forgetDispute(
  before: FollowUp,
  { deadLetters }: ActDeps,
  { queue }: ActContext,
): Promise<void> {
  if (before.state === 'disputed') await deadLetters.forget(queue, disputeOf(before));
}

/** Whether its message may be on its way with others: then it is for their digest to say what became of it. */
async function isInDigest({ gathered }: FollowUp, { gatherer }: GuardDeps): Promise<boolean> {
  if (!gathered?.digest || !gatherer) return false;
  return gatherer.isUnderWay(gathered.channel, gathered.digest);
}

/** A follow-up with what was learnt of it: when its fact happened, which resource it is of, and what Altinn said. */
function withFact(
  followUp: StoredFollowUp,
  { status, answer }: Sources,
  policy: GuardDeps['policy'],
  now: Date,
): StoredFollowUp {
  const { kind, history } = followUp;
  const resource = (answer?.is === 'known' && answer.resource) || status.resource || followUp.resource;
  const at = now.toISOString();
  return {
    ...followUp,
    factAt: factAtOf(followUp, { status, answer }, now, watchUntil(policy, kind, resource)),
    resource,
    history: answer ? noted(history, { at, what: 'checked', note: inWords(answer) }) : history,
  };
}

/** What Altinn answers about is disputed no longer. */
function undisputed(followUp: StoredFollowUp, answer: Answer | undefined): StoredFollowUp {
  if (followUp.state !== 'disputed' || (answer && answer.is !== 'known')) return followUp;
  return { ...followUp, state: followUp.notifiedAt ? 'notified' : 'open' };
}

/** Milliseconds after which a claim is taken over: its holder has died, since no step takes as long. */
const claimMs = 180_000;

/** @throws RetryableError while somebody else is acting on it */
function standBack({ claim }: FollowUp, by: string, now: Date): void {
  if (claim && claim.by !== by && now.getTime() - Date.parse(claim.at) < claimMs) {
    throw new RetryableError('somebody else is acting on the follow-up');
  }
}

/** Whether a message is the one that was released, or it is nobody's turn: of a dead letter that was redriven, say. */
function holds({ lease }: FollowUp, mine: string | undefined, leaseMs: number, now: Date): boolean {
  const leftMs = Date.parse(lease?.until ?? '') - now.getTime();
  // What is left must do for its work, of two and a half minutes.
  return !lease || leftMs <= 0 || (lease.id === mine && leftMs > Math.min(180_000, leaseMs / 5));
}

/** What Altinn told and the timeline does not have from it becomes an event as any other, once. */
async function enqueueLearnt(
  { kind, correspondenceId }: Pick<FollowUpCheck, 'kind' | 'correspondenceId'>,
  entries: readonly TimelineEntry[],
  answer: KnownAnswer,
  { events, now = () => new Date() }: GuardDeps,
  traceparent: string | undefined,
): Promise<void> {
  const known = new Set(entries.filter(({ via }) => via === 'asked').map(({ id }) => id));
  const { resource } = answer;
  const { knownBy } = deriveStatus(entries);
  const question = answer.question === 'list' ? 'list' : 'details';
  for (const { name, time: at } of learntFrom(kind, answer)) {
    const time = question === 'list' ? undefined : at;
    const event = askedEvent({ correspondenceId, name, question, time, resource });
    // Of a notification Altinn says when it last looked, and its events say when it was: those are kept.
    const fact = lookUp(event.type)?.fact;
    const isToldBetter = name.includes('notification') && fact !== undefined && knownBy[fact] === 'pull';
    if (known.has(event.id) || isToldBetter) continue;
    await events.send(eventMessage(event, { via: 'asked', enqueuedAt: now().toISOString(), traceparent }));
  }
}
