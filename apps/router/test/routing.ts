import { ALERT_TYPES, type RoutingFacts, SEVERITIES } from '@tocsin/contract';
import { type AlertJob, createAlertConsumer, createProducer, type QueueSettings } from '@tocsin/queues';
import { createSealer, generateSecretKeys, parseSecretKeys } from '@tocsin/secrets';
import { createLifecycle, createLogger, createMetrics } from '@tocsin/service';
import type { Plan } from '@tocsin/status-gateway';
import {
  bumpDestinationsVersion,
  connectDatabase,
  createDestinationDirectory,
  sealContext,
} from '@tocsin/store';
import { createTestDatabase, expectNoLeaks, openHandles } from '@tocsin/testkit';
import { createRouter } from '../src/index.ts';
import { BACKENDS } from './backends.ts';
import { DAY, idOf, releasedFor } from './sample.ts';

/** A router on real queues and a real database, with a status service that keeps plans in memory. */
export async function startRouting(backendName: string) {
  const handles = openHandles();
  const log = createLogger({ level: 'silent', service: 'router' });
  const lifecycle = createLifecycle(log);
  const testDatabase = await createTestDatabase('router', { isMigrated: true });
  lifecycle.own('test database', { close: () => testDatabase.drop() });
  const backend = lifecycle.own('backend', await BACKENDS[backendName]!(testDatabase.url));
  const database = lifecycle.own(
    'database',
    connectDatabase({ databaseUrl: testDatabase.url, poolMax: 2, applicationName: 'test', log }),
  );

  const settings: QueueSettings = { backend: backend.config, shards: 1, log };
  const producer = lifecycle.own('producer', await createProducer(settings));
  const sealer = createSealer(parseSecretKeys(generateSecretKeys()));
  const status = { plans: new Map<string, Plan>(), calls: 0, failuresLeft: 0 };
  const metrics = createMetrics('router');
  const router = lifecycle.own(
    'router',
    createRouter({
      outages: [database.outage],
      directory: createDestinationDirectory({ database, sealer }),
      gateway: {
        commitPlans: async (plans) => {
          status.calls += 1;
          if (status.failuresLeft > 0) {
            status.failuresLeft -= 1;
            throw Object.assign(new Error('the status service is unavailable'), { code: 'unavailable' });
          }
          const fresh = plans.filter(({ alertId }) => !status.plans.has(alertId));
          for (const plan of fresh) status.plans.set(plan.alertId, plan);
          return fresh.flatMap((plan) => plan.decision.destinationIds.map((id) => releasedFor(plan, id)));
        },
      },
      queues: producer,
      consume: (process, mayTake) => createAlertConsumer(settings, { process, mayTake }),
      log,
      metrics,
    }),
  );

  async function addDestination(number: number): Promise<void> {
    const revision = await bumpDestinationsVersion(database.db);
    await database.db
      .insertInto('destinations')
      .values({
        id: idOf(number),
        display_name: `Destination ${number}`,
        url_origin: 'http://127.0.0.1',
        sealed_url: sealer.seal('http://127.0.0.1/', sealContext.url(idOf(number))),
        revision,
        severities: [...SEVERITIES],
        alert_types: [...ALERT_TYPES],
        log_types: [],
        require_log_type: false,
        headers: '[]',
        include_context: false,
        enabled: true,
        timeout_ms: 1_000,
        retry: '{}',
        max_in_flight: 1,
      })
      .execute();
  }

  async function close(): Promise<void> {
    await lifecycle.close();
    await expectNoLeaks(handles);
  }
  return { producer, status, router, metrics, addDestination, close };
}

export type Routing = Awaited<ReturnType<typeof startRouting>>;

/** A job of alerts that differ in their ids. */
export function jobOf(ids: readonly string[], changes: Partial<RoutingFacts> = {}): AlertJob {
  const facts = JSON.stringify({
    severity: 'HIGH',
    type: 'RULE',
    logTypes: [],
    destinations: null,
    outputIds: [],
    ...changes,
  });
  return { day: DAY, severityRank: 1, alerts: ids.map((id) => ({ id, facts })) };
}
