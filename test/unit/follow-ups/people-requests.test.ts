import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseListQuery, tokenOf } from '../../../shared/follow-ups/list-query.ts';
import { isPosition } from '../../../shared/follow-ups/live-follow-ups.ts';
import { inWords, type PersonsAct, parseRequest } from '../../../shared/follow-ups/people-requests.ts';

const now = new Date('2026-08-20T06:00:00Z');
const parse = (act: PersonsAct, value: unknown) => parseRequest(act, value, now);
const by = 'Åse Ødegård, duty desk';

describe('what a person asks for', () => {
  it.each<[PersonsAct, object]>([
    ['close', { reason: 'told on the phone', by }],
    ['close', { reason: 'r'.repeat(500), by: 'b'.repeat(200) }],
    ['snooze', { until: '2026-08-20T08:00:01+02:00', by }],
    ['snooze', { until: '2027-08-20T06:00:00Z', by }],
    ['reopen', { by }],
    ['reopen', { by, reason: 'not done' }],
  ])('%s takes %j as it is', (act, value) => {
    expect(parse(act, value)).toEqual({ ok: true, request: value });
  });

  it.each<[PersonsAct, unknown, string]>([
    ['close', { by }, 'reason is missing.'],
    ['close', {}, 'reason is missing; by is missing.'],
    ['close', { reason: ' ', by }, 'reason must not be empty.'],
    ['close', { reason: 'r'.repeat(501), by }, 'reason must have at most 500 characters.'],
    ['close', { reason: 'r', by: 'b'.repeat(201) }, 'by must have at most 200 characters.'],
    ['close', { reason: 7, by: null }, 'reason must be a string; by must be a string.'],
    ['close', { reason: 'a\nb', by }, 'reason must hold no control character and no line break.'],
    ['close', { reason: 'a\u2028b', by }, 'reason must hold no control character and no line break.'],
    ['close', { reason: 'a\ud800', by }, 'reason must hold no control character and no line break.'],
    ['close', { reason: 'r', by, state: 'open' }, 'The body has an attribute that is not known.'],
    ['close', [], 'The body must be a JSON object.'],
    ['close', null, 'The body must be a JSON object.'],
    ['close', 'text', 'The body must be a JSON object.'],
    ['snooze', { by, until: 'tomorrow' }, 'until must be an RFC 3339 time, 2026-11-30T08:00:00Z say.'],
    ['snooze', { by, until: '2026-09-01' }, 'until must be an RFC 3339 time, 2026-11-30T08:00:00Z say.'],
    ['snooze', { by, until: '2026-08-20T06:00:00Z' }, 'until must be in the future.'],
    ['snooze', { by, until: '2027-08-22T06:00:00Z' }, 'until must be within 366 days.'],
    ['reopen', { by, reason: '' }, 'reason must not be empty.'],
  ])('%s refuses %j and says why', (act, value, words) => {
    const parsed = parse(act, value);
    expect(parsed.ok ? 'taken' : inWords(parsed.problems)).toBe(words);
  });

  it('is refused without a word of what was given', () => {
    void fc.assert(
      fc.property(fc.constantFrom('close', 'snooze', 'reopen'), fc.uuid(), (act, secret) => {
        for (const value of [
          secret,
          [secret],
          { [secret]: secret },
          { by: `${secret}\u0007`, until: secret },
        ]) {
          const parsed = parse(act, value);
          expect(parsed.ok).toBe(false);
          expect(JSON.stringify(parsed)).not.toContain(secret);
        }
      }),
    );
  });
});

describe('what is asked to be listed', () => {
  const query = (given: Record<string, string>) => parseListQuery((name) => given[name]);
  const position = '2026-08-20T06:00:00.000000000Z-5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90-never-read';

  it('is all, a page of 50, where nothing is said or what is said is empty', () => {
    const all = query({});
    expect(query({ state: '', kind: '', resource: '', pageSize: '', continuation: '' })).toEqual(all);
    expect(all).toMatchObject({
      wanted: {
        states: ['open', 'notified', 'disputed'],
        resource: undefined,
        pageSize: 50,
        after: undefined,
      },
    });
  });

  it('is narrowed by what is said', () => {
    const given = { state: 'open', kind: 'unread', resource: 'letters', pageSize: '100' };
    expect(query({ ...given, continuation: tokenOf(position) })).toEqual({
      ok: true,
      wanted: {
        ...{ states: ['open'], kinds: ['unread'], pageSize: 100, after: position },
        resource: 'urn:altinn:resource:letters',
      },
    });
  });

  it.each([
    ['state', 'closed'],
    ['state', 'toString'],
    ['kind', 'never'],
    ['resource', 'urn:other:letters'],
    ['resource', "x' or RowKey gt '"],
    ['pageSize', '0'],
    ['pageSize', '101'],
    ['pageSize', '1e1'],
    ['pageSize', '-1'],
    ['continuation', '%'],
    ['continuation', tokenOf(`${position}x`)],
    ['continuation', tokenOf(`${position}' or PartitionKey ne '`)],
    ['continuation', tokenOf(position.replace('never-read', 'never'))],
    ['continuation', `${tokenOf(position)}=`],
    ['continuation', ` ${tokenOf(position)}`],
    ['continuation', 'A'.repeat(100_000)],
  ])('is refused for %s=%s', (name, value) => {
    expect(query({ [name]: value })).toMatchObject({ ok: false, problems: [{ attribute: name }] });
  });

  it('is refused for any token but that of a position', () => {
    void fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.string().map(tokenOf)), (continuation) => {
        const parsed = query({ continuation });
        if (continuation !== '') expect(parsed.ok && isPosition(parsed.wanted.after ?? '')).toBe(false);
      }),
    );
  });
});
