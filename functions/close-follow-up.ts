import { closeByPerson } from '../shared/follow-ups/people.ts';
import { type ActDeps, makeAct } from './act-on-follow-up.ts';

/** Closes a follow-up for good. */
export const makeCloseFollowUp = (deps: ActDeps) => makeAct('close', closeByPerson, deps);
