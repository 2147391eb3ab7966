import type { HttpHandler, HttpMethod } from '@azure/functions';
import type { ListDeps } from '../shared/follow-ups/list-live.ts';
import type { FollowUps } from '../shared/follow-ups/store.ts';
import type { ActDeps } from './act-on-follow-up.ts';
import { makeCloseFollowUp } from './close-follow-up.ts';
import { makeListFollowUps } from './list-follow-ups.ts';
import { makeReadFollowUp } from './read-follow-up.ts';
import { makeReopenFollowUp } from './reopen-follow-up.ts';
import { makeSnoozeFollowUp } from './snooze-follow-up.ts';

interface Registration {
  readonly method: HttpMethod;
  readonly route: string;
  readonly handler: HttpHandler;
}

/** What case workers, and their systems, see of follow-ups and do about them. */
export function composePeople(
  deps: ActDeps & ListDeps & { readonly followUps: FollowUps },
): Record<string, Registration> {
  const one = 'follow-ups/{id}';
  return {
    'list-follow-ups': { method: 'GET', route: 'follow-ups', handler: makeListFollowUps(deps) },
    'read-follow-up': { method: 'GET', route: one, handler: makeReadFollowUp(deps) },
    'close-follow-up': { method: 'POST', route: `${one}/close`, handler: makeCloseFollowUp(deps) },
    'snooze-follow-up': { method: 'POST', route: `${one}/snooze`, handler: makeSnoozeFollowUp(deps) },
    'reopen-follow-up': { method: 'POST', route: `${one}/reopen`, handler: makeReopenFollowUp(deps) },
  };
}
