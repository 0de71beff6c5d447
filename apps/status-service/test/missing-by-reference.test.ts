import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RoutingFacts, SEVERITIES, severityRank } from '@tocsin/contract';
import { createDecider, createRoutingIndex, decide, type RoutableDestination } from '@tocsin/routing';
import fc from 'fast-check';
import { pino } from 'pino';
import { createMissingAlerts } from '../src/resends/missing-alerts.ts';
import { createResendsReader } from '../src/resends/read-bulk-resends.ts';
import {
  type BulkResendRequest,
  countForBulkResend,
  requestBulkResend,
} from '../src/resends/request-bulk-resend.ts';
import { createMissingResends } from '../src/resends/run-missing-resends.ts';
import { commitPlans } from './commits.ts';
import { createResendHarness, DAYS, type ResendHarness } from './resend-harness.ts';
import { A, B, planOf } from './scene.ts';

const C = 'c4a1e0de-5f0e-4a5b-9d0e-1b8f3e6f7a9b';
const IDS = [A, B, C];
const NAMES = ['first', 'second', 'third'];
const TYPES = ['RULE', 'POLICY', 'SYSTEM_ERROR'] as const;
const LOG_TYPES = ['AWS.CloudTrail', 'Okta.SystemLog'];
const MIDNIGHT_MS = Date.parse(`${DAYS[0]}T00:00:00Z`);

const anyDestination = fc.record({
  severities: fc.subarray([...SEVERITIES]),
  alertTypes: fc.subarray([...TYPES], { minLength: 1 }),
  logTypes: fc.subarray(LOG_TYPES),
  requireLogType: fc.boolean(),
  enabled: fc.boolean(),
});

const anyName = fc.constantFrom(...IDS, ...NAMES, 'SKIP', 'nobody');

const anyAlert = fc.record({
  /** Few, so that many alerts have the same; from the second day on, too. */
  second: fc.constantFrom(0, 1, 2, 3, 86_400, 86_401),
  facts: fc.record({
    severity: fc.constantFrom(...SEVERITIES),
    type: fc.constantFrom(...TYPES),
    logTypes: fc.subarray(LOG_TYPES),
    destinations: fc.option(fc.array(anyName, { maxLength: 2 }), { freq: 2 }),
    outputIds: fc.oneof(fc.constant<string[]>([]), fc.array(fc.constantFrom(...IDS), { maxLength: 2 })),
  }),
  /** What the plan of then named; null for no plan yet. */
  plan: fc.option(fc.subarray(IDS), { freq: 9 }),
  end: fc.constantFrom('succeeded', 'failed', 'open'),
});

const anyRequest = fc.record({
  since: fc.constantFrom(0, 0, 1, 86_400),
  until: fc.constantFrom(3, 86_401, 172_800, 172_800),
  severities: fc.option(fc.subarray([...SEVERITIES], { minLength: 1 }), { freq: 3 }),
});

const anyBounds = fc.record({
  alerts: fc.integer({ min: 1, max: 6 }),
  factsBytes: fc.constantFrom(1, 400, 1_000_000),
});

interface Case {
  destinations: Omit<RoutableDestination, 'id' | 'displayName'>[];
  alerts: {
    second: number;
    facts: RoutingFacts;
    plan: string[] | null;
    end: 'succeeded' | 'failed' | 'open';
  }[];
}

let harness: ResendHarness;

beforeAll(async () => {
  harness = await createResendHarness();
});
afterAll(() => harness?.close());

const idOf = (index: number) => `alert-${index}`;

async function lay({ destinations, alerts }: Case): Promise<void> {
  const { pool } = harness.database;
  await pool.query(
    'TRUNCATE alerts, routings, deliveries, attempts, resends, destination_health, failure_notices CASCADE',
  );
  await pool.query('DELETE FROM destinations');
  for (const [n, one] of destinations.entries()) {
    await pool.query(
      `INSERT INTO destinations (id, display_name, url_origin, sealed_url, severities, alert_types, log_types, require_log_type, headers,
         include_context, enabled, timeout_ms, retry, max_in_flight)
       VALUES ($1, $2, 'https://example.com', 'sealed', $3, $4, $5, $6, '[]', false, $7, 1000, '{"maxRetries": 0}', 100)`,
      [IDS[n], NAMES[n], one.severities, one.alertTypes, one.logTypes, one.requireLogType, one.enabled],
    );
    // Its limit is as high, so that what is open there keeps none of them waiting.
    await pool.query('INSERT INTO destination_health (destination_id, flow_limit) VALUES ($1, 100)', [
      IDS[n],
    ]);
  }
  for (const [n, { second, facts }] of alerts.entries())
    await pool.query(
      `INSERT INTO alerts (received_day, alert_id, received_at, severity_rank, type, detection_id, title, log_types, payload, facts)
       VALUES ($1, $2, to_timestamp($3), $4, $5, 'x', 'x', $6, '{}', $7)`,
      [
        ...[dayOf(second), idOf(n), MIDNIGHT_MS / 1_000 + second, severityRank(facts.severity), facts.type],
        ...[facts.logTypes, JSON.stringify(facts)],
      ],
    );
  for (const end of ['succeeded', 'failed', 'open'] as const) {
    const plans = alerts.flatMap(({ second, facts: { severity }, plan, end: its }, n) =>
      plan === null || its !== end
        ? []
        : [planOf({ alertId: idOf(n), day: dayOf(second) }, plan, { severity })],
    );
    if (plans.length === 0) continue;
    const jobs = await commitPlans(harness.commits, plans, true);
    if (end !== 'open') await harness.answer(jobs, end);
  }
}

const dayOf = (second: number) => DAYS[second < 86_400 ? 0 : 1];

const isoOf = (second: number) => new Date(MIDNIGHT_MS + second * 1_000).toISOString();

async function deliveries(): Promise<string[]> {
  const { rows } = await harness.database.pool.query<{ key: string }>(
    `SELECT alert_id || ' to ' || destination_id AS key FROM deliveries`,
  );
  return rows.map(({ key }) => key).sort();
}

test('what is counted and sent is what a plain reading of the rules says, for any alerts and destinations', async () => {
  let sentInAll = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(anyDestination, anyDestination, anyDestination),
      fc.array(anyAlert, { maxLength: 12 }),
      anyRequest,
      anyBounds,
      fc.integer({ min: 1, max: 5 }),
      async ([first, ...others], alerts, { since, until, severities }, bounds, limit) => {
        const destinations = [{ ...first, enabled: true }, ...others];
        await lay({ destinations, alerts });
        const index = createRoutingIndex(
          destinations.map((one, n) => ({ ...one, id: IDS[n]!, displayName: NAMES[n]! })),
        );
        const expected = alerts
          .map((alert, n) => ({ ...alert, id: idOf(n) }))
          .filter(({ second }) => second >= since && second < until)
          .filter(({ facts }) => severities?.includes(facts.severity) ?? true)
          .filter(
            ({ facts, plan }) =>
              plan !== null && decide(index, facts).destinationIds.includes(A) && !plan.includes(A),
          );
        const before = await deliveries();

        const { database } = harness;
        const decider = createDecider({
          destinations: {
            current: async () => ({
              version: 1,
              list: destinations.map((one, n) => ({ ...one, id: IDS[n]!, displayName: NAMES[n]! })),
            }),
          },
        });
        const missing = createMissingAlerts({ reads: database, decider }, bounds);
        const ask: BulkResendRequest = {
          ...{ id: null, actor: 'anonymous', destinationId: A, statuses: ['missing'], errorCodes: null },
          ...{ since: isoOf(since), until: isoOf(until) },
          severityRanks: severities?.map(severityRank).sort() ?? null,
        };
        const oldest = Math.min(...expected.map(({ second }) => second));
        expect(await countForBulkResend({ reads: database, missing }, ask)).toEqual({
          matched: expected.length,
          atLeast: false,
          oldestReceivedAt: expected.length === 0 ? null : isoOf(oldest),
          critical: expected.filter(({ facts }) => facts.severity === 'CRITICAL').length,
        });
        const { id } = await requestBulkResend({ database, reads: database, missing }, ask);
        // Plans that are not there by now are of today.
        await database.pool.query(`UPDATE resends SET created_at = now() - interval '2 minutes'`);
        const deps = {
          ...harness.commits,
          missing,
          hasRoom: async () => true,
          enqueue: async () => undefined,
          log: pino({ level: 'silent' }),
        };
        const view = () => createResendsReader(database).find(id);
        for (let turns = 0; (await view())?.state === 'running'; turns += 1) {
          if (turns > 100) throw new Error('It does not come to an end.');
          await createMissingResends(deps, { page: limit, heldMs: 0, batch: 3 })();
        }
        const added = expected.map((alert) => `${alert.id} to ${A}`);
        expect(await deliveries()).toEqual([...before, ...added].sort());
        expect(await view()).toMatchObject({ matched: added.length, resent: added.length, skipped: 0 });
        await harness.expectExactCounts();
        sentInAll += added.length;
      },
    ),
    { numRuns: 30 },
  );
  expect(sentInAll).toBeGreaterThan(0);
});
