/**
 * Reads a line as KQL's `parse-kv` does with a blank between pairs, `=` within them and `"` around values: what is no
 * pair is passed over, and the first of a name counts. Source: Microsoft, "parse-kv operator".
 */
export function readPairs(line: string): Readonly<Record<string, string>> {
  const pairs: Record<string, string> = {};
  for (const [, name, quoted, plain = ''] of line.matchAll(
    /(?<=^| )([^\s="]+)=(?:"([^"]*)"|([^ ]*))|[^ ]+/g,
  )) {
    if (name && !(name in pairs)) pairs[name] = (quoted ?? plain).trim();
  }
  return pairs;
}
