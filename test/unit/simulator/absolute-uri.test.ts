import { expect, it } from 'vitest';
import { absoluteUri } from '../../../infra/simulator/subscriptions/absolute-uri.ts';

// Taken from what Altinn Events stored, but for the last ones: those are .NET's documentation.
it.each([
  ['https://a.no/x?code=abc%3D%3D&b=%2Bc+d%20e', 'https://a.no/x?code=abc%3D%3D&b=%2Bc+d%20e'],
  ['https://A.NO:443/a/../b/%7Eq/%2e%2e/c?x=%7E%2D%5F', 'https://a.no/b/c?x=~-_'],
  [
    'HTTPS://LOCALHOST:8443/a b/%7Eø?x=å&y=%2f#frag',
    'https://localhost:8443/a%20b/~%C3%B8?x=%C3%A5&y=%2f#frag',
  ],
  ['https://user:pw@a.no/x', 'https://user:pw@a.no/x'],
  ['https://æøå.no/x', 'https://æøå.no/x'],
  [' https://a.no/x ', 'https://a.no/x'],
  ['https://a.no', 'https://a.no/'],
  ['https://a.no?x=1', 'https://a.no/?x=1'],
  ['https://10.0.0.1/x', 'https://10.0.0.1/x'],
  ['https://a.no/x#s3cret', 'https://a.no/x#s3cret'],
  ['http://a.no:80/x', 'http://a.no/x'],
  ['https://a.no/100%/y', 'https://a.no/100%25/y'],
])('%s is stored as %s, and that stays as it is', (address, stored) => {
  expect(absoluteUri(address)).toBe(stored);
  expect(absoluteUri(stored)).toBe(stored);
});

it.each(['', '/x', '//a.no/x', 'https:/a.no/x', 'not a uri at all', 'a.no/x', 'https://'])(
  '%s is no absolute address',
  (address) => {
    expect(absoluteUri(address)).toBeUndefined();
  },
);
