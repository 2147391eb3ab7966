import type { Facts } from '../simulator/correspondence/truth.ts';
import type { LoggedEvent } from '../simulator/events/event-log.ts';
import { type EventName, eventTypes } from '../simulator/events/event-types.ts';
import type { Forgery } from './forger.ts';

export type About = { readonly kind: string; readonly correspondenceId: string };

export function followUpId({ kind, correspondenceId }: About): string {
  return `${kind}-${correspondenceId}`;
}

/** The follow-up that a forged event opens; none for one that opens none. */
export function forgedFollowUp({ name, correspondenceId }: Forgery): string {
  const kind = /receivernever(read|confirmed)$/.exec(name)?.[1];
  return kind ? followUpId({ kind: `never-${kind}`, correspondenceId }) : '';
}

export function isDisputed(forgery: Forgery): boolean {
  return !forgery.exists && forgery.acknowledged && forgedFollowUp(forgery) !== '';
}

/** What a status says of facts, by any name. */
export type Known = { readonly facts: Facts['facts']; readonly knownBy: Facts['facts'] };

/** When each fact became so, whether it was told or lost. */
export function timesOf(published: readonly LoggedEvent[]): ReadonlyMap<string, Facts['facts']> {
  const times = new Map<string, Record<string, string>>();
  for (const { name, event, copyOf } of published) {
    if (copyOf || !(name in eventTypes)) continue;
    const { fact } = eventTypes[name as EventName];
    const before = times.get(event.resourceinstance);
    if (before) before[fact] ??= event.time;
    else times.set(event.resourceinstance, { [fact]: event.time });
  }
  return times;
}

/** Eleven digits on their own: what may be a national identity number, and never part of a GUID. */
export function mayNamePerson(text: string): boolean {
  return /(?<![\da-f])\d{11}(?![\da-f])/i.test(text);
}

export function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return groups;
}
