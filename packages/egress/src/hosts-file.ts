import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';

/** The addresses of each name in a hosts file, by name in lower case. */
export type Hosts = ReadonlyMap<string, readonly LookupAddress[]>;

/**
 * Parses a hosts file (hosts(5)): an address and its names per line. An address with a zone is left out: it means an
 * interface of this machine.
 */
export function parseHosts(text: string): Hosts {
  const hosts = new Map<string, LookupAddress[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const family = isIP(address);
    if (family === 0 || address.includes('%')) continue;
    for (const name of names) {
      const key = name.toLowerCase();
      const known = hosts.get(key);
      if (known === undefined) hosts.set(key, [{ address, family }]);
      else if (!known.some((one) => one.address === address)) known.push({ address, family });
    }
  }
  return hosts;
}
