import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { absoluteUri } from '../../../shared/altinn/api/absolute-uri.ts';
import { checkSubscription } from '../../../shared/altinn/api/subscriptions.ts';

const read = (name: string) => readFileSync(join(import.meta.dirname, '../../fixtures', name), 'utf8');
const isRefused = (endPoint: string) =>
  checkSubscription({ endPoint, resourceFilter: 'urn:altinn:resource:x' }).some(
    ({ property }) => property === 'endPoint',
  );

/** What Altinn Events answered to each request when its own code was run: a verdict and the body. */
const verdicts = read('recorded/altinn-events/filter-verdicts.txt')
  .trim()
  .split('\n')
  .map((line) => {
    const [verdict = '', body = ''] = line.split('\t');
    return { verdict, sent: (JSON.parse(body) as { endPoint: string }).endPoint };
  });
const stored = verdicts.flatMap(({ verdict, sent }) => {
  const [, kept] = /^201 endpoint stored as (.*)$/.exec(verdict) ?? [];
  return kept === undefined ? [] : [[sent, kept] as const];
});
const refused = verdicts.filter(({ verdict }) => verdict.includes('invalid endpoint'));

/** What `Uri` of .NET 10 made of each address when it was run: its AbsoluteUri, or `null` where it took it for none. */
const uris = JSON.parse(read('dotnet-absolute-uris.json')) as [string, string | null][];
const taken = uris.filter((row): row is [string, string] => row[1] !== null);

describe('an address as Altinn stores it', () => {
  it('has a recording to go by', () => {
    expect([stored.length, refused.length]).toEqual([11, 3]);
    expect(taken.length).toBeGreaterThan(80);
  });

  it.each(stored)('is, of %j, the recorded %j', (sent, kept) => {
    expect(absoluteUri(sent)).toBe(kept);
    expect(absoluteUri(kept)).toBe(kept);
  });

  it.each(taken)("is, of %j, .NET's %j", (address, uri) => {
    expect(absoluteUri(address)).toBe(uri);
    expect(absoluteUri(uri)).toBe(uri);
  });

  it.each([
    ...refused.map(({ sent }) => sent),
    ...uris.flatMap(([address, uri]) => (uri === null ? [address] : [])),
  ])('is none of %j, which is refused before the call', (address) => {
    expect(absoluteUri(address)).toBe(address);
    expect(isRefused(address)).toBe(true);
  });

  it.each([
    ['a key in lower-case escapes', 'https://a.no/x?code=%3d', 'https://a.no/x?code=%3D'],
    ['the case of a path', 'https://a.no/X', 'https://a.no/x'],
    ['another port', 'https://a.no:8443/x', 'https://a.no/x'],
    ['a slash at the end', 'https://a.no/x/', 'https://a.no/x'],
    ['an encoded slash', 'https://a.no/x%2Fy', 'https://a.no/x/y'],
    ['a question mark with nothing behind it', 'https://a.no/x?', 'https://a.no/x'],
    ['a fragment', 'https://a.no/x#y', 'https://a.no/x'],
    ['Punycode', 'https://bücher.no/x', 'https://xn--bcher-kva.no/x'],
    ['a full stop behind the host', 'https://a.no./x', 'https://a.no/x'],
  ])('tells apart by %s', (_, one, other) => {
    expect(absoluteUri(one)).not.toBe(absoluteUri(other));
  });

  it('is its own form, for every address', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '/',
        '?',
        '#',
        '%',
        '%7e',
        '%2e',
        '..',
        '.',
        '%41',
        '%C3%A6',
        '%c3',
        '%a6',
        '%3d',
        '\\',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const once = absoluteUri(`https://A.no/${pieces.join('')}`);
        expect(absoluteUri(once)).toBe(once);
        expect(once).toMatch(/^https:\/\/a\.no\/[!#-;=?-Z[\]_a-z~]*$/);
      }),
    );
  });
});
