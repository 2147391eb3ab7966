import { reopen } from '../shared/follow-ups/people.ts';
import { type ActDeps, makeAct } from './act-on-follow-up.ts';

/** Opens a follow-up again. */
export const makeReopenFollowUp = (deps: ActDeps) => makeAct('reopen', reopen, deps);
