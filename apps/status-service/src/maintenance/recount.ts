import { type Database, inTransaction } from '@tocsin/store';
import type { Logger } from 'pino';
import type { WrongAlert } from '../commit/alert-counts.ts';
import { findWrongAlerts } from '../commit/apply-alert-recount.ts';
import { findWrongDestinations } from '../commit/apply-destination-recount.ts';
import type { Commit } from '../commit/committer.ts';
import type { WrongDestination } from '../commit/locked-destinations.ts';
import { runEach } from '../loop/run-each.ts';

export interface RecountDeps {
  database: Database;
  commit: Commit;
  log: Logger;
  /** Called for each destination or alert that was corrected. */
  onCorrected(of: 'destination' | 'alert'): void;
}

export interface RecountOptions {
  retentionDays: number;
  /** How long destinations are looked at in one run, and how long alerts; milliseconds. */
  runMsMax?: number;
  /** Alerts in one statement. */
  pageSize?: number;
}

export interface Recounter {
  /** Goes on where the last run ended, with destinations and with alerts, for as long as a run may take. */
  run(closing?: AbortSignal): Promise<void>;
}

/** Of a run a minute that is 2 % of one connection's time, for destinations and for alerts each. */
const RUN_MS_MAX = 1_200;

const DESTINATIONS_MAX = 500;
/** Open deliveries of the destinations in one statement, as far as their counts are right. */
const DELIVERIES_MAX = 100_000;
const PAGE_SIZE = 2_000;

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** Also those that have no counts yet. */
const SELECT_DESTINATIONS = `
SELECT id, coalesce(h.waiting + h.queued + h.delayed, 0) AS open
FROM (
  SELECT id FROM destinations WHERE id > $1 UNION SELECT destination_id FROM destination_health WHERE destination_id > $1
  ORDER BY id LIMIT ${DESTINATIONS_MAX}
) AS next LEFT JOIN destination_health h ON h.destination_id = next.id
ORDER BY id`;

/** The first day from one on, within the retention, that has plans. */
const SELECT_DAY = `
SELECT min(received_day) AS day FROM routings
WHERE received_day >= greatest($1::date, (now() AT TIME ZONE 'UTC')::date - $2::integer + 1)`;

/**
 * Compares the counts of destinations and alerts with their deliveries, all in turn, and corrects those that are wrong.
 * Commits keep them exact; what a fault or a change by hand leaves in them would stay there. Several processes may do
 * it: none corrects what another has corrected.
 */
export function createRecounter(deps: RecountDeps, options: RecountOptions): Recounter {
  const { database, commit, log, onCorrected } = deps;
  const { retentionDays, runMsMax = RUN_MS_MAX, pageSize = PAGE_SIZE } = options;
  let lastDestination = BEFORE_ALL;
  let lastAlert = { day: '-infinity', alertId: '' };

  /** @returns whether there may be more in this turn */
  async function recountDestinations(): Promise<boolean> {
    const { rows } = await database.pool.query<{ id: string; open: number }>(SELECT_DESTINATIONS, [
      lastDestination,
    ]);
    const ids = firstOf(rows);
    // Before they are counted: one that cannot be counted in time does not keep the others from their turn.
    lastDestination = ids.at(-1) ?? BEFORE_ALL;
    if (ids.length === 0) return false;
    const suspects = await inTransaction(database, (client) => findWrongDestinations(client, ids));
    if (suspects.length === 0) return true;
    const which = suspects.map(({ id }) => id);
    const { result } = await commit('destinationRecount', which, { hasRoom: false });
    for (const wrong of result) reportDestination(wrong);
    return true;
  }

  /** @returns whether there may be more in this turn */
  async function recountAlerts(): Promise<boolean> {
    const { rows } = await database.pool.query<{ day: string | null }>(SELECT_DAY, [
      lastAlert.day,
      retentionDays,
    ]);
    const day = rows[0]?.day ?? null;
    if (day === null) {
      lastAlert = { day: '-infinity', alertId: '' };
      return false;
    }
    const page = { day, afterId: day === lastAlert.day ? lastAlert.alertId : '', size: pageSize };
    const { wrong, nextAfterId } = await findWrongAlerts(database.pool, page);
    lastAlert = nextAfterId === null ? { day: dayAfter(day), alertId: '' } : { day, alertId: nextAfterId };
    if (wrong.length === 0) return true;
    const { result } = await commit('alertRecount', page, { hasRoom: false });
    for (const one of result) reportAlert(one);
    return true;
  }

  function reportDestination({ id, stored, counted }: WrongDestination): void {
    onCorrected('destination');
    log.warn(
      { event: 'destination_counts.corrected', destinationId: id, stored, counted },
      'the counts of a destination were not those of its deliveries; they are corrected',
    );
  }

  function reportAlert({ alertId, stored, counted }: WrongAlert): void {
    onCorrected('alert');
    log.warn(
      { event: 'alert_counts.corrected', alertId, stored, counted },
      'the counts of an alert were not those of its deliveries; they are corrected',
    );
  }

  async function untilDone(step: () => Promise<boolean>, closing?: AbortSignal): Promise<void> {
    const untilMs = performance.now() + runMsMax;
    while (await step()) if (closing?.aborted || performance.now() >= untilMs) return;
  }

  return {
    run: (closing) =>
      runEach([() => untilDone(recountDestinations, closing), () => untilDone(recountAlerts, closing)]),
  };
}

/** As many as one statement should count, at least one. */
function firstOf(rows: { id: string; open: number }[]): string[] {
  let open = 0;
  const end = rows.findIndex((row) => {
    open += row.open;
    return open > DELIVERIES_MAX;
  });
  return rows.slice(0, end === -1 ? rows.length : Math.max(1, end)).map(({ id }) => id);
}

function dayAfter(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
}
