import type { Schemas } from '../../../api/client.ts';

type Delivery = Schemas['DeliverySummary'];

/** Failures come before successes. */
const URGENCY: readonly Delivery['status'][] = ['failed', 'retrying', 'pending', 'cancelled', 'succeeded'];

/**
 * The order in which deliveries are shown: deliveries already shown keep their places, so that nothing jumps when a
 * state changes; new ones follow, the most urgent first.
 *
 * @param shown ids of deliveries as they stand now
 * @returns ids
 */
export function orderOf(deliveries: readonly Delivery[], shown: readonly string[]): string[] {
  const known = new Set(shown);
  const urgency = ({ status }: Delivery) => URGENCY.indexOf(status);
  const others = deliveries.filter(({ id }) => !known.has(id));
  const sorted = others.toSorted((left, right) => urgency(left) - urgency(right));
  return [...shown, ...sorted.map(({ id }) => id)];
}

/** What became of an alert's deliveries: `2 succeeded, 1 retrying`. */
export function tallyText(deliveries: readonly Pick<Delivery, 'status'>[]): string {
  const counts = Map.groupBy(deliveries, ({ status }) => status);
  return URGENCY.toReversed()
    .flatMap((status) => {
      const count = counts.get(status)?.length ?? 0;
      return count === 0 ? [] : [`${count} ${status}`];
    })
    .join(', ');
}
