import type { AttemptResult } from '@tocsin/contract';
import type { DispatchedDelivery, Outcome, Plan } from '@tocsin/status-gateway';
import { connectDatabase, type Database } from '@tocsin/store';
import { createTestDatabase } from '@tocsin/testkit';

export const A = '8a14e590-96c5-48b1-bc7e-5025ad979f9e';
export const B = 'b383e752-440f-4454-8bae-1968eda65f9b';

/** A migrated database of its own. */
export interface Scene {
  url: string;
  database: Database;
  /** Another connection to it, as another process would have it. */
  connect(): Database;
  close(): Promise<void>;
}

export async function createScene(name: string): Promise<Scene> {
  const home = await createTestDatabase(name, { isMigrated: true });
  const opened: Database[] = [];
  function connect(): Database {
    const database = connectDatabase({
      databaseUrl: home.url,
      poolMax: 8,
      applicationName: 'test',
      log: { warn: () => undefined },
    });
    opened.push(database);
    return database;
  }
  return {
    url: home.url,
    database: connect(),
    connect,
    async close() {
      await Promise.all(opened.map((one) => one.close()));
      await home.drop();
    },
  };
}

export interface DestinationSettings {
  /** Its limit is as high. */
  maxInFlight?: number;
  /** As many as the settings of the process say, unless told. */
  maxRetries?: number;
}

export async function addDestination(
  { pool }: Pick<Database, 'pool'>,
  id: string,
  name: string,
  { maxInFlight = 1_000, maxRetries }: DestinationSettings = {},
): Promise<void> {
  await pool.query(
    `INSERT INTO destinations (id, display_name, url_origin, sealed_url, severities, alert_types, log_types, require_log_type, headers,
       include_context, enabled, timeout_ms, retry, max_in_flight)
     VALUES ($1, $2, 'https://example.com', 'sealed', '{}', '{}', '{}', false, '[]', false, true, 1000, $4, $3)`,
    [id, name, maxInFlight, JSON.stringify({ maxRetries })],
  );
  await pool.query('INSERT INTO destination_health (destination_id, flow_limit) VALUES ($1, $2)', [
    id,
    maxInFlight,
  ]);
}

/** Lets destinations cope with all that they may have in flight, whatever has failed there. */
export async function calmFlows({ pool }: Pick<Database, 'pool'>): Promise<void> {
  await pool.query(
    `UPDATE destination_health h SET flow_limit = d.max_in_flight, failed_deliveries = '{}', circuit_opened_at = NULL,
       held_until = NULL
     FROM destinations d WHERE d.id = h.destination_id`,
  );
}

/** What the router decided for an alert. */
export const planOf = (
  { alertId, day }: Pick<Plan, 'alertId' | 'day'>,
  destinationIds: string[],
  change: Partial<Plan> = {},
): Plan => ({
  alertId,
  day,
  severity: 'LOW',
  isSystemError: false,
  decision: { rule: 'filters', destinationIds, skipped: [], notes: [] },
  ...change,
});

export const SUCCEEDED: AttemptResult = {
  startedAt: '2026-07-01T00:00:00.000Z',
  durationMs: 1,
  timings: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null },
  address: null,
  statusCode: 200,
  responseBody: 'ok',
  responseTruncated: false,
  repeated: false,
  location: null,
  responseContentType: null,
  retryAfterMs: null,
  error: null,
};

export const FAILED: AttemptResult = {
  ...SUCCEEDED,
  statusCode: 500,
  error: { code: 'http_status', message: 'answered 500' },
};

/** What a worker reports for a job whose attempt it made. */
export const attempted = (job: DispatchedDelivery, number = 1, result = SUCCEEDED): Outcome => ({
  kind: 'attempted',
  deliveryId: job.deliveryId,
  day: job.day,
  destinationId: job.destinationId,
  round: job.round,
  dispatchNumber: job.dispatchNumber,
  number,
  result,
});
