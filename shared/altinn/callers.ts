import { type AddressSet, readCidrs } from '../runtime/cidr.ts';
import { InvalidValue } from '../runtime/invalid-value.ts';
import { addresses } from './addresses.ts';

export interface Callers {
  /** What becomes of a request from elsewhere: taken and reported, or refused. */
  readonly policy: 'report' | 'enforce';
  /** Whether a request comes from Altinn. @param address as {@link callerOf} gives it */
  includes(address: string | undefined): boolean;
}

/** Reads `tt02`, `production` and CIDRs, separated by commas. @throws InvalidValue */
export function parseSources(text: string): AddressSet {
  const given = text
    .split(',')
    .map((source) => source.trim())
    .filter(Boolean);
  if (given.length === 0) throw new InvalidValue('holds neither tt02, production nor a CIDR');
  try {
    return readCidrs(given.flatMap(cidrsOf));
  } catch {
    throw new InvalidValue('holds what is neither tt02, production nor a CIDR');
  }
}

/**
 * The address that the platform's front end saw: the last entry of `X-Forwarded-For`. Azure App Service adds it behind
 * whatever the caller sent, so the entries before it can be forged and this one cannot.
 * Source: Microsoft Learn, "Configure an App Service app", on `X-Forwarded-For`.
 */
export function callerOf(forwardedFor: string | null): string | undefined {
  const last = forwardedFor?.split(',').at(-1)?.trim();
  const address =
    last && (/^\[(.+)\](?::\d+)?$/.exec(last)?.[1] ?? (/^([\d.]+)(?::\d+)?$/.exec(last)?.[1] || last));
  return address?.replace(/^::ffff:(?=[\d.]+$)/i, '') || undefined;
}

/** The ranges of one source: those of a named environment, or itself. */
export function cidrsOf(source: string): readonly string[] {
  const known = source.toLowerCase();
  if (known !== 'tt02' && known !== 'production') return [source];
  return [...addresses[known].old, ...addresses[known].new];
}
