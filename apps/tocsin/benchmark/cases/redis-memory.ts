import { waitFor } from '@tocsin/testkit';
import type { CaseContext, Measured, MeasuredCase } from '../../harness/cases/case.ts';
import { sendBatches } from '../../harness/load/send-batches.ts';
import { SERVICE_NAMES } from '../../harness/service-settings.ts';
import { openScene } from '../scene/scene.ts';

const PAYLOAD = 4_096;
const FAN_OUT = 5;
/** So many at once are released to a destination that was never seen to answer. */
const ALERTS_EACH = 4;

async function run(context: CaseContext): Promise<Measured[]> {
  const groups = context.isShort ? 5 : 100;
  const scene = await openScene(context, 'redis', {
    services: SERVICE_NAMES.filter((name) => name !== 'delivery-worker'),
  });
  const redis = scene.redis!;
  const ids = await scene.addDestinations(groups * FAN_OUT);
  let number = 0;
  const next = () => {
    number += 1;
    const group = number % groups;
    return {
      ...{ alertId: `memory-${number}`, severity: 'MEDIUM' as const, id: 'Benchmark.Rule', type: 'RULE' },
      ...{ createdAt: '2026-07-01T07:57:12Z', title: `Alert ${number}`, description: 'x'.repeat(PAYLOAD) },
      destinations: ids.slice(group * FAN_OUT, (group + 1) * FAN_OUT),
    };
  };
  const usedBytes = async () =>
    Number(/^used_memory:(\d+)/m.exec(await redis.ask((client) => client.info('memory')))?.[1]);
  // What Redis and BullMQ need for the queues themselves, with a job in each, is there before.
  await sendBatches(scene.installation, next, groups);
  const queued = `SELECT count(*)::int AS n FROM deliveries WHERE queue_state = 'queued'`;
  const countOf = async () => (await scene.postgres.query<{ n: number }>(queued))[0]?.n ?? 0;
  const reach = (wanted: number) =>
    waitFor(async () => (await countOf()) === wanted, {
      ...{ timeoutMs: 120_000, intervalMs: 200, describe: `${wanted} deliveries to be in the queues` },
    });
  await reach(groups * FAN_OUT);
  const before = await usedBytes();
  const more = groups * (ALERTS_EACH - 1);
  await sendBatches(scene.installation, next, more);
  await reach(groups * FAN_OUT * ALERTS_EACH);
  const bytes = ((await usedBytes()) - before) / (more * FAN_OUT);
  return [{ figure: Math.round(bytes), detail: { deliveries: more * FAN_OUT } }];
}

export const REDIS_MEMORY: MeasuredCase = {
  name: 'redis-memory',
  about: `deliveries of alerts of ${PAYLOAD} bytes wait in Redis, ${FAN_OUT} for each alert`,
  claims: [
    {
      id: 'S7',
      part: 'bytes',
      unit: 'bytes',
      target: 500,
      promise: 'memory of Redis for a waiting delivery',
    },
  ],
  run,
};
