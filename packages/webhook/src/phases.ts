import type { Timings } from '@tocsin/contract';
import type { Timings as GotTimings } from 'got';

/** What is known about the connection that a request used. */
export interface ConnectionFacts {
  readonly isReused: boolean;
  /** The URL's host is an address, so there is nothing to resolve. */
  readonly isLiteral: boolean;
  readonly isSecure: boolean;
}

/**
 * got's timings as an attempt records them: how long each phase took, in milliseconds. Null where a phase did not
 * happen or did not end: on a reused connection got repeats the durations of its first request, and for a literal
 * address it says that the look-up took 0 ms.
 */
export function timingsOf(timings: GotTimings | undefined, facts: ConnectionFacts): Timings {
  const phases = timings?.phases;
  return {
    dnsMs: facts.isReused || facts.isLiteral ? null : durationOf(phases?.dns),
    connectMs: facts.isReused ? null : durationOf(phases?.tcp),
    tlsMs: facts.isReused ? null : durationOf(phases?.tls),
    firstByteMs: durationOf(phases?.firstByte),
  };
}

/** @returns what a request was waiting for when it was stopped */
export function awaitedPhase(timings: GotTimings | undefined, facts: ConnectionFacts): string {
  if (timings?.response !== undefined) return 'the rest of the answer';
  if (timings?.socket === undefined) return 'a connection';
  if (timings.connect === undefined) {
    return timings.lookup === undefined && !facts.isLiteral ? 'the host name to be resolved' : 'a connection';
  }
  const isShakingHands = facts.isSecure && !facts.isReused && timings.secureConnect === undefined;
  return isShakingHands ? 'the TLS handshake' : 'an answer';
}

/** got measures with the wall clock, which can be set back. */
function durationOf(durationMs: number | undefined): number | null {
  return durationMs === undefined ? null : Math.max(0, durationMs);
}
