import { addresses } from '../../../shared/altinn/addresses.ts';
import { cidrsOf } from '../../../shared/altinn/callers.ts';
import { isCidr, readCidrs } from '../../../shared/runtime/cidr.ts';
import { type Check, fail, ok, skipped } from './check.ts';

export const allowListIsPresent: Check = {
  name: 'allow-list',
  async run({ connection, cli }) {
    const name = connection.ok
      ? connection.value.settings.environment.name
      : cli.environment.ALTINN_ENVIRONMENT;
    const known = Object.hasOwn(addresses, name ?? '')
      ? addresses[name as keyof typeof addresses]
      : undefined;
    if (!known)
      return skipped(`Altinn publishes no addresses for ${name ?? 'an environment that is not given'}`);
    const present = [...known.old, ...known.new];
    const allowed = cli.environment.ALTINN_SOURCE?.trim();
    if (!allowed) {
      return skipped(
        'ALTINN_SOURCE is not set here',
        `Where a firewall or an access restriction stands before the receiver, allow ${present.join(', ')}`,
      );
    }
    const missing = missingFrom(allowed, present);
    if (missing.length === 0) return ok(`ALTINN_SOURCE as it is set here holds all addresses of ${name}`);
    return fail(
      `ALTINN_SOURCE as it is set here lacks ${missing.join(', ')}`,
      `Set ALTINN_SOURCE=${name} in the function app, and fix any firewall before it`,
    );
  },
};

/**
 * Which of Altinn's ranges an allow-list does not hold as a whole.
 * @param allowed names of environments and CIDRs, separated by commas; what is neither holds nothing
 */
export function missingFrom(allowed: string, present: readonly string[]): string[] {
  const sources = allowed.split(',').map((source) => source.trim());
  const set = readCidrs(sources.flatMap(cidrsOf).filter(isCidr));
  return present.filter((cidr) => !ends(cidr).every((address) => set.has(address)));
}

/** The first and the last address of an IPv4 range. */
function ends(cidr: string): string[] {
  const [network = '', prefix = '32'] = cidr.split('/');
  const first = network.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const last = first + 2 ** (32 - Number(prefix)) - 1;
  return [first, last].map((number) => [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.'));
}
