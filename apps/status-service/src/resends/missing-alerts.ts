import { readRoutingFacts, severityRank } from '@tocsin/contract';
import type { Decider } from '@tocsin/routing';
import { type Database, type Microseconds, microsecondsOf, timeOfMicroseconds } from '@tocsin/store';
import type { AlertPlace, MissingAlert } from '../commit/apply-missing-batch.ts';
import type { CountedMatches, DeliveryFilter } from '../delivery/match-deliveries.ts';
import { spareFailing } from '../notices/failures.ts';
import { isNoticeAbout } from '../notices/notice-alert.ts';

/** Which alerts a destination lacks: those of this filter, by today's routing. */
export type MissingFilter = Pick<DeliveryFilter, 'severityRanks' | 'since' | 'until' | 'requestedAt'> & {
  destinationId: string;
};

export interface MissingPage {
  alerts: MissingAlert[];
  /** Up to where alerts were looked at. */
  to: AlertPlace;
  /** Why it ended there: nothing is left, more may follow, or the next alert has no plan yet. */
  stop: 'end' | 'more' | 'unplanned';
}

export interface CountedMissing extends CountedMatches {
  /** ISO 8601; null where there is none. */
  oldestReceivedAt: string | null;
  critical: number;
}

/**
 * Of one page: how many alerts are looked at, each at the cost of an index lookup of its deliveries; and what the facts of
 * those that are decided may weigh together, since an alert may name a thousand destinations.
 */
const BOUNDS = { alerts: 500, factsBytes: 1024 * 1024 };

/** Pages for one search, where few of the alerts are missing. */
const PAGES_MAX = 20;

/** After this long, counting ends; milliseconds. */
const COUNT_MS_MAX = 5_000;

const CRITICAL_RANK = severityRank('CRITICAL');

const dayOf = (time: string) => `(${timeOfMicroseconds(time)} AT TIME ZONE 'UTC')::date`;

/**
 * The next alerts without a delivery to the destination $1, after the place ($3, $4), until $2: the first $6 that were
 * received are looked at, and up to $7 bytes of facts are read; of the first whatever its size. Each row says
 * how far it came; there is none where nothing is left. Large facts are stored apart: only those of the result are read.
 * Looking alerts up a second time, by their ids, Postgres was seen to walk through the whole table.
 */
const SELECT = `
WITH seen AS MATERIALIZED (
  SELECT a.received_day, a.received_at, a.alert_id, a.severity_rank, a.facts,
    CASE WHEN a.type = 'SYSTEM_ERROR' THEN a.payload END AS notice
  FROM alerts a
  WHERE a.received_day BETWEEN ${dayOf('$3')} AND ${dayOf('$2')}
    AND a.received_at >= ${timeOfMicroseconds('$3')} AND a.received_at < ${timeOfMicroseconds('$2')}
    AND (a.received_at, a.alert_id) > (${timeOfMicroseconds('$3')}, $4)
  ORDER BY a.received_at, a.alert_id LIMIT $6
), lacking AS MATERIALIZED (
  SELECT s.* FROM seen s
  WHERE ($5::integer[] IS NULL OR s.severity_rank = ANY($5)) AND NOT EXISTS (
    SELECT FROM deliveries d WHERE d.received_day = s.received_day AND d.alert_id = s.alert_id
      AND d.destination_id = $1 AND d.received_day BETWEEN ${dayOf('$3')} AND ${dayOf('$2')})
), weighed AS (
  SELECT l.*, sum(octet_length(l.facts)) OVER places AS bytes, row_number() OVER places AS place
  FROM lacking l WINDOW places AS (ORDER BY l.received_at, l.alert_id ROWS UNBOUNDED PRECEDING)
)
SELECT (SELECT count(*) FROM seen)::integer AS looked, (SELECT count(*) FROM lacking)::integer AS lacking,
  ${microsecondsOf('e.received_at')} AS "endAt", e.alert_id AS "endId",
  w.received_day AS day, ${microsecondsOf('w.received_at')} AS at, w.alert_id AS "alertId", w.facts, w.notice,
  EXISTS (SELECT FROM routings r WHERE r.received_day = w.received_day AND r.alert_id = w.alert_id) AS "isPlanned"
FROM (SELECT received_at, alert_id FROM seen ORDER BY received_at DESC, alert_id DESC LIMIT 1) AS e
LEFT JOIN weighed w ON w.bytes <= $7 OR w.place = 1
ORDER BY w.place`;

interface Candidate extends AlertPlace {
  day: string;
  facts: string;
  notice: string | null;
  isPlanned: boolean;
}

interface ReadRow extends Omit<Candidate, 'alertId'> {
  alertId: string | null;
  looked: number;
  lacking: number;
  endAt: Microseconds;
  endId: string;
}

export interface MissingAlertsDeps {
  /** Where alerts are read. */
  reads: Pick<Database, 'pool'>;
  /** Decides by today's destinations, as the router does. */
  decider: Decider;
}

export interface FindOptions {
  /** How many alerts at most. */
  limit: number;
  /** Whether to stop at an alert without a plan: its plan may come, and be of before a change of the destination. */
  waitsForPlans: boolean;
}

export type MissingAlerts = ReturnType<typeof createMissingAlerts>;

/** Finds the alerts that a destination lacks, the oldest first, at a bounded cost for each page. */
export function createMissingAlerts({ reads, decider }: MissingAlertsDeps, bounds = BOUNDS) {
  async function decide(candidates: Candidate[], destinationId: string): Promise<MissingAlert[]> {
    const readable = candidates.flatMap((candidate) => {
      const facts = readRoutingFacts(candidate.facts);
      return facts === null ? [] : [{ ...candidate, facts, isSystemError: facts.type === 'SYSTEM_ERROR' }];
    });
    if (readable.length === 0) return [];
    const decisions = await decider.decide(readable.map(({ facts }) => facts));
    const plans = readable.map(({ alertId, day, facts: { severity }, isSystemError }, index) => ({
      ...{ alertId, day, severity, isSystemError },
      decision: decisions[index]!,
    }));
    const spared = await spareFailing(reads.pool, plans);
    return (
      readable
        .filter((_, index) => spared[index]!.decision.destinationIds.includes(destinationId))
        // Also of an earlier notice than those that `spareFailing` knows: it goes to nobody that it is about.
        .filter(({ alertId, notice }) => notice === null || !isNoticeAbout(alertId, notice, destinationId))
        .map(({ day, at, alertId, facts, isSystemError }) => ({
          ...{ day, at, alertId, isSystemError },
          severityRank: severityRank(facts.severity),
        }))
    );
  }

  async function findPage(
    filter: MissingFilter,
    from: AlertPlace,
    waitsForPlans: boolean,
  ): Promise<MissingPage> {
    const { destinationId, until, requestedAt, severityRanks } = filter;
    const { rows } = await reads.pool.query<ReadRow>(SELECT, [
      ...[destinationId, Math.min(until, requestedAt), from.at, from.alertId],
      ...[severityRanks, bounds.alerts, bounds.factsBytes],
    ]);
    const [first] = rows;
    if (first === undefined) return { alerts: [], to: from, stop: 'end' };
    const read = rows.filter((row): row is ReadRow & Candidate => row.alertId !== null);
    const unplanned = waitsForPlans ? read.findIndex(({ isPlanned }) => !isPlanned) : -1;
    const candidates = unplanned === -1 ? read : read.slice(0, unplanned);
    const alerts = await decide(
      candidates.filter(({ isPlanned }) => isPlanned),
      destinationId,
    );
    if (unplanned !== -1) return { alerts, to: candidates.at(-1) ?? from, stop: 'unplanned' };
    const isCut = read.length < first.lacking;
    const to = (isCut ? read.at(-1) : null) ?? { at: first.endAt, alertId: first.endId };
    return { alerts, to, stop: isCut || first.looked === bounds.alerts ? 'more' : 'end' };
  }

  return {
    /** The next ones after a place; with `more`, perhaps none, where few of the alerts are missing. */
    async find(filter: MissingFilter, from: AlertPlace, options: FindOptions): Promise<MissingPage> {
      const alerts: MissingAlert[] = [];
      let to = from;
      for (let pages = 0; pages < PAGES_MAX; pages += 1) {
        const page = await findPage(filter, to, options.waitsForPlans);
        alerts.push(...page.alerts);
        const last = alerts[options.limit - 1];
        if (last !== undefined && (alerts.length > options.limit || page.stop !== 'end'))
          return { alerts: alerts.slice(0, options.limit), to: last, stop: 'more' };
        to = page.to;
        if (page.stop !== 'more') return { alerts, to, stop: page.stop };
      }
      return { alerts, to, stop: 'more' };
    },

    /**
     * Counts them, for a bounded time.
     *
     * @param now a clock in milliseconds
     */
    async count(filter: MissingFilter, now: () => number = Date.now): Promise<CountedMissing> {
      const counted: CountedMissing = { matched: 0, atLeast: false, oldestReceivedAt: null, critical: 0 };
      const endAt = now() + COUNT_MS_MAX;
      let from: AlertPlace = { at: filter.since, alertId: '' };
      for (;;) {
        const { alerts, to, stop } = await findPage(filter, from, false);
        const [oldest] = alerts;
        if (oldest !== undefined)
          counted.oldestReceivedAt ??= new Date(Math.floor(oldest.at / 1_000)).toISOString();
        counted.matched += alerts.length;
        counted.critical += alerts.filter((alert) => alert.severityRank === CRITICAL_RANK).length;
        if (stop === 'end') return counted;
        if (now() >= endAt) return { ...counted, atLeast: true };
        from = to;
      }
    },
  };
}
