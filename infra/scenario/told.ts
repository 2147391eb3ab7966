import { eachAtOnce } from '../../shared/runtime/at-once.ts';
import { type About, followUpId } from './look-up.ts';
import type { Receiver } from './receiver.ts';

/** What the receiver answers about a follow-up. */
export interface Told {
  readonly followUpId: string;
  readonly state: string;
  readonly history: readonly {
    readonly at: string;
    readonly what: string;
    readonly channel?: string;
    readonly step?: string;
  }[];
}

/** How many are asked about at the same moment. */
const atOnce = 8;

/** Asks the receiver about each follow-up; what it does not answer is missing. */
export async function readTold(
  followUps: readonly About[],
  receiver: Pick<Receiver, 'ask'>,
): Promise<Told[]> {
  const told: Told[] = [];
  await eachAtOnce(followUps, atOnce, async (about) => {
    const answer = await receiver.ask(`follow-ups/${followUpId(about)}`);
    if (answer) told.push(answer as Told);
  });
  return told;
}
