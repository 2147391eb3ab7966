/** One line of the summary: a number, and what it was held against. */
export interface Finding {
  readonly what: string;
  readonly number: number;
  readonly against: string;
  /** What does not hold; nothing is as it should be. */
  readonly broken: readonly string[];
}

type Wrongs = Record<string, readonly ({ id: string } | string)[] | { is: number; shouldBe: number }>;

/**
 * Makes a finding, and says what is broken.
 * @param wrongs by what is wrong: those of whom it is so, or a number that should be another
 */
export function finding(what: string, number: number, against: string, wrongs: Wrongs): Finding {
  const broken = Object.entries(wrongs).flatMap(([wrong, those]) => {
    if ('is' in those)
      return those.is === those.shouldBe ? [] : [`${wrong}: ${those.is}, and it should be ${those.shouldBe}`];
    const [first = ''] = those;
    const one = typeof first === 'string' ? first : first.id;
    return those.length === 0 ? [] : [`${those.length} ${wrong}, ${one} for one`];
  });
  return { what, number, against, broken };
}

/** The findings as a table. */
export function summary(findings: readonly Finding[]): string {
  const rows = findings.map(({ number, broken, ...rest }) => {
    return { ...rest, number: String(number), holds: broken.length === 0 ? 'holds' : 'BROKEN' };
  });
  const all = [{ holds: '', what: 'what', number: 'number', against: 'checked against' }, ...rows];
  const width = (column: 'what' | 'number') => Math.max(...all.map((row) => row[column].length));
  const [left, right] = [width('what'), width('number')];
  return all
    .map(({ holds, what, number, against }) =>
      [holds.padEnd(6), what.padEnd(left), number.padStart(right), against].join('  '),
    )
    .join('\n');
}
