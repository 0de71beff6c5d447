import type { Outcome, Verdict } from '@tocsin/status-gateway';
import { anyLength, dayStatement, type Transaction } from '@tocsin/store';
import { DELIVERY_ROW_COLUMNS, type DeliveryRow, daysOf } from '../delivery/delivery-row.ts';
import { judgeOutcome } from '../delivery/judge-outcome.ts';
import type { Ledger } from './ledger.ts';
import { noteCrowding } from './locked-destinations.ts';

/**
 * Applies the outcomes of attempts: history and next states. An outcome that is reported again changes nothing.
 *
 * @returns one verdict per outcome, in the same order
 */
export async function applyOutcomes(
  { client, random, ledger }: { client: Transaction; random: () => number; ledger: Ledger },
  outcomes: Outcome[],
): Promise<Verdict[]> {
  if (outcomes.length === 0) return [];
  const rows = await readRows(client, outcomes);
  const judge = (outcome: Outcome): Verdict => {
    const row = rows.get(outcome.deliveryId);
    if (row === undefined || row.destinationId !== outcome.destinationId) return { kind: 'superseded' };
    const destination = ledger.destinationOf(row);
    const judged = judgeOutcome(row, outcome, {
      slots: destination,
      policy: destination.policy,
      random: random(),
    });
    if (judged.attempt !== null) ledger.recordAttempt(row, judged.attempt);
    if (judged.row !== null) {
      const reason = judged.verdict.kind === 'failed' ? judged.verdict.reason : undefined;
      ledger.move(row, judged.row, { reason, ageMs: row.ageMs });
      rows.set(row.id, { ...judged.row, ageMs: row.ageMs });
      if (isCrowded(outcome)) noteCrowding(destination);
    }
    return judged.verdict;
  };
  // One after another, so that two outcomes of one delivery are judged in turn; what was given back before what has made room
  // since.
  const verdicts = new Map<Outcome, Verdict>();
  for (const isFirst of [true, false])
    for (const outcome of outcomes) if (isCrowded(outcome) === isFirst) verdicts.set(outcome, judge(outcome));
  return outcomes.map((outcome) => verdicts.get(outcome) as Verdict);
}

const isCrowded = (outcome: Outcome): boolean => outcome.kind === 'skipped' && outcome.crowded === true;

/** A row with the time since its alert was received; milliseconds, at the time of reading. */
type AgedRow = DeliveryRow & { ageMs: number };

// Not now(), the start of the transaction: the locks may have been waited for.
const READ_ROWS = dayStatement(
  'read rows of outcomes',
  'deliveries',
  ({ table, inDays }) => `
SELECT ${DELIVERY_ROW_COLUMNS},
  (extract(epoch FROM clock_timestamp() - d.received_at) * 1000)::double precision AS "ageMs"
FROM ${table} d
WHERE ${inDays('d.received_day', '$1')} AND d.id = ANY(${anyLength('$2', 'uuid')})`,
);

async function readRows(client: Transaction, outcomes: Outcome[]): Promise<Map<string, AgedRow>> {
  const days = daysOf(outcomes);
  const { rows } = await client.query<AgedRow>(
    READ_ROWS(days, [days, outcomes.map((outcome) => outcome.deliveryId)]),
  );
  return new Map(rows.map((row) => [row.id, row]));
}
