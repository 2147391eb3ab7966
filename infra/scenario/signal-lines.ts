/** A line of the receiver's log that is a signal. */
export interface SignalLine {
  /** The function that wrote it. */
  readonly source: string;
  readonly name: string;
  readonly fields: Readonly<Record<string, string>>;
}

const line = /^\S+ (?:information|warning|error) (\S+) ([a-z-]+\.[a-z-]+)((?: \w+=(?:"[^"]*"|\S+))*)$/;

/** The signals in all that a receiver printed, read from the form of the line alone. */
export function signalLines(output: string): SignalLine[] {
  return output.split('\n').flatMap((text) => {
    const [, source = '', name, rest = ''] = line.exec(text) ?? [];
    if (!name) return [];
    const pairs = [...rest.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g)];
    return { source, name, fields: Object.fromEntries(pairs.map(([, key, a, b]) => [key, a ?? b])) };
  });
}
