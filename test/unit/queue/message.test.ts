import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { envelop, parseEnvelope } from '../../../shared/queue/message.ts';
import { eventOf, letters, seeds } from '../../support/fixture.ts';

const receivedAt = '2026-08-20T06:00:00.123Z';
const good = envelop(eventOf('subject-person'), { via: 'push', receivedAt });

/** As the queue and the host hand it on. */
const throughQueue = (message: object): unknown =>
  JSON.parse(Buffer.from(Buffer.from(JSON.stringify(message)).toString('base64'), 'base64').toString());

describe('envelope', () => {
  it.each([...seeds, ...letters])('brings %s back as it came', (name) => {
    const event = eventOf(name);
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const envelope = envelop(event, { via: 'push', receivedAt, traceparent });
    const parsed = parseEnvelope(throughQueue(envelope));
    expect(parsed).toEqual({ ok: true, envelope });
    expect(parsed.ok && JSON.stringify(parsed.envelope.event)).toBe(JSON.stringify(event));
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
        const parsed = parseEnvelope(throughQueue(envelop(event, { via: 'pull', receivedAt })));
        expect(parsed.ok && JSON.stringify(parsed.envelope.event)).toBe(JSON.stringify(event));
      }),
    );
  });

  it('keeps an attribute named __proto__', () => {
    const text =
      '{"specversion":"1.0","id":"1","source":"/","type":"t","__proto__":{"a":1},"constructor":{"b":2}}';
    const parsed = parseEnvelope(throughQueue(envelop(JSON.parse(text), { via: 'push', receivedAt })));
    expect(parsed.ok && JSON.stringify(parsed.envelope.event)).toBe(text);
    expect(({} as { a?: unknown }).a).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'not an envelope: it'],
    ['null', null, 'not an envelope: it'],
    ['a number, which the host makes of `123`', 123, 'not an envelope: it'],
    ['a text', 'hello', 'not an envelope: it'],
    ['an array', [good], 'not an envelope'],
    ['a bare event', eventOf('subject-person'), 'not an envelope: schemaVersion'],
    ['another version', { ...good, schemaVersion: 2 }, 'not an envelope: schemaVersion'],
    ['attempt 0', { ...good, attempt: 0 }, 'not an envelope: attempt'],
    ['attempt 1.5', { ...good, attempt: 1.5 }, 'not an envelope: attempt'],
    ['an endless attempt', { ...good, attempt: 1e300 }, 'not an envelope: attempt'],
    ['no time of reception', { ...good, receivedAt: 'today' }, 'not an envelope: receivedAt'],
    ['another way', { ...good, via: 'fax' }, 'not an envelope: via'],
    ['no event', { ...good, event: undefined }, 'no CloudEvent in the envelope: event must be a JSON object'],
    [
      'null for an event',
      { ...good, event: null },
      'no CloudEvent in the envelope: event must be a JSON object',
    ],
    [
      'an event without id',
      { ...good, event: { ...good.event, id: '' } },
      'no CloudEvent in the envelope: id',
    ],
    [
      'an event in the prototype',
      { ...good, event: JSON.parse('{"__proto__":{"specversion":"1.0","id":"1","source":"/","type":"t"}}') },
      'no CloudEvent in the envelope: specversion is missing',
    ],
  ])('does not take %s', (_what, message, reason) => {
    expect(parseEnvelope(message)).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  });

  it('repeats no value in its reason', () => {
    const part = fc.constantFrom<unknown>('SECRET13845678914', ['SECRET'], { SECRET: 1 }, 7);
    const hostile = fc.record(
      { schemaVersion: part, receivedAt: part, via: part, attempt: part, traceparent: part, event: part },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(hostile, part, (message, inner) => {
        const inEnvelope = { ...good, event: { specversion: inner, id: inner, source: inner, type: 9 } };
        for (const hostileOne of [message, inEnvelope]) {
          const parsed = parseEnvelope(hostileOne);
          expect(parsed.ok).toBe(false);
          expect(JSON.stringify(parsed)).not.toContain('SECRET');
        }
      }),
    );
  });
});
