/** From `from` up to, and without, `to`: RFC 3339 in UTC, to the millisecond. */
export interface Window {
  readonly from: string;
  readonly to: string;
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Milliseconds that publication may come after the time for which it was asked. Altinn's list goes by the latter, which
 * no event has, so a window that is meant by time of publication begins so much earlier. A letter that was published
 * later still than that is found by the audit of another day; one for which a time long past was given, by none.
 */
const lateMs = 6 * 60 * 60 * 1000;

/** The window for the letters that were published on a day, in UTC. @param day its first moment */
export function publishedOn(day: Date): Window {
  return published(day.getTime(), day.getTime() + dayMs);
}

/** The window in which publication was asked for of all letters that were published from one time to another. */
export function published(from: number, to: number): Window {
  return windowOf(from - lateMs, to);
}

/**
 * Two parts that have no instant in common; `undefined` for a millisecond, the least that is told apart.
 * @param at where a page ends that is full, in milliseconds since 1970: what is later is on it. The middle by default
 */
export function divide({ from, to }: Window, at?: number): readonly [Window, Window] | undefined {
  const [first, last] = [Date.parse(from), Date.parse(to)];
  if (last - first <= 1) return undefined;
  const page = Math.floor(at ?? Number.NaN);
  const cut = [page + 1, page].find((cut) => cut > first && cut < last) ?? Math.floor((first + last) / 2);
  return [windowOf(first, cut), windowOf(cut, last)];
}

/**
 * The window as Altinn's list takes it, which includes neither of its bounds: the first is a microsecond earlier, the
 * least that Altinn's database tells apart.
 */
export function boundsOf({ from, to }: Window): Window {
  const before = new Date(Date.parse(from) - 1).toISOString();
  return { from: before.replace('Z', '999Z'), to };
}

function windowOf(from: number, to: number): Window {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}
