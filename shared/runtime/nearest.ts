/** Slips of the finger that a name may have and still be known: none in a short one, which would be another. */
const maxSlipsOf = (text: string) => Math.min(2, Math.floor(text.length / 3));

/** A name's letters and digits alone, in lower case. */
export const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/**
 * The name that one is meant to be: the one that it is the fewest slips from, two at the most, whatever its case and what
 * stands between its letters; `undefined` where there is none.
 */
export function nearest(written: string, names: readonly string[]): string | undefined {
  const text = plain(written);
  for (let slips = 0; slips <= maxSlipsOf(text); slips++) {
    const near = names.find((name) => isWithin(slips, text, plain(name)));
    if (near !== undefined) return near;
  }
  return undefined;
}

/** Whether that many letters, missing, too many or others, are all that differs: an edit distance with a bound. */
function isWithin(slips: number, a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > slips) return false;
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  if (same === a.length && same === b.length) return true;
  if (slips === 0) return false;
  const [from, to] = [a.slice(same), b.slice(same)];
  const [next, nextTo] = [from.slice(1), to.slice(1)];
  return (
    isWithin(slips - 1, next, nextTo) || isWithin(slips - 1, next, to) || isWithin(slips - 1, from, nextTo)
  );
}
