import type { Database } from '@tocsin/store';
import { createReceiver } from '@tocsin/testkit';
import { destinationId, type ReadServices } from './read-services.ts';

const FAN_OUT = 3;

/** From the time when an alert was accepted to the answer of its receiver, in milliseconds. */
export interface Delays {
  deliveries: number;
  /** Null where there was none. */
  p50: number | null;
  p99: number | null;
}

export interface Deliveries {
  /**
   * Delays of what was accepted while the work was done.
   *
   * @throws what an alert could not be sent for
   */
  during(work: () => Promise<unknown>): Promise<Delays>;
  close(): Promise<void>;
}

/**
 * Sends alerts one by one, each to three destinations that answer at once. The destinations that the database was filled
 * with are disabled for it, so that what waits for them stays where it is.
 */
export async function startDeliveries(
  { pool }: Pick<Database, 'pool'>,
  services: ReadServices,
  perSecond: number,
): Promise<Deliveries> {
  await pool.query(
    `WITH next AS (UPDATE destinations_version SET version = version + 1 RETURNING version)
     UPDATE destinations SET enabled = false, revision = next.version FROM next`,
  );
  const receiver = await createReceiver();
  for (let n = 0; n < FAN_OUT; n += 1) {
    const body = { displayName: `beside ${n}`, url: `${receiver.url}/${n}` };
    const id = destinationId(1_000 + n);
    const { status } = await services.ask('control-api', `/v1/destinations/${id}`, { method: 'PUT', body });
    if (status >= 300) throw new Error(`a destination was answered ${status}`);
  }
  let sent = 0;
  const send = async () => {
    sent += 1;
    const alert = {
      ...{ id: 'Benchmark.Beside', createdAt: new Date().toISOString(), severity: 'MEDIUM', type: 'RULE' },
      ...{ title: `Beside reads ${sent}`, description: 'x'.repeat(600), runbook: 'y'.repeat(300) },
    };
    const { status } = await services.ask('ingest-api', '/v1/alerts', { method: 'POST', body: alert });
    if (status !== 202) throw new Error(`an alert was answered ${status}`);
  };
  const underWay = new Set<Promise<void>>();
  let fault: unknown;
  const begin = () => {
    const sending: Promise<void> = send()
      .catch((error: unknown) => {
        fault ??= error;
      })
      .finally(() => underWay.delete(sending));
    underWay.add(sending);
  };
  const timer = setInterval(begin, (1_000 * FAN_OUT) / perSecond);
  const databaseTime = async () =>
    (await pool.query<{ at: string }>('SELECT now()::text AS at')).rows[0]?.at as string;

  return {
    async during(work) {
      const from = await databaseTime();
      await work();
      const until = await databaseTime();
      // What was accepted last is on its way.
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      if (fault !== undefined) throw fault;
      const { rows } = await pool.query<Delays>(
        `SELECT count(*)::int AS deliveries, percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS p50,
           percentile_cont(0.99) WITHIN GROUP (ORDER BY ms) AS p99
         FROM (
           SELECT extract(epoch FROM a.started_at - d.received_at)::float8 * 1000 + a.duration_ms AS ms
           FROM deliveries d JOIN attempts a ON a.received_day = d.received_day AND a.delivery_id = d.id
           WHERE d.received_at BETWEEN $1::timestamptz AND $2::timestamptz AND d.destination_id = ANY($3)
         ) AS each`,
        [from, until, Array.from({ length: FAN_OUT }, (_, n) => destinationId(1_000 + n))],
      );
      return rows[0] as Delays;
    },
    async close() {
      clearInterval(timer);
      await Promise.all(underWay);
      await receiver.close();
    },
  };
}
