import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { EgressBlockedError } from './egress-blocked-error.ts';
import type { EgressPolicy } from './policy.ts';

/** Resolves a name to all of its addresses. `dns.lookup` is one. */
export type ResolveAll = (
  hostname: string,
  options: { all: true; hints?: number },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Builds a `lookup` for sockets that only ever answers with addresses the policy has just allowed. The socket
 * connects to an address out of that very answer, so a name that changes between two answers gains nothing.
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
}): LookupFunction {
  return (hostname, options, callback) => {
    const resolveOptions = {
      all: true as const,
      ...(options.hints !== undefined && { hints: options.hints }),
    };
    resolve(hostname, resolveOptions, (error, answer) => {
      if (error !== null) return callback(error, []);

      const all = answer.map(({ address }) => ({ address, family: isIP(address) }));
      const ips = all.map(({ address }) => address);
      const verdict = all.length === 0 ? null : policy.judgeAnswer(hostname, ips);
      if (verdict?.allowed === false) {
        return callback(
          new EgressBlockedError({ host: hostname, reason: verdict.reason, addresses: ips }),
          [],
        );
      }

      const wanted = all.filter(({ family }) => isWantedFamily(family, options.family));
      const [first] = wanted;
      if (first === undefined) return callback(notFound(hostname), []);
      return options.all === true ? callback(null, wanted) : callback(null, first.address, first.family);
    });
  };
}

function isWantedFamily(family: number, wanted: number | 'IPv4' | 'IPv6' | undefined): boolean {
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
