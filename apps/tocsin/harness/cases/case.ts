import type { Random } from './random.ts';

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
  /** Null where it is shown, and compared elsewhere. */
  target: number | null;
  /** The figure has to be the target at least; otherwise at most. */
  isLeast?: boolean;
  /** Of a point of a curve: how many there are of what grows along it. */
  at?: number;
}

/** What came of one claim. */
export interface Measured {
  figure: number;
  /** How often the fault really struck, and how often it had to, where there is one. */
  struck?: number | null;
  struckMin?: number | null;
  /** What else did not hold, in words. */
  broken?: readonly string[];
  detail?: Readonly<Record<string, unknown>>;
}

export interface CaseContext {
  caseName: string;
  seed: number;
  /** The same values for the same seed and case. */
  random: Random;
  /** A run whose durations are as short as they can be. */
  isShort: boolean;
  /** Where profiles go, if they are wanted. */
  profileDir?: string | null;
  /** Aborted when the run is interrupted. */
  signal: AbortSignal;
  /** Prints progress. */
  say(line: string): void;
  /** Keeps what is opened, and closes it when the case has ended, the last first. */
  keep<T>(opening: Promise<T>, close: (one: T) => Promise<unknown>): Promise<T>;
}

/** What is done with an installation, and the claims that a run of it decides. */
export interface MeasuredCase {
  name: string;
  claims: readonly Claim[];
  /** What it does, in words. */
  about: string;
  /** It measures how long something takes on this machine, and runs with no other beside it. */
  isTimed?: boolean;
  /** @returns why it cannot run on this machine, or null */
  obstacle?: () => Promise<string | null> | string | null;
  /** @returns what came of each claim, in their order */
  run(context: CaseContext): Promise<readonly Measured[]>;
}
