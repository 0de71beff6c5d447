/**
 * The smallest of the values that at least this share of them do not exceed (nearest rank).
 *
 * @param values - in any order; infinite ones count as large
 * @param share - from 0 to 1: 0.99 for p99
 * @returns NaN where there are no values: a figure of nothing must meet no target
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1))] ?? Number.NaN;
}
