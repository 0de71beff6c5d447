import type { Timings } from '@tocsin/contract';
import type { ConnectionProgress } from '@tocsin/egress';
import type { Timings as GotTimings } from 'got';

/** What is known about the connection that a request used. */
export interface ConnectionFacts {
  readonly isReused: boolean;
  /** The URL's host is an address, so there is nothing to resolve. */
  readonly isLiteral: boolean;
  readonly isSecure: boolean;
  /** How far its making came; untouched on a reused connection. */
  readonly progress: Omit<ConnectionProgress, 'signal'>;
}

/**
 * What an attempt records: how long each phase took, in milliseconds. Null where a phase did not happen or did not end.
 * Of a name with several addresses, connection and TLS are those of the one that was reached; what was lost on others
 * before it counts to its connection.
 */
export function timingsOf(timings: GotTimings | undefined, facts: ConnectionFacts): Timings {
  const { startedAt, lookedUpAt, connectedAt, securedAt } = facts.progress;
  return {
    dnsMs: facts.isLiteral ? null : between(startedAt, lookedUpAt),
    connectMs: between(lookedUpAt, connectedAt),
    tlsMs: between(connectedAt, securedAt),
    // got measures with the wall clock, which can be set back.
    firstByteMs: between(0, timings?.phases.firstByte),
  };
}

/** @returns what a request was waiting for when it was stopped */
export function awaitedPhase(timings: GotTimings | undefined, facts: ConnectionFacts): string {
  const { startedAt, lookedUpAt, connectedAt, securedAt } = facts.progress;
  if (timings?.response !== undefined) return 'the rest of the answer';
  if (facts.isReused) return 'an answer';
  if (startedAt !== undefined && lookedUpAt === undefined) return 'the host name to be resolved';
  if (connectedAt === undefined) return 'a connection';
  return facts.isSecure && securedAt === undefined ? 'the TLS handshake' : 'an answer';
}

function between(from: number | undefined, to: number | undefined): number | null {
  return from === undefined || to === undefined ? null : Math.max(0, to - from);
}
