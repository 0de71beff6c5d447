/** The rule of `limitOfRate` in SQL, of a row of `destinations`; null without a rate limit. */
export function limitOfRateSql(row: string): string {
  return `(ceil(${row}.rate_limit_per_second * ${row}.timeout_ms / 1000.0) + 1)`;
}
