import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { performance } from 'node:perf_hooks';

/** Long enough that a storm of connections reads the list once, short enough to notice a new address. */
const CACHE_MS = 5_000;

/**
 * Builds the list of this machine's addresses, read from its network interfaces and kept for five seconds
 * (they change when a container joins a network or a lease is renewed). An address that is only translated to
 * this machine by a router is not among them.
 *
 * @param options.nowMs a clock in milliseconds that never runs backwards.
 */
export function createOwnAddresses({
  readInterfaces = networkInterfaces,
  nowMs = () => performance.now(),
}: {
  readInterfaces?: () => NodeJS.Dict<NetworkInterfaceInfo[]>;
  nowMs?: () => number;
} = {}): () => string[] {
  let cached: { addresses: string[]; readAtMs: number } | null = null;

  return () => {
    const atMs = nowMs();
    if (cached === null || atMs - cached.readAtMs >= CACHE_MS) {
      const interfaces = Object.values(readInterfaces());
      cached = {
        addresses: interfaces.flatMap((list) => list ?? []).map((one) => one.address),
        readAtMs: atMs,
      };
    }
    return cached.addresses;
  };
}
