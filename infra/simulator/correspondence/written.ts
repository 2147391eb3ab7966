import { fraction } from '../chance.ts';

/**
 * A time as Altinn Correspondence writes it: to the microsecond, with an offset. What is not in the database yet has a
 * seventh digit. The digits below a millisecond are drawn by what the time is of.
 *
 * @example written(0, ['x'], 6) // '1970-01-01T00:00:00.000871+00:00'
 */
export function written(
  milliseconds: number,
  of: readonly (string | number)[],
  digits: 3 | 6 | 7 = 6,
): string {
  const drawn = String(Math.floor(fraction('written', ...of) * 10_000)).padStart(4, '0');
  const second = new Date(milliseconds).toISOString().slice(0, -1);
  return `${(second + drawn).slice(0, 20 + digits).replace(/\.?0+$/, '')}+00:00`;
}
