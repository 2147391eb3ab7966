import { utc } from '../events/time.ts';
import { parseDuration } from '../runtime/duration.ts';
import { InvalidValue } from '../runtime/invalid-value.ts';
import { isLoopback } from '../runtime/loopback.ts';
import type { Type } from './setting.ts';

/** Any text at all. */
export const text = (is: string): Type<string> => ({ is, parse: (text) => text });

/** `true` or `false`, in any case. */
export const flag: Type<boolean> = {
  is: '`true` or `false`',
  parse: (text) => checked(/^(true|false)$/i.test(text), 'is neither true nor false', /^true$/i.test(text)),
};

/** One of these words, in any case. */
export function oneOf<const W extends string>(...words: W[]): Type<W> {
  const listed = `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
  return {
    is: words.map((word) => `\`${word}\``).join(', '),
    parse(text) {
      const word = words.find((each) => each === text.toLowerCase());
      return checked(word !== undefined, `is none of ${listed}`, word as W);
    },
  };
}

/** A whole number in digits. */
export function wholeNumber(min: number, max: number): Type<number> {
  const is = `whole number from ${min} to ${max}`;
  const fits = (text: string) => /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max;
  return { is, parse: (text) => checked(fits(text), `is no ${is}`, Number(text)) };
}

/** A text of a form. @param problem completes "NAME …" */
export function matching(form: RegExp, is: string, problem: string): Type<string> {
  return { is, parse: (text) => checked(form.test(text), problem, text) };
}

/** An address without user and password. @param takes whether a parsed one will do */
export function address(is: string, takes: (url: URL) => boolean, problem: string): Type<string> {
  const fits = (text: string) => {
    const url = URL.canParse(text) && new URL(text);
    return url && !url.username && !url.password && takes(url);
  };
  return { is, parse: (text) => checked(fits(text), problem, text) };
}

export const isHttps = ({ protocol }: URL) => protocol === 'https:';
export const isLocalHttp = (url: URL) => url.protocol === 'http:' && isLoopback(url);

/** A date, or a time as RFC 3339 has it, in UTC. */
export const time: Type<string> = {
  is: 'date, or RFC 3339 time',
  parse(text) {
    const time = utc(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
    return checked(time !== undefined, 'is neither a date nor an RFC 3339 time', time as string);
  },
};

/** An ISO 8601 duration, in milliseconds. @param longest one too */
export function duration(longest: string): Type<number> {
  const max = parseDuration(longest) as number;
  return {
    is: `ISO 8601 duration, at most ${longest}`,
    parse(text) {
      const [, count, unit] = /^P(\d{1,3})([YM])/.exec(text) ?? [];
      if (unit) {
        const meant = unit === 'M' ? `PT${count}M or P${Number(count) * 30}D` : `P${Number(count) * 365}D`;
        throw new InvalidValue(
          `is in years or months, which have no fixed length: M before T means months. Did you mean ${meant}?`,
        );
      }
      const seconds = parseDuration(text);
      const problem = 'is no ISO 8601 duration in weeks, days, hours, minutes and seconds';
      if (seconds === undefined) throw new InvalidValue(`${problem}, of ${longest} at most`);
      return checked(seconds <= max, `is longer than ${longest}`, seconds * 1_000);
    },
  };
}

function checked<T>(fits: unknown, problem: string, value: T): T {
  if (!fits) throw new InvalidValue(problem);
  return value;
}
