import type { Lifecycle, Logger, Metrics } from '@tocsin/service';

/** What a service is built with. */
export interface ServiceContext<Settings = unknown> {
  /** The service's name in its log, its metrics and Postgres. */
  readonly name: string;
  readonly settings: Settings;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Registers a resource to be closed at the end, before everything that was opened earlier. */
  readonly own: Lifecycle['own'];
  /** The port that the service listens at. */
  readonly port: number;
  /** Aborted once the service is to end, also while it is built. */
  readonly closing: AbortSignal;
}
