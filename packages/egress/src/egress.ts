import type { LookupAddress } from 'node:dns';
import { readFileSync } from 'node:fs';
import { type Address, cidrContains, isSameAddress, parseAddress, parseCidr } from './address.ts';
import { parseCidrList } from './cidr-list.ts';
import { createGuardedAgents, type GuardedAgents } from './guarded-agents.ts';
import { createNameResolver } from './name-resolver.ts';
import { createOwnAddresses } from './own-addresses.ts';
import { endpointOf } from './own-endpoints.ts';
import { createEgressPolicy, type EgressPolicy } from './policy.ts';
import { createReservedEndpoints, type ReservedEndpoint } from './reserved-endpoints.ts';
import { createSharedLookup } from './shared-lookup.ts';

/** The rules for one process's connections to destinations, and agents that apply them. */
export interface Egress {
  readonly policy: EgressPolicy;
  readonly agents: GuardedAgents;
  /** Refuses a port that this process listens on, at every address of this machine. */
  reservePort(port: number): void;
  close(): void;
}

export interface EgressOptions {
  /** `TOCSIN_EGRESS_ALLOW`. */
  readonly allow: string;
  /** `TOCSIN_EGRESS_CA_FILE`: PEM certificates to trust besides the default authorities. */
  readonly caFile?: string | undefined;
  /**
   * Where Tocsin's own Postgres, Redis and services are, as URLs or as `TOCSIN_OWN_URLS` is read: no destination may lead
   * there, whatever is allowed.
   */
  readonly ownServices: readonly (string | ReservedEndpoint | undefined)[];
}

/** Loopback and unspecified addresses, which are this machine's whatever its interfaces say. */
const THIS_MACHINE = ['127.0.0.0/8', '0.0.0.0/32', '::1', '::'].flatMap((text) => {
  const parsed = parseCidr(text);
  return parsed.ok ? [parsed.cidr] : [];
});

/**
 * Creates the rules of one process.
 *
 * @throws CidrListError where the allowed ranges cannot be read, Error where the CA file cannot
 */
export function createEgress({ allow, caFile, ownServices }: EgressOptions): Egress {
  const ownAddresses = createOwnAddresses();
  const resolver = createNameResolver({ ownAddresses });
  const reserved = createReservedEndpoints({
    resolve: (name): Promise<LookupAddress[]> => resolver(name, 0),
    isOwnAddress: (address) => isOwn(address, ownAddresses),
  });
  reserved.add(
    ...ownServices
      .map((service) => (typeof service === 'string' ? endpointOf(service) : (service ?? null)))
      .filter((endpoint) => endpoint !== null),
  );
  const policy = createEgressPolicy({ allow: parseCidrList(allow), ownAddresses, reserved });
  const agents = createGuardedAgents({
    policy,
    lookup: createSharedLookup(resolver),
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') }),
  });
  return {
    policy,
    agents,
    reservePort: (port) => reserved.add({ host: null, port }),
    close: () => agents.close(),
  };
}

function isOwn(address: Address, ownAddresses: () => string[]): boolean {
  if (THIS_MACHINE.some((range) => cidrContains(range, address))) return true;
  return ownAddresses().some((text) => {
    const own = parseAddress(text);
    return own !== null && isSameAddress(own, address);
  });
}
