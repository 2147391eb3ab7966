import type { LetterTruth } from '../simulator/correspondence/truth.ts';
import type { Counters } from '../simulator/counters.ts';
import type { LoggedEvent } from '../simulator/events/event-log.ts';
import type { Question } from './questions.ts';
import type { Stage } from './stage.ts';
import { countMessages, readStored, type Stored } from './stored.ts';
import type { Call } from './webhook.ts';

/** What a story leaves behind: Altinn's side, storage as it is, and what the case system heard. */
export interface Evidence {
  readonly truth: readonly LetterTruth[];
  /** What became of each event that Altinn published. */
  readonly published: readonly LoggedEvent[];
  readonly counters: Readonly<Counters>;
  readonly stored: Stored;
  /** On all queues. */
  readonly messagesLeft: number;
  readonly calls: readonly Call[];
  readonly faults: readonly string[];
  readonly questions: ReadonlyMap<string, readonly Question[]>;
  /** The ids of the acknowledged events that are about no letter of ours. */
  readonly strangers: readonly string[];
  /** In milliseconds since 1970. */
  readonly kills: readonly number[];
  /** Lines of the receiver's output that may name a person. */
  readonly leaks: number;
  readonly cameToRest: boolean;
}

export async function gather(
  { simulator, storage, caseSystem, questions, app }: Stage,
  rest: Pick<Evidence, 'strangers' | 'cameToRest'>,
): Promise<Evidence> {
  return {
    ...rest,
    truth: simulator.truth(),
    published: simulator.log.all(),
    counters: { ...simulator.counters },
    stored: await readStored(storage),
    messagesLeft: await countMessages(storage),
    calls: [...caseSystem.calls],
    faults: [...caseSystem.faults],
    questions: questions.byLetter,
    kills: [...app.kills],
    leaks: app.leaks,
  };
}
