import { type AddressSet, readCidrs } from '../runtime/cidr.ts';
import { ConfigurationError } from '../runtime/configuration-error.ts';
import { addresses } from './addresses.ts';

export interface Callers {
  /** What becomes of a request from elsewhere: taken and reported, or refused. */
  readonly policy: 'report' | 'enforce';
  /** Whether a request comes from Altinn. @param address as {@link callerOf} gives it */
  includes(address: string | undefined): boolean;
}

/**
 * Reads ALTINN_SOURCE (`tt02`, `production` or CIDRs, separated by commas) and ALTINN_SOURCE_POLICY.
 * @returns `undefined` when nobody is checked: the policy is `off`, or there is no ALTINN_SOURCE
 * @throws ConfigurationError
 */
export function readCallers(environment: Readonly<Record<string, string | undefined>>): Callers | undefined {
  const policy = environment.ALTINN_SOURCE_POLICY?.trim().toLowerCase() || 'report';
  if (policy !== 'off' && policy !== 'report' && policy !== 'enforce') {
    throw new ConfigurationError('ALTINN_SOURCE_POLICY is none of off, report and enforce. Example: enforce');
  }
  const sources = (environment.ALTINN_SOURCE ?? '')
    .split(',')
    .map((source) => source.trim())
    .filter(Boolean);
  if (policy === 'enforce' && sources.length === 0) {
    throw new ConfigurationError(
      'ALTINN_SOURCE is missing, and ALTINN_SOURCE_POLICY is enforce. Example: production',
    );
  }
  if (policy === 'off' || sources.length === 0) return undefined;
  const addresses = readSources(sources);
  return { policy, includes: (address) => addresses.has(address) };
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

/** The ranges of one entry of ALTINN_SOURCE: those of a named environment, or itself. */
export function cidrsOf(source: string): readonly string[] {
  const known = source.toLowerCase();
  if (known !== 'tt02' && known !== 'production') return [source];
  return [...addresses[known].old, ...addresses[known].new];
}

function readSources(sources: readonly string[]): AddressSet {
  try {
    return readCidrs(sources.flatMap(cidrsOf));
  } catch {
    throw new ConfigurationError(
      'ALTINN_SOURCE holds what is neither tt02, production nor a CIDR. Example: production,192.0.2.0/24',
    );
  }
}
