import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactPersons, toRedactedJson } from '../../../shared/runtime/redact.ts';
import { eventOf, letters } from '../../support/fixture.ts';

const mask = '***********';

describe('redactPersons', () => {
  it.each([
    ['13845678914', mask],
    ['138456 78914', mask],
    ['138456-78914', mask],
    ['/person/13845678914', `/person/${mask}`],
    ['a13845678914b', `a${mask}b`],
    ['13845678914 and 41845678914', `${mask} and ${mask}`],
    ['13845678914,41845678914', `${mask},${mask}`],
    ['"13845678914"', `"${mask}"`],
    ['urn:altinn:person:identifier-no:13845678914', `urn:altinn:person:identifier-no:${mask}`],
    ['URN:ALTINN:PERSON:IDENTIFIER-NO:13845678914', `URN:ALTINN:PERSON:IDENTIFIER-NO:${mask}`],
    ['urn:altinn:person:idporten-email:kari@example.no', `urn:altinn:person:idporten-email:${mask}`],
    ['urn:altinn:person:idporten-email:a b\nc@example.no', `urn:altinn:person:idporten-email:${mask}`],
    [
      'urn:altinn:person:legacy-selfidentified:kari_nordmann',
      `urn:altinn:person:legacy-selfidentified:${mask}`,
    ],
    ['urn:altinn:person:new-kind:x', `urn:altinn:person:new-kind:${mask}`],
    ['5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90/13845678914', `5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90/${mask}`],
    [
      'urn%3Aaltinn%3Aperson%3Aidentifier-no%3A13845678914',
      `urn%3Aaltinn%3Aperson%3Aidentifier-no%3A${mask}`,
    ],
  ])('hides who %j is', (value, masked) => {
    expect(redactPersons(value)).toBe(masked);
  });

  it.each([
    '',
    '123456789',
    '1384567891',
    'urn:altinn:organization:identifier-no:310654321',
    '/organisation/123456789',
    '/party/50015641',
    'urn:altinn:partyid:50015641',
    'urn:altinn:party:uuid:9c1d2f8e-1a2b-4c3d-8e4f-0a1b2c3d4e5f',
    '12345678-1234-1234-1234-123456789012',
    '00000013-8456-7891-4000-138456789140',
    'never-read-12345678-1234-1234-1234-123456789012-opened',
    '2026-08-19T06:00:03.4817266Z',
    'urn:altinn:resource:brev-fra-etaten',
    'urn:altinn:person',
  ])('leaves %j as it is', (value) => {
    expect(redactPersons(value)).toBe(value);
  });

  it('leaves every GUID as it is, in any casing', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), (a, b) => {
        const text = `${a} ${b.toUpperCase()}/never-read-${a}-opened`;
        expect(redactPersons(text)).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });

  it('leaves no number of eleven digits, wherever it stands', () => {
    const around = fc.string().filter((text) => !/\d/.test(text));
    const digits = (length: number) => fc.stringMatching(new RegExp(`^\\d{${length}}$`));
    fc.assert(
      fc.property(
        around,
        digits(6),
        fc.constantFrom('', ' ', '-'),
        digits(5),
        around,
        (a, birth, between, rest, b) => {
          const masked = redactPersons(`${a}${birth}${between}${rest}${b}`);
          expect(masked).not.toContain(birth);
          expect(masked.startsWith(a)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is the same the second time', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(redactPersons(redactPersons(text))).toBe(redactPersons(text));
      }),
    );
  });

  it('hides a number divided by a no-break space', () => {
    expect(redactPersons('138456\u00a078914')).toBe(mask);
  });

  it('takes milliseconds for a text as long as a body can be', () => {
    const start = performance.now();
    for (const part of ['urn:altinn:person:', 'urn:altinn:person:a', '0', '123456 ', 'a-', 'aaaaaaaa-'])
      redactPersons(part.repeat(32_768 / part.length));
    expect(performance.now() - start).toBeLessThan(300);
  });
});

describe('toRedactedJson', () => {
  it.each(letters)('writes %s without a person', (name) => {
    const text = toRedactedJson(eventOf(name));
    expect(text).not.toMatch(/(?<!\d)\d{11}(?!\d)/);
    expect(text).not.toMatch(/kari/i);
    expect(JSON.parse(text)).toMatchObject({ id: eventOf(name).id, type: eventOf(name).type });
  });

  it('masks each text by itself, at any depth', () => {
    const written = toRedactedJson({
      a: 'urn:altinn:person:x:y',
      b: ['13845678914', { c: 'kept' }],
      d: 7,
      e: null,
    });
    expect(JSON.parse(written)).toEqual({
      a: `urn:altinn:person:x:${mask}`,
      b: [mask, { c: 'kept' }],
      d: 7,
      e: null,
    });
  });
});
