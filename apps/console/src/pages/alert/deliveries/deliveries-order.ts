import type { Schemas } from '../../../api/client.ts';
import { isOpen } from '../../../format/labels/next-step.ts';

type Delivery = Schemas['DeliverySummary'];
type Attempt = Schemas['AttemptSummary'];

/** What somebody must look at stands before what is well. */
const URGENCY: readonly Delivery['status'][] = ['failed', 'retrying', 'pending', 'cancelled', 'succeeded'];

/**
 * The order in which deliveries are shown: those that are shown already keep their places, so that nothing jumps when a
 * state changes; others come after them, the most urgent first.
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

export interface Round {
  round: number;
  trigger: Attempt['trigger'];
  /** The latest first. */
  attempts: Attempt[];
}

/** A delivery's attempts by round, the latest first; also a round that has no attempt yet. */
export function roundsOf({
  round,
  status,
  attempts,
}: Pick<Delivery, 'round' | 'status' | 'attempts'>): Round[] {
  const byRound = Map.groupBy(attempts, (attempt) => attempt.round);
  if (!byRound.has(round) && isOpen({ status })) byRound.set(round, []);
  return [...byRound]
    .map(([number, ofRound]) => ({
      round: number,
      // Only a resend begins another round.
      trigger: ofRound[0]?.trigger ?? (number > 1 ? 'resend' : 'auto'),
      attempts: ofRound.toSorted((left, right) => right.number - left.number),
    }))
    .sort((left, right) => right.round - left.round);
}

/** What became of an alert's deliveries: `2 delivered, 1 retrying`. */
export function tallyText(deliveries: readonly Pick<Delivery, 'status'>[]): string {
  const counts = Map.groupBy(deliveries, ({ status }) => status);
  return URGENCY.toReversed()
    .flatMap((status) => {
      const count = counts.get(status)?.length ?? 0;
      return count === 0 ? [] : [`${count} ${status === 'succeeded' ? 'delivered' : status}`];
    })
    .join(', ');
}
