import { ADDRCONFIG, type LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { EgressBlockedError } from './egress-blocked-error.ts';
import type { EgressPolicy } from './policy.ts';

/** Resolves a name to all of its addresses. `dns.lookup` is one. */
export type ResolveAll = (
  hostname: string,
  options: { all: true; hints?: number },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** A request's options for the look-up. */
export interface LookupOptions {
  readonly port: number;
  readonly family?: number | string | undefined;
  readonly hints?: number | undefined;
}

/** At least one address, every one of them allowed. @throws EgressBlockedError, or what the look-up failed with */
export type GuardedLookup = (hostname: string, options: LookupOptions) => Promise<LookupAddress[]>;

/**
 * Builds a look-up that only ever answers with addresses the policy has just allowed. Connections use the addresses of
 * that same answer, so DNS rebinding cannot bypass the policy.
 *
 * Both families are always asked for and judged together, whichever one the caller wants: a single forbidden
 * address refuses the name with an {@link EgressBlockedError}.
 */
export function createGuardedLookup({
  policy,
  resolve,
}: {
  policy: Pick<EgressPolicy, 'judgeAnswer'>;
  resolve: ResolveAll;
}): GuardedLookup {
  return async (hostname, { port, family, hints = ADDRCONFIG }) => {
    const answer = await new Promise<LookupAddress[]>((fulfil, reject) =>
      resolve(hostname, { all: true, hints }, (error, addresses) =>
        error === null ? fulfil(addresses) : reject(error),
      ),
    );
    const all = answer.map(({ address }) => ({ address, family: isIP(address) }));
    const addresses = all.map(({ address }) => address);
    const verdict = all.length === 0 ? null : policy.judgeAnswer(hostname, addresses, port);
    if (verdict?.allowed === false) {
      throw new EgressBlockedError({ host: hostname, reason: verdict.reason, addresses });
    }
    const wanted = all.filter((one) => isWantedFamily(one.family, family));
    if (wanted.length === 0) throw notFound(hostname);
    return wanted;
  };
}

function isWantedFamily(family: number, wanted: LookupOptions['family']): boolean {
  if (wanted === 4 || wanted === 'IPv4') return family === 4;
  if (wanted === 6 || wanted === 'IPv6') return family === 6;
  return true;
}

/** The error that `dns.lookup` gives for a name without addresses. */
function notFound(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), {
    code: 'ENOTFOUND',
    syscall: 'getaddrinfo',
    hostname,
  });
}
