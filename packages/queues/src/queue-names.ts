/** The queue of alerts to be routed. */
export const ALERT_QUEUE = 'alerts';

const DEFAULT_PREFIX = 'tocsin';

/** The queue of a shard's deliveries: `deliveries-0` and so on. */
export function deliveryQueueName(shard: number): string {
  return `deliveries-${shard}`;
}

/** @returns the names of all delivery queues, in the order of their shards */
export function deliveryQueueNames(shards: number): string[] {
  return Array.from({ length: shards }, (_, shard) => deliveryQueueName(shard));
}

/**
 * BullMQ's key prefix for a queue on Redis. The braces are a hash tag: all keys of a queue lie in one slot of a Redis
 * Cluster, as its scripts need, and different queues may lie on different nodes.
 */
export function redisPrefix(queueName: string, prefix = DEFAULT_PREFIX): string {
  const tag = queueName === ALERT_QUEUE ? queueName : queueName.slice('deliveries-'.length);
  return `{${prefix}:${tag}}`;
}

/** The key whose absence says that Redis lost everything. */
export function redisMarkerKey(prefix = DEFAULT_PREFIX): string {
  return `${prefix}:marker`;
}

/** A key that is written to try whether anything may be. */
export function redisProbeKey(prefix = DEFAULT_PREFIX): string {
  return `${prefix}:probe`;
}
