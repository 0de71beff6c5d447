import type { Schemas } from '../../../api/client.ts';
import { isOpen } from '../../../format/labels/next-step.ts';

type Delivery = Schemas['DeliverySummary'];
type Attempt = Schemas['AttemptSummary'];

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
