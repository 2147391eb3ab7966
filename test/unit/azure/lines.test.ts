import { expect, it } from 'vitest';
import { signals } from '../../../shared/signals/declared.ts';
import { logTo, type SignalName } from '../../../shared/signals/log.ts';
import { readPairs } from '../../support/read-pairs.ts';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const odd = [
  'plain',
  'two words',
  'a=b c=d',
  'it is "so"',
  'urn:altinn:resource:x',
  0,
  12.5,
  true,
  '',
  ' queue=x ',
];

it.each(Object.keys(signals) as SignalName[])('%s comes out of its line as it went in', (name) => {
  for (let turn = 0; turn < odd.length; turn++) {
    const fields = Object.keys(signals[name].fields).map((field) => field.replace('?', ''));
    const values = Object.fromEntries(
      fields.map((field, index) => [field, odd[(index + turn) % odd.length]]),
    );
    const line = written(name, values);
    expect(line.startsWith(`${name} `)).toBe(true);
    // Around a value blanks are ignored; a quote within it is written as an apostrophe.
    const expected = Object.entries(values).map(([field, value]) => [
      field,
      String(value).trim().replaceAll('"', "'"),
    ]);
    expect(readPairs(line)).toEqual(Object.fromEntries([...expected, ['trace', traceparent.slice(3, 35)]]));
  }
});

it('is read as parse-kv is documented', () => {
  expect(readPairs('name=John Doe phone=555 5555 city=New York')).toEqual({
    name: 'John',
    phone: '555',
    city: 'New',
  });
  expect(readPairs('src=10.1.1.123 failure="the host = gone" bytes=125')).toEqual({
    src: '10.1.1.123',
    failure: 'the host = gone',
    bytes: '125',
  });
  expect(readPairs('a=1 a=2')).toEqual({ a: '1' });
});

function written(name: SignalName, values: Record<string, unknown>): string {
  const lines: string[] = [];
  const take = (line: string) => void lines.push(line);
  const log = logTo({ info: take, warn: take, error: take }, traceparent);
  (log.signal as (name: string, fields: Record<string, unknown>) => void)(name, values);
  expect(lines).toHaveLength(1);
  return lines[0] as string;
}
