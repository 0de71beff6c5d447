import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** A parsed address. An IPv4-mapped IPv6 address never appears as IPv6: see {@link parseAddress}. */
export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * Reads an IP address in its strict notation: dotted decimal without leading zeros, or RFC 4291 text.
 *
 * An IPv4-mapped address (`::ffff:10.0.0.1`) comes back as the IPv4 address that the kernel would connect to.
 *
 * @returns null for anything else, an address with a zone id (`fe80::1%eth0`) included: a zone names one of
 * this machine's own links, which no public destination has.
 */
export function parseAddress(text: string): Address | null {
  // isIP goes first because ipaddr.js alone would also read `0x7f.1` and `010.0.0.1`.
  if (text.includes('%') || isIP(text) === 0) return null;
  return ipaddr.process(text);
}

/** Whether two addresses are the same, whatever notation they came in. */
export function isSameAddress(a: Address, b: Address): boolean {
  return a.kind() === b.kind() && a.toNormalizedString() === b.toNormalizedString();
}
