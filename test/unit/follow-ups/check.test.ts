import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkBody } from '../../../shared/follow-ups/check.ts';
import { makeParser, newMessage } from '../../../shared/queue/message.ts';

const id = '5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90';

const parse = makeParser(checkBody);
const check = (kind: 'never-read' | 'never-confirmed') =>
  newMessage({ kind, correspondenceId: id }, { via: 'push', enqueuedAt: '2026-08-20T06:00:00.123Z' });

describe('a message about a follow-up', () => {
  it.each(['never-read', 'never-confirmed'] as const)('reads %s back from the queue', (kind) => {
    const message = check(kind);
    expect(message).toMatchObject({ schemaVersion: 1, attempt: 1, body: { kind, correspondenceId: id } });
    expect(parse(JSON.parse(JSON.stringify(message)))).toEqual({ ok: true, message });
  });

  it('keeps the count of a message that was put back', () => {
    const message = { ...check('never-read'), attempt: 17 };
    expect(parse(JSON.parse(JSON.stringify(message)))).toEqual({ ok: true, message });
  });

  const good = check('never-read');
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a number, which the host makes of `123`', 123],
    ['a text', 'never-read'],
    ['an array', [good]],
    ['no follow-up', { schemaVersion: 1, attempt: 1 }],
    ['version 0', { ...good, schemaVersion: 0 }],
    ['no attempt', { ...good, attempt: undefined }],
    ['attempt 0', { ...good, attempt: 0 }],
    ['attempt 1.5', { ...good, attempt: 1.5 }],
    ['attempt as text', { ...good, attempt: '1' }],
    ['an endless attempt', { ...good, attempt: 1e300 }],
    ['no kind', { ...good, body: { ...good.body, kind: 7 } }],
    ['no GUID', { ...good, body: { ...good.body, correspondenceId: '../../x' } }],
    ['a follow-up in the prototype', JSON.parse('{"__proto__":{"schemaVersion":1,"attempt":1,"body":{}}}')],
  ])('does not take %s', (_what, message) => {
    expect(parse(message)).toMatchObject({
      ok: false,
      unknown: false,
      reason: expect.stringMatching(/^not a message of this queue/),
    });
  });

  it('repeats no value in its reason', () => {
    const part = fc.oneof(
      fc.constant('SECRET13845678914'),
      fc.constant(['SECRET13845678914']),
      fc.constant(1),
    );
    const hostile = fc.record(
      {
        schemaVersion: part,
        attempt: part,
        body: fc.oneof(
          part,
          fc.record({ kind: part, correspondenceId: part, token: part }, { requiredKeys: [] }),
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(hostile, (message) => {
        const parsed = parse(message);
        expect(parsed.ok).toBe(false);
        expect(JSON.stringify(parsed)).not.toContain('SECRET');
      }),
    );
  });
});
