const rfc3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d{2}:\d{2})$/;

/**
 * A time of day and date as RFC 3339 writes it, in UTC and with up to nine digits of its fraction
 * as they were written (Altinn sends 0 to 7, more than `Date` holds); `undefined` when it is no such time.
 *
 * @example utc('2026-02-01T13:00:00.1234567+01:00') // '2026-02-01T12:00:00.1234567Z'
 */
export function utc(text: string): string | undefined {
  const [, date, clock, fraction, offset] = rfc3339.exec(text) ?? [];
  if (!date || !clock || !offset) return undefined;
  const seconds = Date.parse(`${date}T${clock}${offset.toUpperCase()}`);
  // Date.parse lets 30 February pass as 1 March.
  if (Number.isNaN(seconds) || Number.isNaN(Date.parse(date)) || !sameDay(date)) return undefined;
  const whole = new Date(seconds).toISOString().slice(0, 19);
  // An offset may lead out of the four-digit years.
  if (!/^\d{4}-/.test(whole)) return undefined;
  return fraction ? `${whole}.${fraction}Z` : `${whole}Z`;
}

function sameDay(date: string): boolean {
  return new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);
}

/** Orders two times given by {@link utc}, to the last digit of their fractions: negative when `a` is earlier. */
export function compareTimes(a: string, b: string): number {
  const [x, y] = [sortKey(a), sortKey(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** `2026-02-01T12:00:00.5Z` and `…:00Z` compare as text once both are without `Z` and have a fraction without trailing zeros. */
function sortKey(time: string): string {
  const [whole = '', fraction = ''] = time.slice(0, -1).split('.');
  return `${whole}.${fraction.replace(/0+$/, '')}`;
}
