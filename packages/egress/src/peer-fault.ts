import { EgressBlockedError } from './egress-blocked-error.ts';
import type { EgressPolicy } from './policy.ts';

/**
 * The last look at a connection, for whatever changed or went wrong between the answer and the connection.
 *
 * @param remoteAddress the peer's address as the kernel gives it, which it can't once the peer has gone.
 * @returns null if the connection may be used, or the error to destroy it with.
 */
export function peerFault(
  policy: Pick<EgressPolicy, 'judgeAnswer'>,
  host: string,
  port: number,
  remoteAddress: string | undefined,
): Error | null {
  if (remoteAddress === undefined) {
    const reset = new Error(`the connection to ${host} was reset before its peer could be checked`);
    return Object.assign(reset, { code: 'ECONNRESET' });
  }
  const verdict = policy.judgeAnswer(host, [remoteAddress], port);
  if (verdict.allowed) return null;
  return new EgressBlockedError({ host, reason: verdict.reason, addresses: [remoteAddress] });
}
