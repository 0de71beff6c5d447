import { createFailureLog } from '@tocsin/outage';
import type { DispatchedDelivery } from '@tocsin/status-gateway';
import type { BulkJobOptions, JobType, Queue } from 'bullmq';
import { checkedSettings } from './check-settings.ts';
import { withDeadline } from './deadline.ts';
import { type ErrorLog, openErrorLog } from './error-log.ts';
import { createHeldJobs, type HeldJobs, isUnavailable } from './held-jobs.ts';
import { deliveryJobId, deliveryPriority, encodeAlerts, encodeDelivery } from './job-codec.ts';
import { CUSTOM_BACKOFF } from './job-delays.ts';
import { openPostgresProducerStore } from './postgres-producer-store.ts';
import type { ProducerStore } from './producer-store.ts';
import { QueueError, toQueueError } from './queue-error.ts';
import { isQueueUnavailable } from './queue-outage.ts';
import { openRedisProducerStore } from './redis-producer-store.ts';
import type { AlertJob, Producer, QueueDepth, QueueLog, QueueSettings } from './types.ts';

const BULK_MAX = 500;
const LOOKUP_MAX = 1_000;
/** In practice for ever: an alert that cannot be routed now is routed later. */
const ALERT_ATTEMPTS = 1_000_000;

interface BulkJob {
  name: string;
  data: object;
  opts: BulkJobOptions;
}

/**
 * Opens the queues to add to.
 * @throws QueueError `invalid_settings`; `wrong_eviction_policy` for a Redis that would evict; `cluster_mode`; `queue_unavailable` for
 *   a Postgres that is unavailable, or a Redis that refuses us (one that is unavailable is waited for in the background)
 */
export async function createProducer(settings: QueueSettings): Promise<Producer> {
  const { shards, ...checked } = checkedSettings(settings);
  const { backend, log } = checked;
  const errors = openErrorLog(checked);
  const store =
    backend.kind === 'redis'
      ? await openRedisProducerStore({ config: backend, shards, errors })
      : await openPostgresProducerStore({ config: backend, shards, errors });
  return producerOn(store, createHeldJobs({ log }), errors);
}

function producerOn(store: ProducerStore, held: HeldJobs, errors: ErrorLog): Producer {
  const listeners: (() => void)[] = [];
  store.onConnected(() => {
    held.wake();
    for (const listener of listeners) listener();
  });
  const deps = { store, held, errors };
  const call = <T>(what: string, work: () => Promise<T>) => guarded(deps, what, work);
  let closing: Promise<void> | undefined;
  return {
    enqueueAlerts: (jobs) => addBulk(deps, store.alerts, jobs.map(alertBulkJob), { intoRoom: true }),
    async enqueueDeliveries(jobs) {
      const adds = [...byShard(store, jobs)].map(([shard, own]) =>
        addInChunks(deps, store.deliveries[shard]!, own.map(deliveryBulkJob)),
      );
      throwFirst(await Promise.allSettled(adds));
    },
    missing: (refs) => missing(deps, refs),
    hasRoom: () => call('hasRoom', store.hasRoom).catch(() => false),
    room: () =>
      call('room', store.hasRoom).then(
        (hasRoom) => (hasRoom ? 'ok' : 'full'),
        () => 'unavailable',
      ),
    state: () => stateOf(call('state', () => roomToWrite(store))),
    wasEmptied: () => call('wasEmptied', store.wasEmptied),
    acknowledgeEmptied: () => call('acknowledgeEmptied', store.acknowledgeEmptied),
    async alertBacklog() {
      const { waiting, delayed } = await call('alertBacklog', () => depthOf(store.alerts));
      return waiting + delayed;
    },
    depths: () => call('depths', () => Promise.all([store.alerts, ...store.deliveries].map(depthOf))),
    onAvailable: (listener) => void listeners.push(listener),
    bullQueues: () => [store.alerts, ...store.deliveries],
    close() {
      held.close();
      errors.close();
      closing ??= store.close();
      return closing;
    },
  };
}

async function roomToWrite(store: ProducerStore): Promise<boolean> {
  const hasRoom = await store.hasRoom();
  if (hasRoom) await store.tryWrite();
  return hasRoom;
}

async function stateOf(hasRoom: Promise<boolean>): Promise<string> {
  try {
    return (await hasRoom) ? 'ok' : 'full: above 80 % of maxmemory, nothing more is added';
  } catch (error) {
    return `unavailable: ${(error as QueueError).message}`;
  }
}

interface CallDeps {
  store: ProducerStore;
  errors: ErrorLog;
}

async function guarded<T>({ store, errors }: CallDeps, what: string, work: () => Promise<T>): Promise<T> {
  const checked = async () => {
    await store.assertUsable();
    return work();
  };
  try {
    return await withDeadline(checked(), store.timeoutMs, what);
  } catch (error) {
    const failure = toQueueError(error, what);
    if (isQueueUnavailable(failure)) errors.note(failure);
    throw failure;
  }
}

interface AddDeps extends CallDeps {
  held: HeldJobs;
}

/** Enqueues, and keeps for later what an unavailable store refused. @throws QueueError in that case too */
async function addBulk(
  deps: AddDeps,
  queue: Queue,
  jobs: BulkJob[],
  { intoRoom = false } = {},
): Promise<void> {
  if (jobs.length === 0) return;
  const { store, held } = deps;
  const add = async () => {
    await guarded(deps, `add to ${queue.name}`, async () => {
      if (intoRoom && !(await store.hasRoom()))
        throw new QueueError('queue_full', `add to ${queue.name}: the queue store has no room`);
      await queue.addBulk(jobs);
    });
  };
  try {
    await add();
  } catch (error) {
    if (isUnavailable(error)) held.hold({ jobs: jobs.length, characters: JSON.stringify(jobs).length, add });
    throw error;
  }
}

/** Tries each chunk, so that every chunk that the store refuses is held. */
async function addInChunks(deps: AddDeps, queue: Queue, jobs: BulkJob[]): Promise<void> {
  const results: PromiseSettledResult<void>[] = [];
  for (let start = 0; start < jobs.length; start += BULK_MAX) {
    results.push(...(await Promise.allSettled([addBulk(deps, queue, jobs.slice(start, start + BULK_MAX))])));
  }
  throwFirst(results);
}

function alertBulkJob(job: AlertJob): BulkJob {
  return {
    name: 'alerts',
    data: encodeAlerts(job),
    opts: {
      attempts: ALERT_ATTEMPTS,
      backoff: CUSTOM_BACKOFF,
      stackTraceLimit: 1,
      ...priorityOf(job.severityRank),
    },
  };
}

function deliveryBulkJob(job: DispatchedDelivery): BulkJob {
  return {
    name: 'delivery',
    data: encodeDelivery(job),
    // No `attempts` (else BullMQ writes a 0) and no `backoff`: the worker knows them from the data, and without them the
    // options of a waiting job stay within the 64 characters that Redis stores compactly.
    opts: {
      jobId: deliveryJobId(job),
      attempts: undefined,
      ...priorityOf(deliveryPriority(job)),
    },
  };
}

/** Left out where it is 0: the options are stored with every job. */
function priorityOf(priority: number): { priority?: number } {
  return priority > 0 ? { priority } : {};
}

function byShard<T extends { shard: number }>(store: ProducerStore, items: T[]): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    if (!store.deliveries[item.shard]) {
      throw new QueueError(
        'unknown_shard',
        `there is no shard ${item.shard} among ${store.deliveries.length}`,
      );
    }
    const group = groups.get(item.shard);
    if (group) group.push(item);
    else groups.set(item.shard, [item]);
  }
  return groups;
}

async function missing(deps: CallDeps, refs: Parameters<Producer['missing']>[0]): Promise<boolean[]> {
  const { store } = deps;
  const located = refs.map((ref) => ({ shard: ref.shard, jobId: deliveryJobId(ref) }));
  const unfinished = new Set<string>();
  for (const [shard, own] of byShard(store, located)) {
    for (let start = 0; start < own.length; start += LOOKUP_MAX) {
      const jobIds = own.slice(start, start + LOOKUP_MAX).map(({ jobId }) => jobId);
      const found = await guarded(deps, 'missing', () => store.unfinished(store.deliveries[shard]!, jobIds));
      for (const jobId of found) unfinished.add(`${shard}/${jobId}`);
    }
  }
  return located.map(({ shard, jobId }) => !unfinished.has(`${shard}/${jobId}`));
}

// While a queue is paused, the Postgres backend counts its waiting jobs as `paused`, which BullMQ's types do not know.
const STATES = ['waiting', 'prioritized', 'paused', 'active', 'delayed', 'failed'] as JobType[];

async function depthOf(queue: Queue): Promise<QueueDepth> {
  const counts = await queue.getJobCounts(...STATES);
  const { waiting = 0, prioritized = 0, paused = 0, active = 0, delayed = 0, failed = 0 } = counts;
  return { queue: queue.name, waiting: waiting + prioritized + paused, active, delayed, failed };
}

function throwFirst(results: PromiseSettledResult<unknown>[]): void {
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
}

export interface DeliveryEnqueuerDeps {
  queues: Pick<Producer, 'enqueueDeliveries'>;
  log: QueueLog;
  /** Called with how many deliveries could not be enqueued. */
  onFailed?: (count: number) => void;
}

/**
 * Enqueues deliveries whose release is committed. It never rejects: what cannot be enqueued has a lease that expires, and
 * the dispatcher releases it again.
 */
export function createDeliveryEnqueuer({ queues, log, onFailed }: DeliveryEnqueuerDeps) {
  const failures = createFailureLog({
    failing: {
      event: 'delivery.enqueue_failed',
      message: 'could not enqueue deliveries; the dispatcher will',
    },
    working: { event: 'delivery.enqueue_resumed', message: 'deliveries are enqueued again' },
    isKnown: isQueueUnavailable,
    log,
  });
  return async (deliveries: DispatchedDelivery[]): Promise<void> => {
    if (deliveries.length === 0) return;
    try {
      await queues.enqueueDeliveries(deliveries);
      failures.succeeded();
    } catch (error) {
      onFailed?.(deliveries.length);
      failures.failed(error, { deliveries: deliveries.length });
    }
  };
}
