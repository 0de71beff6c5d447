import { percentile } from '@tocsin/testkit';

/** What pairs of runs came to, without the fault and with it, in turn. */
export interface Pairs<T> {
  quiet: T[];
  struck: T[];
}

/** Runs without the fault and with it in turn: what else goes on at the machine then meets both. */
export async function alternate<T>(
  count: number,
  quiet: () => Promise<T>,
  struck: () => Promise<T>,
): Promise<Pairs<T>> {
  const pairs: Pairs<T> = { quiet: [], struck: [] };
  for (let n = 0; n < count; n += 1) {
    pairs.quiet.push(await quiet());
    pairs.struck.push(await struck());
  }
  return pairs;
}

export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1] ?? Number.NaN, sorted[Math.floor(middle)] ?? Number.NaN];
  // Not by adding: the sum of two infinite halves is no number.
  return low === high ? low : (low + high) / 2;
}

/** The median of a figure with the fault over its median without. */
export function ratioOf<T>({ quiet, struck }: Pairs<T>, figure: (one: T) => number): number {
  return median(struck.map(figure)) / median(quiet.map(figure));
}

export interface Percentiles {
  p50: number;
  p99: number;
  max: number;
  count: number;
}

export const percentilesOf = (values: readonly number[]): Percentiles => ({
  p50: percentile(values, 0.5),
  p99: percentile(values, 0.99),
  max: percentile(values, 1),
  count: values.length,
});
