import { InvalidArgumentError } from 'commander';
import { utc } from '../../shared/events/time.ts';

/** Reads an option that is a date, midnight in UTC, or an RFC 3339 time. @returns it in UTC */
export function parseTime(text: string): string {
  const time = utc(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (!time)
    throw new InvalidArgumentError('It is a date or an RFC 3339 time. Example: 2026-11-01T08:00:00Z');
  return time;
}
