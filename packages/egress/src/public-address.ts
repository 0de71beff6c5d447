import type { Address } from './address.ts';
import { type Cidr, cidrContains, parseCidr } from './cidr.ts';
import { GLOBAL_UNICAST_IPV6, SPECIAL_IPV4, SPECIAL_IPV6, type SpecialRange } from './special-ranges.ts';

/**
 * Builds the check for "is this address public": IPv4 outside every special range, IPv6 within 2000::/3 and
 * outside its holes. The tables and their sources are in `special-ranges.ts`.
 *
 * @returns a function that gives null for a public address, or what the address is instead.
 */
export function createPublicAddressCheck(): (address: Address) => string | null {
  const globalUnicast = tableCidr(GLOBAL_UNICAST_IPV6);
  const special = [...SPECIAL_IPV4, ...SPECIAL_IPV6].map((range) => ({ range, cidr: tableCidr(range.cidr) }));

  return (address) => {
    const match = special.find(({ cidr }) => cidrContains(cidr, address));
    if (match !== undefined) return describe(match.range);
    if (address.kind() === 'ipv6' && !cidrContains(globalUnicast, address)) {
      return `not a global unicast address (outside ${GLOBAL_UNICAST_IPV6})`;
    }
    return null;
  };
}

function describe(range: SpecialRange): string {
  return `${range.name} (${range.source})`;
}

function tableCidr(text: string): Cidr {
  const parsed = parseCidr(text);
  if (!parsed.ok)
    throw new Error(`the range ${text} in the table of special ranges is faulty: ${parsed.fault}`);
  return parsed.cidr;
}
