import { InvalidValue } from '../runtime/invalid-value.ts';

/** Whose events of a resource are pulled. */
export interface Whose {
  /** The recipient whose events alone can be seen; absent for a service owner, who sees all. */
  readonly subject?: string | undefined;
  /** The number of a recipient's subunit, where they are the subunit's. */
  readonly subunit?: string | undefined;
}

interface Client {
  readonly systemUserOrg?: string | undefined;
  readonly subunits?: readonly string[];
}

/**
 * Whose events have to be pulled, one pull each. Altinn compares a pull's `subject` exactly, so a subunit's events come
 * by the subunit's own, and a recipient's pull without one gives an empty list.
 * Source: Altinn/altinn-events, `getevents.sql`.
 */
export function whoseEvents({ systemUserOrg, subunits = [] }: Client): readonly Whose[] {
  if (!systemUserOrg) return [{}];
  const own = { subject: organizationUrn(systemUserOrg) };
  return [own, ...subunits.map((subunit) => ({ subject: organizationUrn(subunit), subunit }))];
}

/** An organization as the `subject` of an event. */
export function organizationUrn(number: string): string {
  return `urn:altinn:organization:identifier-no:${number}`;
}

/** Reads organization numbers separated by commas. @returns each once @throws InvalidValue */
export function parseSubunits(text: string): readonly string[] {
  const numbers = text.split(',').map((number) => number.trim());
  const wrong = numbers.find((number) => number && !/^\d{9}$/.test(number));
  // Not by its value: eleven digits are a person's.
  if (wrong) throw new InvalidValue('holds what is no organization number of nine digits');
  return [...new Set(numbers.filter(Boolean))];
}
