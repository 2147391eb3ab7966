import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lookAt, parseLook } from '../../../shared/follow-ups/check.ts';

const id = '5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90';

describe('parseLook', () => {
  it.each(['never-read', 'never-confirmed'] as const)('reads %s back from the queue', (kind) => {
    const look = lookAt(kind, id);
    expect(look).toMatchObject({ schemaVersion: 1, attempt: 1, followUp: { kind, correspondenceId: id } });
    expect(parseLook(JSON.parse(JSON.stringify(look)))).toEqual({ ok: true, look });
  });

  it('keeps the count of a look that was put back', () => {
    const look = { ...lookAt('never-read', id), attempt: 17 };
    expect(parseLook(JSON.parse(JSON.stringify(look)))).toEqual({ ok: true, look });
  });

  const good = lookAt('never-read', id);
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a number, which the host makes of `123`', 123],
    ['a text', 'never-read'],
    ['an array', [good]],
    ['no follow-up', { schemaVersion: 1, attempt: 1 }],
    ['another version', { ...good, schemaVersion: 2 }],
    ['no attempt', { ...good, attempt: undefined }],
    ['attempt 0', { ...good, attempt: 0 }],
    ['attempt 1.5', { ...good, attempt: 1.5 }],
    ['attempt as text', { ...good, attempt: '1' }],
    ['an endless attempt', { ...good, attempt: 1e300 }],
    ['an unknown kind', { ...good, followUp: { ...good.followUp, kind: 'never-opened' } }],
    ['no GUID', { ...good, followUp: { ...good.followUp, correspondenceId: '../../x' } }],
    [
      'a follow-up in the prototype',
      JSON.parse('{"__proto__":{"schemaVersion":1,"attempt":1,"followUp":{}}}'),
    ],
  ])('does not take %s', (_what, message) => {
    expect(parseLook(message)).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/^not a follow-up/),
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
        followUp: fc.oneof(
          part,
          fc.record({ kind: part, correspondenceId: part, token: part }, { requiredKeys: [] }),
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(hostile, (message) => {
        const parsed = parseLook(message);
        expect(parsed.ok).toBe(false);
        expect(JSON.stringify(parsed)).not.toContain('SECRET');
      }),
    );
  });
});
