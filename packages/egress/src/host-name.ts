import { type Address, parseAddress } from './address.ts';

/** What a host is once every notation has been undone. */
export type Host =
  | { kind: 'address'; address: Address }
  | { kind: 'name'; name: string }
  | { kind: 'invalid' };

/** Names that only mean something on this machine or in this network, with where that is laid down. */
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
