import { BlockList, isIP } from 'node:net';

/** A set of addresses, and whether it holds one. */
export interface AddressSet {
  /** @returns `false` for what is no address too */
  has(address: string | undefined): boolean;
}

/**
 * Reads ranges in CIDR notation (RFC 4632, RFC 4291); an address alone is a range of one.
 * @throws RangeError for the first that is none; it repeats no value
 */
export function readCidrs(ranges: readonly string[]): AddressSet {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', bits, ...rest] = range.split('/');
    const family = isIP(network);
    const all = family === 6 ? 128 : 32;
    const prefix = bits === undefined ? all : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
    if (family === 0 || prefix < 0 || prefix > all || rest.length > 0) throw new RangeError('no CIDR');
    list.addSubnet(network, prefix, family === 6 ? 'ipv6' : 'ipv4');
  }
  return {
    has(address = '') {
      const family = isIP(address);
      return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
    },
  };
}
