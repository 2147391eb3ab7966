import { snooze } from '../shared/follow-ups/people.ts';
import { type ActDeps, makeAct } from './act-on-follow-up.ts';

/** Puts a follow-up off. */
export const makeSnoozeFollowUp = (deps: ActDeps) => makeAct('snooze', snooze, deps);
