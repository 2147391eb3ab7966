import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkBody } from '../../../shared/follow-ups/check.ts';
import { makeParser, newMessage } from '../../../shared/queue/message.ts';
import { eventBody, eventMessage } from '../../../shared/tracking/event-message.ts';
import { eventOf, letters, seeds } from '../../support/fixture.ts';

const enqueuedAt = '2026-08-20T06:00:00.123Z';
const good = eventMessage(eventOf('subject-person'), { via: 'push', enqueuedAt });
const parse = makeParser(eventBody);

/** As the queue and the host hand it on. */
const throughQueue = (message: object): unknown =>
  JSON.parse(Buffer.from(Buffer.from(JSON.stringify(message)).toString('base64'), 'base64').toString());

describe('a message about an event', () => {
  it.each([...seeds, ...letters])('brings %s back as it came', (name) => {
    const event = eventOf(name);
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const message = eventMessage(event, { via: 'push', enqueuedAt, traceparent });
    const parsed = parse(throughQueue(message));
    expect(parsed).toEqual({ ok: true, message });
    expect(parsed.ok && JSON.stringify(parsed.message.body.event)).toBe(JSON.stringify(event));
  });

  it('nests the event: nothing on top overrides the trigger’s metadata', () => {
    for (const name of [
      'id',
      'dequeueCount',
      'popReceipt',
      'insertionTime',
      'expirationTime',
      'nextVisibleTime',
    ])
      expect(Object.keys(good)).not.toContain(name);
  });

  it('brings any JSON in an event back as it came', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (attributes) => {
        const event = { ...attributes, specversion: '1.0' as const, id: '1', source: '/', type: 't' };
        const parsed = parse(throughQueue(eventMessage(event, { via: 'pull', enqueuedAt })));
        expect(parsed.ok && JSON.stringify(parsed.message.body.event)).toBe(JSON.stringify(event));
      }),
    );
  });

  it('keeps an attribute named __proto__', () => {
    const text =
      '{"specversion":"1.0","id":"1","source":"/","type":"t","__proto__":{"a":1},"constructor":{"b":2}}';
    const parsed = parse(throughQueue(eventMessage(JSON.parse(text), { via: 'push', enqueuedAt })));
    expect(parsed.ok && JSON.stringify(parsed.message.body.event)).toBe(text);
    expect(({} as { a?: unknown }).a).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'not a message of this queue: it'],
    ['null', null, 'not a message of this queue: it'],
    ['a number, which the host makes of `123`', 123, 'not a message of this queue: it'],
    ['a text', 'hello', 'not a message of this queue: it'],
    ['an array', [good], 'not a message of this queue'],
    ['a bare event', eventOf('subject-person'), 'not a message of this queue: schemaVersion'],
    ['version 0', { ...good, schemaVersion: 0 }, 'not a message of this queue: schemaVersion'],
    ['attempt 0', { ...good, attempt: 0 }, 'not a message of this queue: attempt'],
    ['attempt 1.5', { ...good, attempt: 1.5 }, 'not a message of this queue: attempt'],
    ['an endless attempt', { ...good, attempt: 1e300 }, 'not a message of this queue: attempt'],
    ['no time', { ...good, enqueuedAt: 'today' }, 'not a message of this queue: enqueuedAt'],
    ['no way', { ...good, via: 7 }, 'not a message of this queue: via'],
    ['no event', { ...good, body: {} }, 'not a message of this queue: body.event must be a JSON object'],
    [
      'null for an event',
      { ...good, body: { event: null } },
      'not a message of this queue: body.event must be a JSON object',
    ],
    [
      'an event without id',
      { ...good, body: { event: { ...good.body.event, id: '' } } },
      'not a message of this queue: body.event.id must not be empty',
    ],
    [
      'an event in the prototype',
      {
        ...good,
        body: { event: JSON.parse('{"__proto__":{"specversion":"1.0","id":"1","source":"/","type":"t"}}') },
      },
      'not a message of this queue: body.event.specversion is missing',
    ],
  ])('does not take %s', (_what, message, reason) => {
    expect(parse(message)).toMatchObject({
      ok: false,
      unknown: false,
      reason: expect.stringContaining(reason),
    });
  });

  it('repeats no value in its reason', () => {
    const part = fc.constantFrom<unknown>('SECRET13845678914', ['SECRET'], { SECRET: 1 }, 7);
    const hostile = fc.record(
      { schemaVersion: part, enqueuedAt: part, via: part, attempt: part, traceparent: part, body: part },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(hostile, part, (message, inner) => {
        const inMessage = {
          ...good,
          body: { event: { specversion: inner, id: inner, source: inner, type: 9 } },
        };
        for (const hostileOne of [message, inMessage]) {
          const parsed = parse(hostileOne);
          expect(parsed.ok).toBe(false);
          expect(JSON.stringify(parsed)).not.toContain('SECRET');
        }
      }),
    );
  });
});

describe('a message of a newer version', () => {
  const parseCheck = makeParser(checkBody);
  const check = newMessage(
    { kind: 'never-read', correspondenceId: '5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90' },
    { via: 'push', enqueuedAt },
  );

  it.each<[string, unknown, string]>([
    ['a schema version to come', { ...good, schemaVersion: 2 }, 'schemaVersion 2 is newer'],
    [
      'a schema version to come, and nothing else',
      { schemaVersion: 3, attempt: 9 },
      'schemaVersion 3 is newer',
    ],
    ['a way of coming to come', { ...good, via: 'fax' }, 'not known to this version: via'],
  ])('is unknown, and not wrong: %s', (_what, message, reason) => {
    const parsed = parse(throughQueue(message as object));
    expect(parsed).toMatchObject({ ok: false, unknown: true, reason: expect.stringContaining(reason) });
  });

  it('is unknown by its kind, and wrong with anything else', () => {
    const kind = (kind: unknown) => parseCheck({ ...check, body: { ...check.body, kind } });
    expect(kind('never-opened')).toMatchObject({ ok: false, unknown: true });
    expect(kind('')).toMatchObject({ ok: false, unknown: false });
    expect(kind(7)).toMatchObject({ ok: false, unknown: false });
    const both = { ...check, via: 'fax', body: { ...check.body, correspondenceId: 'no id' } };
    expect(parseCheck(both)).toMatchObject({ ok: false, unknown: false });
    expect(parseCheck({ ...check, schemaVersion: 2, attempt: 'x' })).toMatchObject({ unknown: false });
  });
});
