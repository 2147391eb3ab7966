import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CloudEvent } from '../../shared/events/cloud-event.ts';

const folder = join(import.meta.dirname, '../fixtures');

export const seeds = ['seed-published-2024', 'seed-published-2026', 'seed-published-norwegian'] as const;
export const validations = ['seed-validation-2024', 'seed-validation-2025'] as const;
/** Dialogporten's, on the resource of the letters. */
export const others = ['dialog-created'] as const;
export const letters = [
  'subject-person',
  'subject-organization',
  'subject-idporten-email',
  'subject-self-identified',
  'subject-party-id',
  'subject-party-uuid',
  'subject-old-party',
  'subject-absent',
  'unknown-type',
  'unknown-attributes',
  'odd-casing',
  'time-absent',
  'attachment-published',
  'notification-created',
] as const;

/** A fixture's bytes, as they would come in a request. */
export function bytesOf(name: string): Buffer {
  return readFileSync(join(folder, `${name}.json`));
}

export function eventOf(
  name: (typeof seeds | typeof validations | typeof letters | typeof others)[number],
): CloudEvent {
  return JSON.parse(bytesOf(name).toString());
}

export function eventsOf(name: 'pair-published'): CloudEvent[] {
  return JSON.parse(bytesOf(name).toString());
}
