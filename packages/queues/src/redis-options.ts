import type { RedisOptions } from 'ioredis';

/**
 * A lost connection is made anew at once, as most often it can be, and then tried this often. ioredis's growing delays
 * made the first job 18 s late after an outage.
 */
const RECONNECT_MS = { atFirst: 20, later: 500 };

const COMMON: RedisOptions = {
  retryStrategy: (times) => (times === 1 ? RECONNECT_MS.atFirst : RECONNECT_MS.later),
  connectTimeout: 5_000,
  // After a failover the old master answers READONLY on a connection that otherwise looks well.
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
};

/**
 * Connection options for enqueueing jobs: an error at once rather than a wait, since an ingest request must not hang.
 * Commands under way when the connection breaks are not repeated; they may have been carried out.
 */
export function producerRedisOptions(): RedisOptions {
  return {
    ...COMMON,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 3_000,
    // A socket that died silently: give it up soon, nothing of ours blocks on it.
    socketTimeout: 5_000,
  };
}

/** The longest blocking read of a worker; seconds. An idle queue is looked at this often. */
export const BLOCK_SECONDS_MAX = 3;

/**
 * Connection options of workers: commands wait for the connection, however long. A socket that has been silent for two
 * seconds longer than a blocking read lasts is broken; without this timeout, a worker stood still for more than a minute.
 */
export function workerRedisOptions(): RedisOptions {
  return { ...COMMON, maxRetriesPerRequest: null, socketTimeout: (BLOCK_SECONDS_MAX + 2) * 1_000 };
}
