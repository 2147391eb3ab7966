import { toRedactedJson } from '../../runtime/redact.ts';
import type { Step } from './channel.ts';
import { namesPerson } from './clean.ts';

/** What a machine is sent of a step, as JSON. @param more what goes before it */
export function bodyOf(
  { type, timestamp, data }: Step,
  { includePersons, ...more }: { includePersons: boolean; id?: string; traceparent?: string | undefined },
): string {
  if (includePersons) return JSON.stringify({ ...more, type, timestamp, data });
  // In encoded form a person would not be noticed.
  const link = data.link !== undefined && namesPerson(data.link) ? undefined : data.link;
  return toRedactedJson({ ...more, type, timestamp, data: { ...data, link } });
}
