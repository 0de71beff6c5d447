import { getStats } from '@tocsin/contract';
import { defineRoute, type Route } from '@tocsin/runtime';
import type { StatsReader } from '../statistics/read-stats.ts';

/** Counts and delays over time. */
export function createStatsRoute(stats: StatsReader): Route {
  return defineRoute(getStats, ({ query }) => stats.read(query));
}
