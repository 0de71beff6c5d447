/** A range that no webhook may be sent to. `name` completes the sentence "this is a …". */
export interface SpecialRange {
  readonly cidr: string;
  readonly name: string;
  /** Where the range is reserved. */
  readonly source: string;
}

/**
 * IPv4: the IANA IPv4 Special-Purpose Address Registry, also where it says "globally reachable" (those rows
 * are infrastructure anycast, never somebody's webhook), multicast, and platform addresses that look public.
 * https://www.iana.org/assignments/iana-ipv4-special-registry
 */
export const SPECIAL_IPV4: readonly SpecialRange[] = [
  { cidr: '0.0.0.0/8', name: '"this network" address', source: 'RFC 791' },
  { cidr: '10.0.0.0/8', name: 'private address', source: 'RFC 1918' },
  { cidr: '100.64.0.0/10', name: 'shared (carrier-grade NAT) address', source: 'RFC 6598' },
  { cidr: '127.0.0.0/8', name: 'loopback address', source: 'RFC 1122' },
  { cidr: '168.63.129.16/32', name: 'cloud platform address', source: 'Azure wire server' },
  { cidr: '169.254.0.0/16', name: 'link-local or cloud metadata address', source: 'RFC 3927' },
  { cidr: '172.16.0.0/12', name: 'private address', source: 'RFC 1918' },
  // Holds 192.0.0.192, Oracle Cloud's metadata service.
  { cidr: '192.0.0.0/24', name: 'protocol assignment address', source: 'RFC 6890' },
  { cidr: '192.0.2.0/24', name: 'documentation address', source: 'RFC 5737' },
  { cidr: '192.31.196.0/24', name: 'AS112 address', source: 'RFC 7535' },
  { cidr: '192.52.193.0/24', name: 'AMT relay address', source: 'RFC 7450' },
  { cidr: '192.88.99.0/24', name: '6to4 relay address', source: 'RFC 7526' },
  { cidr: '192.168.0.0/16', name: 'private address', source: 'RFC 1918' },
  { cidr: '192.175.48.0/24', name: 'AS112 address', source: 'RFC 7534' },
  { cidr: '198.18.0.0/15', name: 'benchmarking address', source: 'RFC 2544' },
  { cidr: '198.51.100.0/24', name: 'documentation address', source: 'RFC 5737' },
  { cidr: '203.0.113.0/24', name: 'documentation address', source: 'RFC 5737' },
  { cidr: '224.0.0.0/4', name: 'multicast address', source: 'RFC 5771' },
  { cidr: '255.255.255.255/32', name: 'broadcast address', source: 'RFC 8190' },
  { cidr: '240.0.0.0/4', name: 'reserved address', source: 'RFC 1112' },
];

/** The only IPv6 space that IANA allocates as global unicast (RFC 4291, IANA IPv6 Address Space registry). */
export const GLOBAL_UNICAST_IPV6 = '2000::/3';

/**
 * IPv6: first the holes in 2000::/3, from the IANA IPv6 Special-Purpose Address Registry. The rest lies outside
 * 2000::/3 and is refused anyway; those rows only say why. First match wins.
 * https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export const SPECIAL_IPV6: readonly SpecialRange[] = [
  // A Teredo or 6to4 address carries an IPv4 address that a relay would connect to.
  { cidr: '2001::/32', name: 'Teredo address', source: 'RFC 4380' },
  { cidr: '2001:2::/48', name: 'benchmarking address', source: 'RFC 5180' },
  { cidr: '2001:10::/28', name: 'ORCHID', source: 'RFC 4843' },
  { cidr: '2001:20::/28', name: 'ORCHIDv2', source: 'RFC 7343' },
  { cidr: '2001::/23', name: 'protocol assignment address', source: 'RFC 2928' },
  { cidr: '2001:db8::/32', name: 'documentation address', source: 'RFC 3849' },
  { cidr: '2002::/16', name: '6to4 address', source: 'RFC 3056' },
  { cidr: '2620:4f:8000::/48', name: 'AS112 address', source: 'RFC 7534' },
  { cidr: '3ffe::/16', name: '6bone address, returned to IANA', source: 'RFC 3701' },
  { cidr: '3fff::/20', name: 'documentation address', source: 'RFC 9637' },

  { cidr: '::/128', name: 'unspecified address', source: 'RFC 4291' },
  { cidr: '::1/128', name: 'loopback address', source: 'RFC 4291' },
  { cidr: '::/96', name: 'IPv4-compatible address', source: 'RFC 4291, deprecated' },
  { cidr: '64:ff9b::/96', name: 'NAT64 address', source: 'RFC 6052' },
  { cidr: '64:ff9b:1::/48', name: 'local NAT64 address', source: 'RFC 8215' },
  { cidr: '100::/64', name: 'discard-only address', source: 'RFC 6666' },
  { cidr: '100:0:0:1::/64', name: 'dummy address', source: 'RFC 9780' },
  { cidr: '5f00::/16', name: 'segment routing address', source: 'RFC 9602' },
  { cidr: 'fc00::/7', name: 'unique local address', source: 'RFC 4193' },
  { cidr: 'fe80::/10', name: 'link-local address', source: 'RFC 4291' },
  { cidr: 'fec0::/10', name: 'site-local address', source: 'RFC 3879, deprecated' },
  { cidr: 'ff00::/8', name: 'multicast address', source: 'RFC 4291' },
];
