import { ADDRCONFIG, promises as dns, type LookupAddress, lookup } from 'node:dns';
import { isIP } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Hosts, parseHosts } from './hosts-file.ts';
import { createOwnAddresses } from './own-addresses.ts';
import { candidateNames, NO_SEARCH, parseSearchList, type SearchList } from './search-list.ts';
import type { ResolveName } from './shared-lookup.ts';
import { createWatchedFile } from './watched-file.ts';

export interface NameResolverOptions {
  /** DNS servers as `ip:port`; the system's by default. */
  servers?: readonly string[];
  hosts?: () => Hosts;
  searchList?: () => SearchList;
  /** This machine's addresses, which show its families. */
  ownAddresses?: () => string[];
  /** How long a server is waited for, in milliseconds, and how often it is asked; 4 s, twice. */
  patience?: { timeout: number; tries: number };
  /** Resolves names that DNS does not know: `dns.lookup` by default. */
  system?: ResolveName;
}

const HOSTS_PATH = process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts';

/** A name that is never answered ends after about 9 s, within an attempt's default deadline. */
const PATIENCE = { timeout: 4_000, tries: 2 };

/** Once one family is answered, the other is waited for this long (servers exist that drop questions for AAAA). */
const OTHER_FAMILY_MS = 2_000;

/** c-ares's codes for a name that DNS does not have, and for a machine without DNS. */
const UNKNOWN = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME', 'ECONNREFUSED']);

/**
 * Resolves names as the system does (the hosts file, then DNS with the search list), but without libuv's thread pool:
 * `dns.lookup` may use half of its four threads, so that two names whose servers never answer would hold up all others.
 * Names that DNS does not know go to `dns.lookup`, which has other sources.
 */
export function createNameResolver(options: NameResolverOptions = {}): ResolveName {
  const {
    servers,
    hosts = createWatchedFile({ path: HOSTS_PATH, parse: parseHosts, absent: new Map() as Hosts }),
    searchList = createWatchedFile({ path: '/etc/resolv.conf', parse: parseSearchList, absent: NO_SEARCH }),
    ownAddresses = createOwnAddresses(),
    patience = PATIENCE,
    system = lookUpBySystem,
  } = options;

  return async (hostname, hints) => {
    const listed = hosts().get(hostname.toLowerCase().replace(/\.$/, ''));
    if (listed !== undefined) return [...listed];
    const families = (hints & ADDRCONFIG) === 0 ? [4, 6] : configuredFamilies(ownAddresses());
    let failure: unknown;
    for (const name of candidateNames(hostname, searchList())) {
      const { addresses, error } = await ask(name, families, { servers, patience });
      if (addresses.length > 0) return addresses;
      if (codeOf(error) === 'ETIMEOUT') throw tryAgain(hostname, error);
      if (!UNKNOWN.has(codeOf(error))) failure ??= error;
    }
    if (failure !== undefined) throw tryAgain(hostname, failure);
    return system(hostname, hints);
  };
}

interface Asked {
  addresses: LookupAddress[];
  /** Why there are none: the more telling of both errors. */
  error: unknown;
}

/**
 * Asks DNS for one full name. Each question has a new channel: a kept one adapts its timeout to the server, gives up on
 * a slow name after 1 s, and misses changes of resolv.conf.
 */
async function ask(
  name: string,
  families: readonly number[],
  { servers, patience }: Pick<NameResolverOptions, 'servers' | 'patience'>,
): Promise<Asked> {
  const channel = new dns.Resolver(patience);
  if (servers !== undefined) channel.setServers(servers);
  const questions = families.map(async (family) => {
    const found = await (family === 4 ? channel.resolve4(name) : channel.resolve6(name));
    return found.map((address): LookupAddress => ({ address, family: isIP(address) }));
  });
  const settled = Promise.allSettled(questions);
  const otherIsLate = Promise.any(questions).then(
    () => delay(OTHER_FAMILY_MS, undefined, { ref: false }),
    () => settled,
  );
  await Promise.race([settled, otherIsLate]);
  channel.cancel();
  const results = await settled;
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  return {
    // IPv4 first: where both are there, Node tries the other family a moment later.
    addresses: results.flatMap((result) => (result.status === 'fulfilled' ? result.value : [])),
    error: errors.find((error) => !UNKNOWN.has(codeOf(error))) ?? errors[0],
  };
}

/** As getaddrinfo's AI_ADDRCONFIG: the families that this machine has an address of, the loopback aside. */
function configuredFamilies(own: readonly string[]): number[] {
  const outward = own.filter((address) => !/^(127\.|::1$)/.test(address));
  const families = [4, 6].filter((family) => outward.some((address) => isIP(address) === family));
  return families.length === 0 ? [4, 6] : families;
}

const lookUp = promisify(lookup);

async function lookUpBySystem(hostname: string, hints: number): Promise<LookupAddress[]> {
  return lookUp(hostname, { all: true, hints });
}

/** The error that `dns.lookup` gives where DNS fails to answer. */
function tryAgain(hostname: string, cause: unknown): NodeJS.ErrnoException {
  const error = new Error(`getaddrinfo EAI_AGAIN ${hostname}`, { cause });
  return Object.assign(error, { code: 'EAI_AGAIN', syscall: 'getaddrinfo', hostname });
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | undefined)?.code);
}
