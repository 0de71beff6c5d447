import type { Scope } from '@tocsin/contract';
import type { Attacker } from './attacker.ts';

/** Where an attack arrives: at the proxy, or at a service itself, as where no proxy is in front. `reads` is the read API. */
export type BoundPort = 'proxy' | 'ingest' | 'status' | 'reads' | 'control';

/** One attack: what a caller with no more than this scope does as long as it may. */
export interface AttackCase {
  name: string;
  /** The scope of the attacker's key; null attacks without one. */
  scope: Scope | null;
  target: BoundPort;
  /** Without a proxy the case is left out, where it is about the proxy, or knocks at this service instead. */
  targetWithoutProxy: Exclude<BoundPort, 'proxy'> | null;
  /**
   * The statuses it gets where it does what its name says; besides, it may be held back for how much it sends (429, 503).
   * Empty where it reads no answer.
   */
  answered: readonly number[];
  /** It may end without an answer, though there may be some. */
  mayGoUnanswered?: boolean;
  /** Makes what is sent. @returns what attacks with it, until `attacker.signal` is aborted */
  prepare(): (attacker: Attacker) => Promise<void>;
}
