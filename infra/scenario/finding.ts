/** One line of the summary: a number, and what it was held against. */
export interface Finding {
  readonly what: string;
  readonly number: number;
  readonly against: string;
  /** What does not hold; nothing is as it should be. */
  readonly broken: readonly string[];
}

/** Says how many of them there are and names the first, if there are any. */
export function none(ids: Iterable<string>, what: string): string[] {
  const all = [...ids];
  return all.length === 0 ? [] : [`${all.length} ${what}, ${all[0]} for one`];
}

/** Says that two numbers differ, if they do. */
export function equal(number: number, expected: number, what: string): string[] {
  return number === expected ? [] : [`${what}: ${number}, and it should be ${expected}`];
}
