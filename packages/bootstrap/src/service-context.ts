import type { Lifecycle, Logger, Metrics } from '@tocsin/service';

/** What a service is built with. */
export interface ServiceContext<Settings = unknown> {
  /** As its log, its metrics and Postgres name it. */
  readonly name: string;
  readonly settings: Settings;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Takes a resource over: it is closed before everything that was opened before it. */
  readonly own: Lifecycle['own'];
  /** Calls back with the port once the service listens. */
  onListening(listener: (port: number) => void): void;
}
