import { expect, it } from 'vitest';
import { nearest } from '../../../shared/runtime/nearest.ts';

it.each([
  ['stepps', 'steps'],
  ['atAnytime', 'atAnyTime'],
  ['at_any_time', 'atAnyTime'],
  ['aftr', 'after'],
  ['x', undefined],
  ['too', 'to'],
  ['something', undefined],
])('%s is meant to be %s', (written, meant) => {
  expect(nearest(written, ['steps', 'after', 'atAnyTime', 'to'])).toBe(meant);
});
