import {
  type Address,
  type Cidr,
  cidrContains,
  forbiddenNameReason,
  isSameAddress,
  parseAddress,
  parseCidr,
  readHost,
} from './address.ts';
import type { CidrList } from './cidr-list.ts';
import { createOwnAddresses } from './own-addresses.ts';
import type { ReservedEndpoints } from './reserved-endpoints.ts';
import { GLOBAL_UNICAST_IPV6, SPECIAL_IPV4, SPECIAL_IPV6, type SpecialRange } from './special-ranges.ts';

/** An answer about one address, host or port. `reason` is for operators and names no address DNS has given. */
export type EgressVerdict = { allowed: true } | { allowed: false; reason: string };

/** What may be connected to. Pure but for reading this machine's own addresses; never throws. */
export interface EgressPolicy {
  /** Judges one address. Anything that is not an address in strict notation is refused. */
  judgeAddress(ip: string): EgressVerdict;
  /**
   * Judges what can be said about a host without DNS: a literal in any notation as its address, a name by the
   * name rules. With ranges allowed, a forbidden name may still lie in them: it passes here, and
   * {@link EgressPolicy.judgeAnswer} decides. With a port, what is Tocsin's own is refused too, whatever is allowed.
   */
  judgeHost(hostname: string, port?: number): EgressVerdict;
  /** Judges a port by the WHATWG Fetch list. No allowed range lifts it. */
  judgePort(port: number): EgressVerdict;
  /**
   * Judges a host together with all that it resolves to. One forbidden address refuses the name; a forbidden
   * name passes only if every address lies in an allowed range. With a port, what is Tocsin's own is refused too.
   */
  judgeAnswer(hostname: string, ips: readonly string[], port?: number): EgressVerdict;
  /** Resolves once the addresses of Tocsin's own services on this port are known; await it before judging. */
  known(port: number): Promise<void>;
}

const ALLOWED: EgressVerdict = { allowed: true };
const RESERVED =
  "it is one of Tocsin's own services (a listener, its database, its queues), whatever is allowed";
const NOTHING_RESERVED: ReservedEndpoints = {
  add: () => {},
  known: async () => {},
  isReservedName: () => false,
  isReservedAddress: () => false,
};

/**
 * Builds the policy: refused are all addresses that are not public, the machine's own, names of this machine or its
 * network, and the ports that browsers block.
 *
 * @param options.allow ranges allowed besides public addresses; lifts the address, own-address and name rules
 * for what falls into them.
 * @param options.ownAddresses this machine's addresses; by default those of its network interfaces.
 * @param options.reserved what is Tocsin's own, refused also where its address is allowed; nothing by default.
 */
export function createEgressPolicy({
  allow,
  ownAddresses = createOwnAddresses(),
  reserved = NOTHING_RESERVED,
}: {
  allow: CidrList;
  ownAddresses?: () => string[];
  reserved?: ReservedEndpoints;
}): EgressPolicy {
  const specialReason = createPublicAddressCheck();
  const isAllowListed = (address: Address) => allow.some((cidr) => cidrContains(cidr, address));

  const judge = (address: Address): EgressVerdict => {
    if (isAllowListed(address)) return ALLOWED;
    const reason = specialReason(address) ?? ownAddressReason(address, ownAddresses);
    return reason === null ? ALLOWED : refused(reason);
  };

  const isReserved = (address: Address, port: number | undefined) =>
    port !== undefined && reserved.isReservedAddress(address, port);

  const judgeAddress = (ip: string): EgressVerdict => {
    const address = parseAddress(ip);
    return address === null ? refused('not an IP address, or one with a zone id') : judge(address);
  };

  return {
    judgeAddress,

    judgeHost(hostname, port) {
      const host = readHost(hostname);
      if (host.kind === 'invalid') return refused('not a valid host');
      if (host.kind === 'address') {
        const verdict = judge(host.address);
        return verdict.allowed && isReserved(host.address, port) ? refused(RESERVED) : verdict;
      }
      if (port !== undefined && reserved.isReservedName(host.name, port)) return refused(RESERVED);
      const reason = forbiddenNameReason(host.name);
      return reason === null || allow.length > 0 ? ALLOWED : refused(reason);
    },

    judgePort(port) {
      const reason = badPortReason(port);
      return reason === null ? ALLOWED : refused(reason);
    },

    judgeAnswer(hostname, ips, port) {
      const host = readHost(hostname);
      if (host.kind === 'invalid') return refused('not a valid host');
      if (ips.length === 0) return refused('resolves to no address');
      const nameReason = host.kind === 'name' ? forbiddenNameReason(host.name) : null;
      for (const ip of ips) {
        const verdict = judgeAddress(ip);
        if (!verdict.allowed) {
          return host.kind === 'name'
            ? refused(`resolves to a forbidden address: ${verdict.reason}`)
            : verdict;
        }
        const address = parseAddress(ip);
        if (nameReason !== null && address !== null && !isAllowListed(address)) return refused(nameReason);
        if (address !== null && isReserved(address, port)) return refused(RESERVED);
      }
      return ALLOWED;
    },

    known: (port) => reserved.known(port),
  };
}

function refused(reason: string): EgressVerdict {
  return { allowed: false, reason };
}

function ownAddressReason(address: Address, ownAddresses: () => string[]): string | null {
  let own: string[];
  try {
    own = ownAddresses();
  } catch {
    // A sandbox can forbid reading interfaces. Then any address might be this machine's.
    return "this machine's own addresses can't be read, so none can be told apart from them";
  }
  const isOwn = own.some((text) => {
    const parsed = parseAddress(text);
    return parsed !== null && isSameAddress(parsed, address);
  });
  return isOwn ? "one of this machine's own addresses" : null;
}

/**
 * The ports that browsers block, since what listens there can be made to misread an HTTP request as its own
 * protocol. WHATWG Fetch, "port blocking": https://fetch.spec.whatwg.org/#port-blocking
 */
const BAD_PORTS: ReadonlySet<number> = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104,
  109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515,
  526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049,
  3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

const PORT_MAX = 65_535;

/** @returns null for a port that may be connected to, or why it may not. Anything but 0 to 65535 is refused. */
export function badPortReason(port: number): string | null {
  if (!Number.isInteger(port) || port < 0 || port > PORT_MAX) return `${port} is not a port`;
  if (BAD_PORTS.has(port)) return `port ${port} is one of the ports that browsers block (WHATWG Fetch)`;
  return null;
}

/**
 * Builds the check for "is this address public": IPv4 outside every special range, IPv6 within 2000::/3 and
 * outside its holes. The tables and their sources are in `special-ranges.ts`.
 *
 * @returns a function that gives null for a public address, or what the address is instead.
 */
function createPublicAddressCheck(): (address: Address) => string | null {
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
