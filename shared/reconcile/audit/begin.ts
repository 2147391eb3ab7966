import { settles } from '../../events/catalogue.ts';
import { eventOf, type Role, statusesFor } from './statuses.ts';
import type { AuditTask } from './task.ts';
import { ages, dayBack, publishedOn, type Window } from './window.ts';

/** The first part of an audit of a window: all of it. Halves come of it where there are many letters. */
export function beginAudit(audit: string, resource: string, { from, to }: Window, role: Role): AuditTask {
  return { audit, resource, from, to, statuses: [...statusesFor(role)], crowded: [] };
}

/**
 * A night's audits of a resource, one for each age of letters: a letter's facts come over weeks, and what is missing is
 * found a day, a week, a month and a quarter after its publication. The same on one day, however often it is begun.
 */
export function nightlyAudits(resource: string, role: Role, now: Date): AuditTask[] {
  const today = now.toISOString().slice(0, 10);
  return ages.map((age) => beginAudit(`${today}-${age}`, resource, dayBack(age, now), role));
}

/** An audit of what settles follow-ups alone, of the letters that were published on a day, `2026-11-21`, in UTC. */
export function settlingAudit(resource: string, day: string, role: Role): AuditTask {
  const whole = beginAudit(`due-${day}`, resource, publishedOn(new Date(day)), role);
  return { ...whole, statuses: whole.statuses.filter((status) => settles(eventOf(status).fact)) };
}
