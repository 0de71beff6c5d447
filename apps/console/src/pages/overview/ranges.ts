/** The spans of time that the overview can show. */
export const RANGES = [
  { name: '1h', label: 'Last hour', hours: 1 },
  { name: '24h', label: 'Last 24 hours', hours: 24 },
  { name: '7d', label: 'Last 7 days', hours: 7 * 24 },
  { name: '30d', label: 'Last 30 days', hours: 30 * 24 },
] as const;

export type Range = (typeof RANGES)[number];

const [, DEFAULT_RANGE] = RANGES;

/** @returns the range of that name; 24 hours for any other */
export function rangeOf(name: string | null): Range {
  return RANGES.find((range) => range.name === name) ?? DEFAULT_RANGE;
}

/** Where a range begins, to the second, so that reads within one second are the same request. */
export function sinceOf({ hours }: Range, nowMs: number): string {
  return new Date(Math.floor(nowMs / 1_000) * 1_000 - hours * 3_600_000).toISOString();
}
