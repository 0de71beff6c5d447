import type { DeliveryStatus } from '@tocsin/contract';
import { anyLength, dayStatement, type Transaction } from '@tocsin/store';
import { type DeliveryRow, daysOf } from '../delivery/delivery-row.ts';

/** Of an alert's deliveries, how many are in which state. */
interface AlertCounts {
  open: number;
  succeeded: number;
  failed: number;
  cancelled: number;
}

/** An alert that keeps something else than its deliveries say. */
export interface WrongAlert {
  day: string;
  alertId: string;
  stored: AlertCounts;
  counted: AlertCounts;
}

type Count = keyof AlertCounts;

const countOf = (status: DeliveryStatus): Count =>
  status === 'pending' || status === 'retrying' ? 'open' : status;

const ADD_COUNTS = dayStatement(
  'count alerts',
  'routings',
  ({ table, days }) => `
UPDATE ${table} r SET
  open_count = r.open_count + u.open,
  succeeded_count = r.succeeded_count + u.succeeded,
  failed_count = r.failed_count + u.failed,
  cancelled_count = r.cancelled_count + u.cancelled
FROM json_to_recordset($1::json) AS u(
  day date, "alertId" text, open integer, succeeded integer, failed integer, cancelled integer)
WHERE r.received_day = ANY(${days('$2')}) AND r.alert_id = ANY(${anyLength('$3', 'text')}) AND r.received_day = u.day
  AND r.alert_id = u."alertId"`,
);

/** Collects how deliveries moved between an alert's counts, and stores the sums. */
export function createAlertCounts() {
  const moves = new Map<string, { day: string; alertId: string } & AlertCounts>();
  return {
    move(row: Pick<DeliveryRow, 'day' | 'alertId'>, from: DeliveryStatus | null, to: DeliveryStatus): void {
      const before = from === null ? null : countOf(from);
      const after = countOf(to);
      if (before === after) return;
      const entry = moves.get(row.alertId) ?? {
        day: row.day,
        alertId: row.alertId,
        open: 0,
        succeeded: 0,
        failed: 0,
        cancelled: 0,
      };
      if (before !== null) entry[before] -= 1;
      entry[after] += 1;
      moves.set(row.alertId, entry);
    },
    /** Adds the difference between what was stored and what the deliveries said at that moment. */
    correct({ day, alertId, stored, counted }: WrongAlert): void {
      moves.set(alertId, {
        day,
        alertId,
        open: counted.open - stored.open,
        succeeded: counted.succeeded - stored.succeeded,
        failed: counted.failed - stored.failed,
        cancelled: counted.cancelled - stored.cancelled,
      });
    },
    async store(client: Transaction): Promise<void> {
      const rows = [...moves.values()].sort((a, b) => (a.alertId < b.alertId ? -1 : 1));
      if (rows.length === 0) return;
      const days = daysOf(rows);
      await client.query(ADD_COUNTS(days, [JSON.stringify(rows), days, rows.map((row) => row.alertId)]));
    },
  };
}
