import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageOf } from '../../../shared/runtime/message-of.ts';
import { signals } from '../../../shared/signals/declared.ts';
import { logTo } from '../../../shared/signals/log.ts';
import { newTraceparent, traceIdOf } from '../../../shared/signals/trace.ts';

function start() {
  const lines: string[] = [];
  const at = (level: string) => (line: string) => void lines.push(`${level}: ${line}`);
  return { lines, log: logTo({ info: at('info'), warn: at('warn'), error: at('error') }) };
}

describe('a trace id', () => {
  const target = (traceParent?: string) => {
    const lines: string[] = [];
    const write = (line: string) => void lines.push(line);
    return { lines, target: { info: write, warn: write, error: write, traceContext: { traceParent } } };
  };
  const given = '00-da211c229e3bf98868930029ee2d0066-00f067aa0ba902b7-01';

  it("ends every line, the message's before the invocation's, and is whole whatever digits are in it", () => {
    const own = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { lines, target: context } = target(own);
    logTo(context).info('one');
    logTo(context, given).signal('follow-ups.paused', {});
    expect(lines).toEqual([
      'one trace=0af7651916cd43dd8448eb211c80319c',
      'follow-ups.paused trace=da211c229e3bf98868930029ee2d0066',
    ]);
  });

  it.each([undefined, '', 'x', given.toUpperCase(), '00-17890112345-00f067aa0ba902b7-01', `${given} x`])(
    'is left out where there is none: %s',
    (traceParent) => {
      const { lines, target: context } = target(traceParent);
      logTo(context).info('one');
      expect(lines).toEqual(['one']);
    },
  );

  it('is new for what begins here, and another each time', () => {
    const [one, two] = [newTraceparent(), newTraceparent()];
    expect(traceIdOf(one)).toMatch(/^[\da-f]{32}$/);
    expect(traceIdOf(one)).not.toBe(traceIdOf(two));
  });
});

describe('a signal', () => {
  it('is written at its level, and as a warning where a field calls for that', () => {
    const { lines, log } = start();
    const found = { resource: 'r', pulled: 3, checkpointGone: false, complete: true };
    log.signal('reconcile.finished', { ...found, missing: 2, late: 0 });
    log.signal('reconcile.finished', { ...found, missing: 2, late: 1 });
    log.signal('reconcile.failed', { resource: 'r', reason: 'no answer' });
    expect(lines).toEqual([
      'info: reconcile.finished resource=r pulled=3 checkpointGone=false complete=true missing=2 late=0',
      'warn: reconcile.finished resource=r pulled=3 checkpointGone=false complete=true missing=2 late=1',
      'error: reconcile.failed resource=r reason="no answer"',
    ]);
  });

  it('keeps its fields apart, whatever is in them', () => {
    const { lines, log } = start();
    log.signal('reconcile.failed', { resource: 'a=b', reason: 'he said "no"\nmissing=7' });
    expect(lines).toEqual([`error: reconcile.failed resource="a=b" reason="he said 'no' missing=7"`]);
  });

  it.each(Object.entries(signals))('%s has a name that stays, and tells of a promise', (name, declared) => {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/);
    expect(declared.promises.length).toBeGreaterThan(0);
    expect(declared.promises.every((promise) => promise >= 1 && promise <= 7)).toBe(true);
    for (const field of Object.keys(declared.fields)) expect(field).toMatch(/^[a-z][A-Za-z]+\??$/);
    const { warnsWhen = [] } = declared as { warnsWhen?: string[] };
    for (const field of warnsWhen) expect(declared.fields).toHaveProperty(field);
  });
});

describe('logTo', () => {
  it('writes what happened and the fields, at the level', () => {
    const { lines, log } = start();
    log.info('tracked', { type: 't', attempt: 1, again: false, absent: undefined });
    log.warn('retried');
    log.error('dead-lettered', { reason: 'two words' });
    expect(lines).toEqual([
      'info: tracked type=t attempt=1 again=false',
      'warn: retried',
      'error: dead-lettered reason="two words"',
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
