import type { LogFields, Outage } from '@tocsin/outage';
import type { DispatchedDelivery } from '@tocsin/status-gateway';
import type { Queue } from 'bullmq';

/** Alerts of one receipt day and one severity, to be routed. */
export interface AlertJob {
  /** Receipt day, `YYYY-MM-DD`. */
  day: string;
  /** 0 = CRITICAL … 4 = INFO. */
  severityRank: number;
  /**
   * `facts` is the JSON text of the routing facts, as `JSON.stringify` writes it. A text, because jsonb refuses
   * U+0000: escaped inside a text, it passes.
   */
  alerts: { id: string; facts: string }[];
}

/**
 * One attempt (and its retries) of one delivery: ids and routing facts, never the payload. A dispatched delivery
 * without its queue and the attempts that the queue allows.
 */
export type DeliveryJob = Omit<DispatchedDelivery, 'shard' | 'attemptsMax' | 'ahead'>;

/** Which job is meant. */
export type DeliveryJobRef = Pick<DispatchedDelivery, 'deliveryId' | 'round' | 'dispatchNumber'>;

/** What a delivery's processing came to. */
export type JobVerdict =
  /** The job completes. */
  | { kind: 'done' }
  /** An attempt failed: the job fails once, and waits in `delayed` with the reason in sight of Bull Board. */
  | { kind: 'retry'; afterMs: number; reason: string; ahead?: number | undefined }
  /**
   * Not possible now: the job waits in `delayed`, and no attempt is used. `note` is for who takes it next; the job holds
   * it in the queue store, so that it is short and tells no secret.
   */
  | { kind: 'deferred'; afterMs: number; note?: string }
  /** The job ends in `failed`, whatever attempts it has left. */
  | { kind: 'failed'; reason: string };

/** What the processing of alerts came to: they are routed, or the job goes back into its queue. */
export type AlertJobVerdict = Extract<JobVerdict, { kind: 'done' }> | { kind: 'deferred'; afterMs: number };

/** Jobs of one queue by state. */
export interface QueueDepth {
  queue: string;
  /** Ready to be taken, with or without a priority. */
  waiting: number;
  active: number;
  delayed: number;
  failed: number;
}

/**
 * Adds jobs and looks into the queues. Every call settles within a few seconds, whatever the queue store does; while it
 * is unavailable, calls reject with a {@link QueueError} (`hasRoom` answers false, `room` `unavailable`).
 */
export interface Producer {
  /**
   * Adds all in one bulk, where there is room. What a store that is unavailable does not take is kept, up to 16 MiB, and
   * added as soon as it answers; the call throws all the same. @throws QueueError
   */
  enqueueAlerts(jobs: AlertJob[]): Promise<void>;
  /**
   * Adds in bulk, per shard and in chunks, and keeps what was not taken as `enqueueAlerts` does. A job whose id exists already is silently not added. When it throws, some
   * may have been added all the same. @throws QueueError
   */
  enqueueDeliveries(jobs: DispatchedDelivery[]): Promise<void>;
  /**
   * @returns per ref, in the same order: true when its job is neither waiting, delayed nor active: it is gone,
   *   completed or failed. Made for thousands of refs. @throws QueueError
   */
  missing(refs: (DeliveryJobRef & { shard: number })[]): Promise<boolean[]>;
  /**
   * @returns whether more may be enqueued: on Redis, connected and below 80 % of `maxmemory` (0 is no limit); on Postgres
   *   always true. At most a second old. Never throws.
   */
  hasRoom(): Promise<boolean>;
  /** @returns the same, and which of both is wrong where not. At most a second old. Never throws. */
  room(): Promise<'ok' | 'full' | 'unavailable'>;
  /** @returns for a readiness report: `ok`, or `full` or `unavailable` with the reason. Never throws. */
  state(): Promise<string>;
  /**
   * @returns whether the store lost everything (or was never used before) and nobody has acknowledged that since; on
   *   Postgres always false, since the queues are lost only together with the record. @throws QueueError
   */
  wasEmptied(): Promise<boolean>;
  /**
   * Call it only after what was lost is recovered: if the process ends before, the next one that asks recovers it.
   * @throws QueueError
   */
  acknowledgeEmptied(): Promise<void>;
  /** @returns how many alert jobs are waiting or delayed. @throws QueueError */
  alertBacklog(): Promise<number>;
  /** @returns one entry per queue, the alert queue first. @throws QueueError */
  depths(): Promise<QueueDepth[]>;
  /** Calls back each time that the store can be talked to again, as after a restart. */
  onAvailable(listener: () => void): void;
  /** @returns the BullMQ queues, to look at what was added. They are closed with the producer. */
  bullQueues(): Queue[];
  /** Closes within its own deadline, also while the store is unavailable. Never throws. */
  close(): Promise<void>;
}

/**
 * Whether jobs are taken, or why not. `unavailable` is also the state before the store was first reached; `resting` is
 * what `mayTake` brings about.
 */
export type ConsumerState =
  | 'ok'
  | 'unavailable'
  | 'resting'
  | 'wrong_eviction_policy'
  | 'cluster_mode'
  | 'closed';

/** Takes jobs until it is closed. */
export interface Consumer {
  /**
   * Resolves once jobs can be taken, which may wait for the store to appear.
   * @throws QueueError as soon as the store is there and unfit (`wrong_eviction_policy`, `cluster_mode`; it is looked at again until it
   *   is mended, and then worked on), or when the consumer was closed before.
   */
  ready(): Promise<void>;
  /**
   * What a process waits for at its start: as `ready`, but a store that is unavailable is waited for 5 s only, and then in the
   * background. @throws QueueError as `ready` does
   */
  started(): Promise<void>;
  /** For a readiness report; told from what is known, without asking the store. */
  state(): ConsumerState;
  /**
   * Stops taking jobs, waits for the running ones up to the timeout (default 25 s), then aborts their signals, gives
   * them a second to end, and disconnects. What is still running then comes back as a stalled job elsewhere. Never
   * throws, never hangs.
   */
  close(options?: { timeoutMs?: number }): Promise<void>;
}

/** What an alert job's processing gets besides the job. */
export interface AlertJobContext {
  jobId: string;
  /** Aborted when the job is no longer ours (its lock was lost), or the consumer's closing deadline has passed. */
  signal: AbortSignal;
}

/** What a delivery job's processing gets besides the job. */
export interface DeliveryJobContext extends AlertJobContext {
  /** Failed attempts that BullMQ has counted. The number of an attempt is the row's, never this. */
  attemptsMade: number;
  /** Makes a wait for somebody else, such as a receiver or a commit: other jobs may begin beside it. */
  waiting<T>(wait: () => Promise<T>): Promise<T>;
  /** Whether its destination has more jobs in this worker than there is room for besides: it should go back. */
  isCrowded: boolean;
  /** What `deferred` left for this taking of the job. */
  note: string | undefined;
}

/** When jobs are taken. */
export interface TakeOptions {
  /** While it answers false no job is taken, so that others of the same kind get them. It is asked all the time. */
  mayTake?: () => boolean;
}

/** How alert jobs are taken. */
export interface AlertConsumerOptions extends TakeOptions {
  /**
   * Alerts at once in this process, whether in one job or in many. The last job taken may go
   * beyond. 1,600 unless told.
   */
  alertsAtOnce?: number;
  /** A throw is retried with growing delays (1 s to 60 s), for ever: the record in Postgres decides, not the queue. */
  process(job: AlertJob, context: AlertJobContext): Promise<AlertJobVerdict>;
}

/** How delivery jobs are taken. */
export interface DeliveryConsumerOptions extends TakeOptions {
  /** Jobs at once in this process, of all shards; most of them wait for a receiver or a commit. */
  concurrency: number;
  /** A throw is logged and counts as `deferred` by 1 to 5 s, never as an attempt. */
  process(job: DeliveryJob, context: DeliveryJobContext): Promise<JobVerdict>;
}

/** Where the queues live. `prefix` (default `tocsin`) starts every Redis key; `schema` (default `bullmq`) holds the tables. */
export type QueueBackendConfig =
  | { kind: 'redis'; url: string; prefix?: string }
  | { kind: 'postgres'; databaseUrl: string; schema?: string };

/** A logger in pino's shape. */
export interface QueueLog {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/** Common to producers and consumers; the same in every process of an installation. */
export interface QueueSettings {
  backend: QueueBackendConfig;
  /** Number of delivery queues. On Postgres 1. */
  shards: number;
  log: QueueLog;
  /** The process's outage of the store; by default each producer and consumer detects and logs its own. */
  outage?: Outage;
  /** How long a job stays ours without a sign of life (default 10 s, on Postgres 8 s). */
  lockDurationMs?: number;
  /** How often jobs without an owner are looked for (default 2 s, on Postgres 1 s). */
  stalledIntervalMs?: number;
}
