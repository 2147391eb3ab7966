import { BlockList, isIP } from 'node:net';

/** A set of addresses, and whether it holds one. */
export interface AddressSet {
  /** @returns `false` for what is no address too */
  has(address: string | undefined): boolean;
}

/** Whether a text is a range in CIDR notation, or an address alone. */
export function isCidr(text: string): boolean {
  return parse(text) !== undefined;
}

/**
 * Reads ranges in CIDR notation (RFC 4632, RFC 4291); an address alone is a range of one.
 * @throws RangeError for the first that is none; it repeats no value
 */
export function readCidrs(ranges: readonly string[]): AddressSet {
  const list = new BlockList();
  for (const range of ranges) {
    const parsed = parse(range);
    if (!parsed) throw new RangeError('no CIDR');
    list.addSubnet(parsed.network, parsed.prefix, parsed.family);
  }
  return {
    has(address = '') {
      const family = isIP(address);
      return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
    },
  };
}

function parse(range: string) {
  const [network = '', bits, ...rest] = range.split('/');
  const family = isIP(network);
  const all = family === 6 ? 128 : 32;
  const prefix = bits === undefined ? all : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  if (family === 0 || prefix < 0 || prefix > all || rest.length > 0) return undefined;
  return { network, prefix, family: family === 6 ? 'ipv6' : 'ipv4' } as const;
}
