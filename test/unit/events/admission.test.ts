import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit, type Delivery, maximumBytes } from '../../../shared/events/admission.ts';
import { bytesOf, eventOf, eventsOf, letters, seeds, validations } from '../../support/fixture.ts';

const event = { specversion: '1.0', id: '1', source: '/s', type: 't' };

function post(body: string | Uint8Array | object, changes: Partial<Delivery> = {}) {
  const bytes =
    body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return admit({
    contentType: 'application/json; charset=utf-8',
    contentLength: String(bytes.byteLength),
    transferEncoding: null,
    body: bytes,
    ...changes,
  });
}

function refusal(result: ReturnType<typeof admit>) {
  expect(result.ok).toBe(false);
  return (result as Extract<typeof result, { ok: false }>).refusal;
}

/** An event that is written in so many bytes. */
function eventOfSize(bytes: number): string {
  const empty = JSON.stringify({ ...event, filling: '' });
  return JSON.stringify({ ...event, filling: 'x'.repeat(bytes - empty.length) });
}

describe('what is taken', () => {
  it.each([...seeds, ...validations, ...letters])('%s, as Altinn sends it', (name) => {
    expect(post(bytesOf(name))).toEqual({ ok: true, events: [eventOf(name)] });
  });

  it('an event with its attributes in the order they came, unknown ones too', () => {
    const text = JSON.stringify(eventOf('unknown-attributes'));
    const taken = post(text);
    expect(taken.ok && JSON.stringify(taken.events[0])).toBe(text);
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'Application/JSON ; Charset="utf-8"',
    ' application/json',
    'application/cloudevents+json',
    'application/cloudevents+json; charset=utf-8',
    'APPLICATION/CLOUDEVENTS+JSON',
  ])('content type %j', (contentType) => {
    expect(post(event, { contentType })).toMatchObject({ ok: true });
  });

  it('an array of events, under any of the content types', () => {
    const pair = eventsOf('pair-published');
    for (const contentType of [
      'application/json',
      'application/cloudevents+json',
      'application/cloudevents-batch+json',
      'application/cloudevents-batch+json; charset=utf-8',
      'Application/CloudEvents-Batch+JSON',
    ])
      expect(post(pair, { contentType })).toEqual({ ok: true, events: pair });
  });

  it('an empty batch', () => {
    expect(post([], { contentType: 'application/cloudevents-batch+json' })).toEqual({ ok: true, events: [] });
  });

  it('a body with a byte order mark', () => {
    expect(post(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytesOf('subject-person')]))).toMatchObject({
      ok: true,
    });
  });

  it('optional attributes of the wrong kind, since a refused event is lost for good', () => {
    const odd = { ...event, time: 'yesterday', subject: null, resource: 7, resourceinstance: [], data: {} };
    expect(post(odd)).toEqual({ ok: true, events: [odd] });
  });

  it('an ArrayBuffer, as the library of the functions gives it', () => {
    const bytes = Uint8Array.from(Buffer.from(JSON.stringify(event)));
    const result = admit({
      contentType: 'application/json',
      contentLength: String(bytes.byteLength),
      transferEncoding: null,
      body: bytes.buffer,
    });
    expect(result).toEqual({ ok: true, events: [event] });
  });

  it('an event of exactly 32 KiB, and a batch of as much', () => {
    expect(maximumBytes).toBe(32_768);
    expect(post(eventOfSize(32_768))).toMatchObject({ ok: true });
    const one = eventOfSize(16_383);
    const batch = `[${one},${eventOfSize(32_768 - 3 - one.length)}]`;
    expect(batch.length).toBe(32_768);
    expect(post(batch)).toMatchObject({ ok: true });
  });

  it('nested as deep as System.Text.Json allows', () => {
    expect(post(nested(63))).toMatchObject({ ok: true });
  });

  it('keys that are names in a prototype, kept and without effect', () => {
    const text =
      '{"specversion":"1.0","id":"1","source":"/s","type":"t","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1,"hasOwnProperty":2}';
    const taken = post(text);
    expect(taken.ok && JSON.stringify(taken.events[0])).toBe(text);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('what is refused', () => {
  it.each([
    null,
    '',
    'text/plain',
    'application/xml',
    'application/jsonp',
    'application/json-patch+json',
    'application/problem+json',
    'application/cloudevents',
    'application/cloudevents+avro',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=application/json',
    '; charset=utf-8',
    'json',
  ])('415: content type %j', (contentType) => {
    expect(refusal(post(event, { contentType })).status).toBe(415);
  });

  it('411: no content length, or a transfer encoding', () => {
    expect(refusal(post(event, { contentLength: null })).status).toBe(411);
    expect(refusal(post(event, { contentLength: null, transferEncoding: 'chunked' })).status).toBe(411);
    expect(refusal(post(event, { transferEncoding: 'chunked' })).status).toBe(411);
  });

  it('413: one byte more than 32 KiB, as sent or as said', () => {
    expect(refusal(post(eventOfSize(32_769))).status).toBe(413);
    expect(refusal(post(event, { contentLength: '32769' })).status).toBe(413);
    expect(refusal(post(event, { contentLength: '1e9' })).status).toBe(413);
    expect(refusal(post(eventOfSize(40_000), { contentLength: '10' })).status).toBe(413);
  });

  it('413: an event that is longer when written again, since that is what must fit the queue', () => {
    const numbers = JSON.stringify({ ...event, n: [] }).replace(
      '[]',
      `[${Array(5_000).fill('1e20').join(',')}]`,
    );
    expect(numbers.length).toBeLessThan(32_768);
    expect(refusal(post(numbers)).status).toBe(413);
    const lone = `{"specversion":"1.0","id":"1","source":"/s","type":"t","x":"${'é'.repeat(16_000)}"}`;
    expect(post(lone).ok).toBe(true);
  });

  it.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['half an event', bytesOf('subject-person').subarray(0, 100)],
    ['no JSON', 'hello'],
    ['two events side by side', `${JSON.stringify(event)}${JSON.stringify(event)}`],
    ['a trailing comma', '{"specversion":"1.0","id":"1","source":"/s","type":"t",}'],
    ['NaN', '{"specversion":"1.0","id":"1","source":"/s","type":"t","n":NaN}'],
    ['a never-ending opening', '['.repeat(30_000)],
    [
      'a byte that is not UTF-8',
      Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xff]), Buffer.from('"}')]),
    ],
    [
      'an overlong encoding',
      Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
    ],
    [
      'a surrogate in UTF-8',
      Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
    ],
    [
      'half a character at the end',
      Buffer.concat([Buffer.from(JSON.stringify(event)), Buffer.from([0xe2, 0x82])]),
    ],
    ['UTF-16', Buffer.from(`\ufeff${JSON.stringify(event)}`, 'utf16le')],
    ['Latin-1', Buffer.from('{"id":"æøå"}', 'latin1')],
    ['gzip', Buffer.from('1f8b0800000000000003', 'hex')],
  ])('400: %s', (_what, body) => {
    expect(refusal(post(body))).toMatchObject({ status: 400, title: 'Bad request' });
  });

  it('says whether it is the encoding or the JSON', () => {
    expect(refusal(post(Buffer.from([0x22, 0xff, 0x22]))).detail).toBe('The body is not UTF-8.');
    expect(refusal(post('{')).detail).toBe('The body is not JSON.');
  });

  it.each([65, 100, 5_000])('400: containers nested %i levels below an event', (depth) => {
    expect(refusal(post(nested(depth)))).toMatchObject({ status: 400 });
  });

  it('400: 65 containers, also where the innermost is empty', () => {
    expect(refusal(post(nested(64))).status).toBe(400);
  });

  it('400: a batch that is no array', () => {
    expect(refusal(post(event, { contentType: 'application/cloudevents-batch+json' })).status).toBe(400);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['true', true],
    ['a number', 1],
    ['a text', 'event'],
  ])('400: %s', (_what, value) => {
    expect(refusal(post(JSON.stringify(value)))).toMatchObject({
      status: 400,
      title: 'Not a CloudEvent',
      errors: [{ attribute: '', problem: 'must be a JSON object' }],
    });
  });

  it.each(['specversion', 'id', 'source', 'type'])('400: no %s, or one that is no text', (name) => {
    const { [name]: _, ...without } = event as Record<string, unknown>;
    expect(refusal(post(without)).errors).toEqual([{ attribute: name, problem: 'is missing' }]);
    for (const wrong of [null, 7, true, {}, ''])
      expect(refusal(post({ ...event, [name]: wrong })).errors, JSON.stringify(wrong)).toEqual([
        { attribute: name, problem: expect.stringMatching(/^must (be|not be) /) },
      ]);
  });

  it('names an attribute that is a list once', () => {
    expect(refusal(post({ ...event, source: [] })).errors).toEqual([
      { attribute: 'source', problem: 'must be a string' },
    ]);
  });

  it.each(['1.0.2', '0.3', '2.0', '1', ' 1.0', 1, 1.0])('400: specversion %j', (specversion) => {
    expect(refusal(post({ ...event, specversion })).errors).toEqual([
      { attribute: 'specversion', problem: 'must be "1.0"' },
    ]);
  });

  // CloudEvents has lower-case names alone; the optional ones are understood in any casing all the same.
  it('400: required attributes in another casing', () => {
    expect(refusal(post({ ...event, id: undefined, Id: '1' })).errors).toEqual([
      { attribute: 'id', problem: 'is missing' },
    ]);
  });

  it('400: required attributes that stand in the prototype alone', () => {
    const { errors } = refusal(post(`{"__proto__":${JSON.stringify(event)}}`));
    expect(errors?.map(({ attribute }) => attribute)).toEqual(['specversion', 'id', 'source', 'type']);
  });

  it('400: a batch with bad members, naming each; none is taken', () => {
    const result = post([event, { ...event, id: 7 }, event, 'text', [event]]);
    expect(refusal(result).errors).toEqual([
      { attribute: '[1].id', problem: 'must be a string' },
      { attribute: '[3]', problem: 'must be a JSON object' },
      { attribute: '[4]', problem: 'must be a JSON object' },
    ]);
    expect(refusal(result).detail).toContain('[1].id must be a string');
    expect(result).not.toHaveProperty('events');
  });

  it('names ten problems at the most', () => {
    const { errors, detail } = refusal(post(Array.from({ length: 500 }, () => ({}))));
    expect(errors).toHaveLength(10);
    expect(detail.length).toBeLessThan(500);
  });
});

describe('which refusal comes first', () => {
  const wrong: Partial<Delivery> = { contentType: 'text/plain', contentLength: null };
  it('is 415, 411, 413, 400', () => {
    expect(refusal(post('x'.repeat(40_000), wrong)).status).toBe(415);
    expect(refusal(post('x'.repeat(40_000), { contentLength: null })).status).toBe(411);
    expect(refusal(post('x'.repeat(40_000))).status).toBe(413);
    expect(refusal(post('x')).status).toBe(400);
  });
});

describe('a refusal', () => {
  const secret = 'SECRET13845678914';

  it('repeats no value of the caller’s, whatever is sent', () => {
    const scalar = fc.constantFrom<unknown>(secret, 13845678914, null, [secret], { a: secret }, '');
    const member = fc.oneof(
      scalar,
      fc.record(
        { specversion: scalar, id: scalar, source: scalar, type: scalar, subject: scalar },
        { requiredKeys: [] },
      ),
    );
    const body = fc.oneof(
      fc.oneof(member, fc.array(member, { minLength: 1 })).map((value) => JSON.stringify(value)),
      fc.constantFrom(secret, `{"id":"${secret}`, `"${secret}\xff"`, `{"${secret}":1}`, '{"id":13845678914'),
    );
    const contentType = fc.constantFrom(
      'application/json',
      'application/cloudevents-batch+json',
      secret,
      null,
    );
    const contentLength = fc.constantFrom('10', '99999', null, secret);
    fc.assert(
      fc.property(body, contentType, contentLength, fc.boolean(), (text, type, length, latin) => {
        const result = post(Buffer.from(text, latin ? 'latin1' : 'utf8'), {
          contentType: type,
          contentLength: length,
        });
        if (result.ok) return;
        expect(JSON.stringify(result)).not.toMatch(/SECRET|13845678914/);
        expect([400, 411, 413, 415]).toContain(result.refusal.status);
        expect(result.refusal.detail).toMatch(/^[\x20-\x7e]{10,}\.$/);
      }),
      { numRuns: 500 },
    );
  });

  it('is the only other outcome: no bytes make it throw', () => {
    const good = bytesOf('subject-person');
    const damaged = fc
      .tuple(fc.nat(good.length), fc.nat(good.length), fc.uint8Array({ maxLength: 20 }))
      .map(([from, length, patch]) =>
        Buffer.concat([good.subarray(0, from), patch, good.subarray(Math.min(good.length, from + length))]),
      );
    fc.assert(
      fc.property(
        fc.oneof(
          damaged,
          fc.uint8Array({ maxLength: 2_000 }),
          fc.json().map((t) => Buffer.from(t)),
        ),
        (body) => {
          const result = post(body);
          if (result.ok) for (const taken of result.events) expect(taken.specversion).toBe('1.0');
          else expect(result.refusal.status).toBe(400);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('comes within a second for the deepest and the widest of bodies', () => {
    const start = performance.now();
    post(`${'['.repeat(16_384)}${']'.repeat(16_384)}`);
    post(`[${'{},'.repeat(10_900)}{}]`);
    post(`{${Array.from({ length: 2_500 }, (_, i) => `"k${i}":[]`).join(',')}}`);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

/** An event with so many containers inside one another below it. */
function nested(containers: number): string {
  return JSON.stringify({ ...event, n: 0 }).replace(
    '0}',
    `${'['.repeat(containers)}${']'.repeat(containers)}}`,
  );
}
