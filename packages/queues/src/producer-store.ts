import type { Queue } from 'bullmq';

/** What a producer needs of a queue store; Redis and Postgres each have one. */
export interface ProducerStore {
  alerts: Queue;
  /** By shard. */
  deliveries: Queue[];
  /** No call to the store may take longer. */
  timeoutMs: number;
  /** @throws QueueError when jobs cannot or must not be added now */
  assertUsable(): Promise<void>;
  /** Calls back each time that the store can be talked to again. */
  onConnected(listener: () => void): void;
  hasRoom(): Promise<boolean>;
  /** Tries whether jobs are taken, for the readiness report. @throws QueueError with the store's own words where they are not */
  tryWrite(): Promise<void>;
  wasEmptied(): Promise<boolean>;
  acknowledgeEmptied(): Promise<void>;
  /** @returns those of the job ids that are waiting, delayed or active in the queue */
  unfinished(queue: Queue, jobIds: string[]): Promise<Set<string>>;
  close(): Promise<void>;
}
