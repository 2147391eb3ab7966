import type { Finding } from './finding.ts';

/** The findings as a table. */
export function summary(findings: readonly Finding[]): string {
  const rows = findings.map(({ what, number, against, broken }) => [
    broken.length === 0 ? 'holds' : 'BROKEN',
    what,
    String(number),
    against,
  ]);
  const header = ['', 'what', 'number', 'checked against'];
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => (row[column] as string).length)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column === 2 ? cell.padStart(widths[2] as number) : cell.padEnd(widths[column] as number),
      )
      .join('  ')
      .trimEnd();
  return [line(header), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}
