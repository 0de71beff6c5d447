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

/** One range of addresses. `text` is what was written, for messages and logs. */
export interface Cidr {
  readonly text: string;
  readonly network: Address;
  readonly prefixBits: number;
}

const IPV4_BITS = 32;
const IPV6_BITS = 128;
/** An IPv4-mapped address holds its IPv4 in the last 32 of 128 bits (RFC 4291, 2.5.5.2). */
const MAPPED_PREFIX_BITS = IPV6_BITS - IPV4_BITS;

/**
 * Reads one range: `10.0.0.0/8`, `fd00::/8`, or a single address without a prefix length.
 * `::ffff:10.0.0.0/104` is the same range as `10.0.0.0/8`, since mapped addresses are judged as IPv4.
 *
 * A range whose address has bits below its prefix (`10.1.2.3/8`) is an error: read as `10.0.0.0/8` it would allow
 * sixteen million addresses where one may have been meant.
 *
 * @returns the range, or what is wrong with the text.
 */
export function parseCidr(text: string): { ok: true; cidr: Cidr } | { ok: false; fault: string } {
  const [addressText = '', lengthText, ...rest] = text.split('/');
  const network = parseAddress(addressText);
  if (network === null) return { ok: false, fault: `"${addressText}" is not an IP address` };

  const isMapped = network.kind() === 'ipv4' && addressText.includes(':');
  const bitsInText = addressText.includes(':') ? IPV6_BITS : IPV4_BITS;
  const lengthMin = isMapped ? MAPPED_PREFIX_BITS : 0;
  const length = lengthText === undefined ? bitsInText : parsePrefixLength(lengthText);
  if (rest.length > 0 || length === null || length < lengthMin || length > bitsInText) {
    return {
      ok: false,
      fault: `the prefix length must be a whole number from ${lengthMin} to ${bitsInText}`,
    };
  }

  const prefixBits = isMapped ? length - MAPPED_PREFIX_BITS : length;
  if (hasBitsBelow(network, prefixBits)) {
    return { ok: false, fault: `its address has bits set beyond the first ${length}` };
  }
  return { ok: true, cidr: { text, network, prefixBits } };
}

/** Whether the address lies in the range. Ranges of the other family never contain it. */
export function cidrContains(cidr: Cidr, address: Address): boolean {
  return cidr.network.kind() === address.kind() && address.match(cidr.network, cidr.prefixBits);
}

function parsePrefixLength(text: string): number | null {
  return /^(?:0|[1-9][0-9]{0,2})$/.test(text) ? Number(text) : null;
}

function hasBitsBelow(network: Address, prefixBits: number): boolean {
  return network.toByteArray().some((byte, index) => {
    const keptBits = Math.min(8, Math.max(0, prefixBits - index * 8));
    return (byte & (0xff >> keptBits)) !== 0;
  });
}

/** What a host is once every notation has been undone. */
export type Host =
  | { kind: 'address'; address: Address }
  | { kind: 'name'; name: string }
  | { kind: 'invalid' };

/** Names with a meaning only on this machine or in this network, each with the source of the rule. */
const FORBIDDEN_SUFFIXES: readonly { suffix: string; source: string }[] = [
  { suffix: 'localhost', source: 'RFC 6761' },
  { suffix: 'local', source: 'RFC 6762' },
  { suffix: 'internal', source: 'reserved by ICANN in 2024' },
  { suffix: 'home.arpa', source: 'RFC 8375' },
];

/** Characters that end or alter a host in a URL, so that what follows would not be read as part of it. */
const NOT_IN_A_HOST = /[\s\p{Cc}/\\?#@:%[\]]/u;

/**
 * Reads a host as the WHATWG URL parser does, which undoes decimal, octal and hexadecimal IPv4, IDNA mappings
 * and letter case; then takes trailing dots off names. IPv6 may come with or without brackets.
 */
export function readHost(hostname: string): Host {
  const bare = hostname.startsWith('[') && hostname.endsWith(']') ? hostname.slice(1, -1) : hostname;
  const literal = parseAddress(bare);
  if (literal !== null) return { kind: 'address', address: literal };
  if (NOT_IN_A_HOST.test(bare)) return { kind: 'invalid' };

  const canonical = URL.parse(`http://${bare}/`)?.hostname.replace(/\.+$/, '');
  if (canonical === undefined || canonical === '') return { kind: 'invalid' };
  const address = parseAddress(canonical);
  return address === null ? { kind: 'name', name: canonical } : { kind: 'address', address };
}

/**
 * Judges a name as {@link readHost} gives it, without asking DNS: `localhost`, `*.localhost`, `*.local`,
 * `*.internal`, `*.home.arpa`, and any name of a single label (a service name of the local network).
 *
 * @returns null for a name that may be public, or why it can't be.
 */
export function forbiddenNameReason(name: string): string | null {
  const match = FORBIDDEN_SUFFIXES.find(({ suffix }) => name === suffix || name.endsWith(`.${suffix}`));
  if (match !== undefined) return `names under "${match.suffix}" are not public (${match.source})`;
  if (!name.includes('.')) return 'a name of a single label is not public';
  return null;
}
