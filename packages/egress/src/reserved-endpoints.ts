import type { LookupAddress } from 'node:dns';
import { type Address, isSameAddress, parseAddress, readHost } from './address.ts';

/** Something of Tocsin's own that no webhook may reach, though its address may be allowed. */
export interface ReservedEndpoint {
  /** A name or an address; null for every address of this machine. */
  readonly host: string | null;
  readonly port: number;
}

export interface ReservedEndpoints {
  /** Reserves more, such as a listener once its port is known. */
  add(...endpoints: readonly ReservedEndpoint[]): void;
  /** Resolves once the names that are reserved with this port have been looked up; at once for any other port. */
  known(port: number): Promise<void>;
  /** Whether this name is one that is reserved with this port. */
  isReservedName(name: string, port: number): boolean;
  /** Whether this address is reserved, as of {@link known}. */
  isReservedAddress(address: Address, port: number): boolean;
}

/** How long the addresses of a reserved name are trusted. */
const ADDRESSES_KEPT_MS = 30_000;

/**
 * Holds Tocsin's own endpoints: its listeners, its Postgres and Redis, its status service. A destination may never lead
 * there, even where `TOCSIN_EGRESS_ALLOW` holds the address: they trust their network.
 *
 * @param options.isOwnAddress whether an address is one of this machine's, the loopback included
 * @param options.resolve looks a name up; a name that cannot be looked up reserves no address
 * @param options.nowMs a clock in milliseconds that never runs backwards
 */
export function createReservedEndpoints({
  isOwnAddress,
  resolve,
  nowMs = () => performance.now(),
}: {
  isOwnAddress: (address: Address) => boolean;
  resolve: (name: string) => Promise<readonly LookupAddress[]>;
  nowMs?: () => number;
}): ReservedEndpoints {
  const names = new Map<string, { port: number; name: string; addresses: Address[]; knownUntilMs: number }>();
  const fixed: { port: number; address: Address | null }[] = [];

  async function lookUp(entry: { name: string; addresses: Address[]; knownUntilMs: number }): Promise<void> {
    if (nowMs() < entry.knownUntilMs) return;
    try {
      const found = await resolve(entry.name);
      entry.addresses = found.flatMap(({ address }) => parseAddress(address) ?? []);
      entry.knownUntilMs = nowMs() + ADDRESSES_KEPT_MS;
    } catch {
      // The known addresses stay.
    }
  }

  const matches = (reserved: Address | null, address: Address) =>
    reserved === null || isOwnAddress(reserved) ? isOwnAddress(address) : isSameAddress(reserved, address);

  return {
    add(...endpoints) {
      for (const { host, port } of endpoints) {
        const read = host === null ? null : readHost(host);
        if (read === null) fixed.push({ port, address: null });
        else if (read.kind === 'address') fixed.push({ port, address: read.address });
        else if (read.kind === 'name') {
          names.set(`${read.name}:${port}`, { port, name: read.name, addresses: [], knownUntilMs: 0 });
        }
      }
    },
    async known(port) {
      await Promise.all([...names.values()].filter((entry) => entry.port === port).map(lookUp));
    },
    isReservedName: (name, port) => names.has(`${name}:${port}`),
    isReservedAddress: (address, port) =>
      fixed.some((entry) => entry.port === port && matches(entry.address, address)) ||
      [...names.values()].some(
        (entry) => entry.port === port && entry.addresses.some((reserved) => matches(reserved, address)),
      ),
  };
}
