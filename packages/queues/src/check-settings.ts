import { POOL_SIZE } from './postgres-connection.ts';
import { QueueError } from './queue-error.ts';
import type { QueueSettings } from './types.ts';

/**
 * Two checks are up to two intervals apart: a job whose worker died is taken again within 14 s on Redis. On Postgres one process
 * does everything, and takes its jobs again after its own start.
 */
const LOCKS = {
  redis: { lockDurationMs: 10_000, stalledIntervalMs: 2_000 },
  postgres: { lockDurationMs: 8_000, stalledIntervalMs: 1_000 },
};

/** The settings with their defaults. @throws QueueError `invalid_settings` */
export function checkedSettings(
  settings: QueueSettings,
): Required<Omit<QueueSettings, 'outage'>> & Pick<QueueSettings, 'outage'> {
  const { shards, backend } = settings;
  const locks = LOCKS[backend.kind];
  const { lockDurationMs = locks.lockDurationMs, stalledIntervalMs = locks.stalledIntervalMs } = settings;
  if (!Number.isInteger(shards) || shards < 1) {
    throw new QueueError('invalid_settings', `shards must be a positive integer, not ${shards}`);
  }
  if (backend.kind === 'postgres' && shards > 1) {
    throw new QueueError('invalid_settings', `queues on Postgres have one shard, not ${shards}`);
  }
  if (!(lockDurationMs > 0) || !(stalledIntervalMs > 0)) {
    throw new QueueError('invalid_settings', 'lock duration and stalled interval must be above 0 ms');
  }
  return { ...settings, lockDurationMs, stalledIntervalMs };
}

/** How many producers and consumers a process opens. */
export interface QueueRoles {
  producers?: number;
  alertConsumers?: number;
  deliveryConsumers?: number;
  boards?: number;
}

/**
 * Connections to Postgres that the queues take, to be checked against `max_connections`: a pool of two per producer and
 * per board; a pool of two and one for LISTEN per worker. 0 on Redis.
 * @param roles default: one of each, as in the process that runs everything
 */
export function connectionsNeeded(settings: QueueSettings, roles: QueueRoles = {}): number {
  const { producers = 1, alertConsumers = 1, deliveryConsumers = 1, boards = 1 } = roles;
  if (settings.backend.kind === 'redis') return 0;
  const workers = alertConsumers + deliveryConsumers * settings.shards;
  return (producers + boards) * POOL_SIZE + workers * (POOL_SIZE + 1);
}
