import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logTo, messageOf } from '../../../shared/runtime/log.ts';

function start() {
  const lines: string[] = [];
  const at = (level: string) => (line: string) => void lines.push(`${level}: ${line}`);
  return { lines, log: logTo({ info: at('info'), warn: at('warn'), error: at('error') }) };
}

describe('logTo', () => {
  it('writes what happened and the fields, at the level', () => {
    const { lines, log } = start();
    log.info('tracked', { type: 't', attempt: 1, again: false, absent: undefined });
    log.warn('retried');
    log.error('dead-lettered', { reason: 'two words' });
    expect(lines).toEqual([
      'info: tracked type=t attempt=1 again=false',
      'warn: retried',
      'error: dead-lettered reason=two words',
    ]);
  });

  it.each([
    '13845678914',
    '138456 78914',
    'urn:altinn:person:idporten-email:kari@example.no',
    'urn:altinn:person:legacy-selfidentified:kari',
  ])('names nobody: %s', (value) => {
    const { lines, log } = start();
    log.warn(`of ${value}`, { subject: value });
    expect(lines[0]).not.toMatch(/\d{6}|kari/);
  });

  it('keeps the id of a letter', () => {
    const { lines, log } = start();
    log.info('tracked', { id: '12345678-1234-1234-1234-123456789012' });
    expect(lines).toEqual(['info: tracked id=12345678-1234-1234-1234-123456789012']);
  });

  it('writes one line, of bounded length, whatever it is given', () => {
    const breaks = /[\p{Cc}\u2028\u2029]/u;
    const nasty = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.constantFrom('\n', '\r', '\u2028', '\u2029', '\u0085', '\u001b[31m', 'x'), {
          maxLength: 50,
        })
        .map((all) => all.join('')),
      fc.integer({ min: 200, max: 40_000 }).map((length) => 'x'.repeat(length)),
    );
    fc.assert(
      fc.property(nasty, nasty, (what, value) => {
        const { lines, log } = start();
        log.error(what, { value });
        expect(lines).toHaveLength(1);
        expect(lines[0]).not.toMatch(breaks);
        expect(lines[0]?.length).toBeLessThan(700);
      }),
    );
  });

  it('names nobody whose number was broken over two lines', () => {
    const { lines, log } = start();
    log.info('received', { text: '138456\n78914' });
    expect(lines[0]).not.toMatch(/138456|78914/);
  });

  it('names nobody whose number is cut at the end', () => {
    const { lines, log } = start();
    log.info('received', { text: `${'x'.repeat(292)}:13845678914` });
    expect(lines[0]).not.toContain('138456');
  });
});

describe('messageOf', () => {
  it.each<[unknown, string]>([
    [new Error('first line\nsecond line'), 'first line'],
    [Object.assign(new Error(''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    [new AggregateError([new Error('a')]), 'AggregateError'],
    [new TypeError(''), 'TypeError'],
    ['thrown text', 'thrown text'],
    [undefined, 'undefined'],
    [null, 'null'],
    [7, '7'],
  ])('of %j is %j', (error, message) => {
    expect(messageOf(error)).toBe(message);
  });
});
