import type { Random } from './run/random.ts';

export type Backend = 'redis' | 'postgres';

/** One figure, and what it has to be. */
export interface Claim {
  /** As `G1`. */
  id: string;
  /** Tells the claims of one id apart, as `redis` or `transition`. */
  part: string;
  /** What must hold, in words. */
  promise: string;
  unit: string;
  target: number;
  /** The figure has to be the target at least; otherwise at most. */
  isLeast?: boolean;
}

/** What came of one claim. */
export interface Measured {
  figure: number;
  /** How often the fault really struck, and how often it had to. */
  struck: number;
  struckMin: number;
  /** What else did not hold, in words. */
  broken?: readonly string[];
  detail?: Readonly<Record<string, unknown>>;
}

export interface FaultContext {
  seed: number;
  /** The same values for the same seed and case. */
  random: Random;
  /** A run whose durations are as short as they can be. */
  isShort: boolean;
  /** Aborted when the run is interrupted. */
  signal: AbortSignal;
  /** Prints progress. */
  say(line: string): void;
  /** Keeps what is opened, and closes it when the case has ended, the last first. */
  keep<T>(opening: Promise<T>, close: (one: T) => Promise<unknown>): Promise<T>;
}

/** One fault, and the claims that a run of it decides. */
export interface FaultCase {
  name: string;
  claims: readonly Claim[];
  /** How it strikes, in words. */
  strikes: string;
  /** It measures how long something takes on this machine, and runs with no other beside it. */
  isTimed?: boolean;
  /** @returns why it cannot run on this machine, or null */
  obstacle?: () => Promise<string | null> | string | null;
  /** @returns what came of each claim, in their order */
  run(context: FaultContext): Promise<readonly Measured[]>;
}
