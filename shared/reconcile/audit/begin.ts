import { publishedOn, type Window } from '../../altinn/api/list-window.ts';
import type { Role } from '../../altinn/role.ts';
import type { Whose } from '../../altinn/whose.ts';
import { settles } from '../../events/catalogue.ts';
import { eventOf, statusesFor } from './statuses.ts';
import type { AuditTask } from './task.ts';

/** How many days back the letters are that a night's audit asks for. */
const ages = [1, 7, 30, 90] as const;

const dayMs = 24 * 60 * 60 * 1000;

/** The day, in UTC, that lies so many days back. */
export function dayBack(age: number, now: Date): Window {
  return publishedOn(new Date((Math.floor(now.getTime() / dayMs) - age) * dayMs));
}

/** Of which letters an audit is. */
interface Whole {
  /** A URN. */
  readonly resource: string;
  readonly role: Role;
  readonly whose?: Whose | undefined;
}

/** The first part of an audit of a window: all of it. Halves come of it where there are many letters. */
export function beginAudit(name: string, { from, to }: Window, { resource, role, whose }: Whole): AuditTask {
  const subunit = whose?.subunit;
  const audit = subunit ? `${name}-${subunit}` : name;
  return { audit, resource, subunit, from, to, statuses: [...statusesFor(role)], crowded: [] };
}

/**
 * A night's audits of a resource, one for each age of letters: a letter's facts come over weeks, and what is missing is
 * found a day, a week, a month and a quarter after its publication. The same on one day, however often it is begun.
 */
export function nightlyAudits(whole: Whole, now: Date): AuditTask[] {
  const today = now.toISOString().slice(0, 10);
  return ages.map((age) => beginAudit(`${today}-${age}`, dayBack(age, now), whole));
}

/** An audit of what settles follow-ups alone, of the letters that were published on a day, `2026-11-21`, in UTC. */
export function settlingAudit(day: string, whole: Whole): AuditTask {
  const audit = beginAudit(`due-${day}`, publishedOn(new Date(day)), whole);
  return { ...audit, statuses: audit.statuses.filter((status) => settles(eventOf(status).fact)) };
}
