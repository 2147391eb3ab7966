import { toRedactedJson } from '../../runtime/redact.ts';
import type { Step } from './channel.ts';

/** What a machine is sent of a step, as JSON. @param more what goes before it */
export function bodyOf(
  { type, timestamp, data }: Step,
  { includePersons, ...more }: { includePersons: boolean; id?: string; traceparent?: string | undefined },
): string {
  return (includePersons ? JSON.stringify : toRedactedJson)({ ...more, type, timestamp, data });
}
