import { FIRST_LIMIT } from '@tocsin/contract';
import { afterAttempt, type Flow, limitNow } from '../../src/delivery/flow.ts';
import type { Rule } from './simulate.ts';

/** The rule that is used. */
export const chosen: Rule<Flow> = {
  begin: () => ({
    limit: FIRST_LIMIT,
    loweredAtMs: null,
    fastestMs: null,
    succeededAtMs: null,
    failuresInRow: 0,
    failedDeliveries: [],
    openedAtMs: null,
    probesSucceeded: 0,
    heldUntilMs: null,
  }),
  after: afterAttempt,
  limit: limitNow,
};

/** The same limit whatever happens. */
export function fixed(limit: number): Rule<null> {
  return { begin: () => null, after: () => null, limit: () => limit };
}

const isOverload = (code: string | undefined, status: number | null) =>
  code === 'timeout' || code === 'connection_refused' || status === 429 || status === 503;

interface Window {
  limit: number;
  loweredAtMs: number;
}

/** Additive increase, multiplicative decrease, by failures alone. */
const aimd: Rule<Window> = {
  begin: () => ({ limit: FIRST_LIMIT, loweredAtMs: Number.NEGATIVE_INFINITY }),
  after(state, { error, statusCode, durationMs }, { nowMs, maxInFlight, isHoldingBack }) {
    if (error === null) {
      if (!isHoldingBack) return state;
      const step = state.loweredAtMs === Number.NEGATIVE_INFINITY ? 1 : 1 / state.limit;
      return { ...state, limit: Math.min(maxInFlight, state.limit + step) };
    }
    if (!isOverload(error.code, statusCode) || nowMs - durationMs <= state.loweredAtMs) return state;
    return { limit: Math.max(1, state.limit / 2), loweredAtMs: nowMs };
  },
  limit: ({ limit }) => Math.floor(limit),
};

interface Gradient {
  limit: number;
  longMs: number | null;
}

/** By the ratio of response times of long and of late, as Netflix' concurrency-limits has it in `Gradient2Limit`. */
const gradient: Rule<Gradient> = {
  begin: () => ({ limit: FIRST_LIMIT, longMs: null }),
  after({ limit, longMs }, { error, statusCode, durationMs }, { maxInFlight, isHoldingBack }) {
    const sampleMs = isOverload(error?.code, statusCode)
      ? Math.max(durationMs, 2 * (longMs ?? durationMs))
      : durationMs;
    const long = longMs === null ? sampleMs : longMs + (sampleMs - longMs) * (2 / 601);
    const decayed = long / sampleMs > 2 ? long * 0.95 : long;
    if (!isHoldingBack && error === null) return { limit, longMs: decayed };
    const slope = Math.max(0.5, Math.min(1, (1.5 * decayed) / sampleMs));
    const wanted = limit * slope + (error === null ? 4 : 0);
    return { limit: Math.max(1, Math.min(maxInFlight, limit * 0.8 + wanted * 0.2)), longMs: decayed };
  },
  limit: ({ limit }) => Math.floor(limit),
};

/** What was compared, by the names of the decision's table. */
export const CANDIDATES: Record<string, Rule> = {
  'fixed, 256': fixed(256),
  'fixed, 40': fixed(40),
  'AIMD, by failures alone': aimd,
  gradient,
  chosen,
} as unknown as Record<string, Rule>;
