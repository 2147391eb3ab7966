import { InvalidArgumentError } from 'commander';

/** A subscription's number on the command line. */
export function parseNumber(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new InvalidArgumentError('It is a whole number, 1234 say.');
  return Number(text);
}
