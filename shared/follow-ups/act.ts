import type { DeadLetters } from '../queue/dead-letters.ts';
import { type Decision, looksMs, unconfirmed } from './decide.ts';
import type { DeliverContext } from './deliver.ts';
import { disputeOf } from './dispute.ts';
import type { Held } from './held.ts';
import { noted } from './history.ts';
import type { Sources } from './step.ts';
import { type StepDeps, takeStep } from './take-step.ts';
import { tellClosing } from './tell-closing.ts';

export interface ActDeps extends StepDeps {
  readonly deadLetters: Pick<DeadLetters, 'add' | 'forget'>;
}

export interface ActContext extends DeliverContext {
  /** The name of the queue that the message is from. */
  readonly queue: string;
}

/** Carries out what was decided about a follow-up. */
export async function act(
  held: Held,
  decision: Decision,
  sources: Sources,
  deps: ActDeps,
  context: ActContext,
): Promise<void> {
  const { log } = context;
  const { kind, correspondenceId: id, waitingFor, history } = held.followUp;
  if (waitingFor === unconfirmed && (decision.do === 'step' || decision.do === 'look')) {
    log.signal('follow-up.not-borne-out', { kind, id });
  }
  switch (decision.do) {
    case 'wait':
      tellWait(held, decision, context);
      return held.wait(decision.until, decision);
    case 'look':
      return held.finish({}, decision.at, 'later');
    case 'dispute':
      return dispute(held, decision.why, deps, context);
    case 'suppress': {
      const { reason } = decision;
      const at = held.now();
      await held.finish({
        state: 'suppressed',
        reason,
        closedAt: at,
        gathered: undefined,
        history: noted(history, { at, what: 'suppressed', note: reason }),
      });
      return log.signal('follow-up.suppressed', { kind, id, reason });
    }
    case 'step':
      return takeStep(held, decision, sources, deps, context);
    case 'close':
      return tellClosing(held, decision.reason, sources, deps, context);
  }
}

function tellWait(
  held: Held,
  { until, for: reason, isSilent }: Extract<Decision, { do: 'wait' }>,
  { log }: ActContext,
): void {
  const { kind, correspondenceId: id, silentSince } = held.followUp;
  if (!isSilent) {
    log.signal('follow-up.early', { kind, id, until: until.toISOString(), reason });
    return;
  }
  const waitedMs = silentSince ? Date.parse(held.now()) - Date.parse(silentSince) : 0;
  const waitedSeconds = Math.round(waitedMs / 1_000);
  log.signal('follow-up.waiting', { kind, id, waitedSeconds, reason: reason ?? '' });
}

async function dispute(
  held: Held,
  why: string,
  { deadLetters }: ActDeps,
  { queue, log }: ActContext,
): Promise<void> {
  const { followUp } = held;
  const { kind, correspondenceId: id, openedAt, history } = followUp;
  await deadLetters.add(queue, disputeOf(followUp), why);
  log.signal('follow-up.disputed', { kind, id, reason: why });
  const at = held.now();
  const next = looksMs
    .map((ms) => new Date(Date.parse(openedAt) + ms))
    .find((each) => each.toISOString() > at);
  await held.finish(
    { state: 'disputed', history: noted(history, { at, what: 'disputed', note: why }) },
    next,
    'later',
  );
}
