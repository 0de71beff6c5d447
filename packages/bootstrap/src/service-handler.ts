import type { RequestListener } from 'node:http';
import { createAuthenticator, createHttpHandler, type HttpPart } from '@tocsin/http';
import type { Logger, Metrics } from '@tocsin/service';
import { type Database, findApiKey, findSession, postgresState } from '@tocsin/store';

/** What a service brings to its HTTP server. */
export interface ServedService extends HttpPart {
  /** Where keys and sessions are looked up, and what `/readyz` asks. */
  database: Database;
}

export interface ServiceHandlerOptions {
  name: string;
  settings: {
    TOCSIN_RATE_LIMIT: number;
    TOCSIN_PROXY_HOPS?: number | undefined;
    /** What guards the internal routes; without it there are none. */
    TOCSIN_SERVICE_TOKEN?: string | undefined;
  };
  log: Logger;
  metrics: Metrics;
  /** Aborted once the service drains. */
  closing: AbortSignal;
  /** How long a key or a session that was read is cached; by default as `createAuthenticator` has it. */
  cacheMs?: number;
}

/** After so long a caller hears that Postgres does not answer; milliseconds. */
const LATE_MS = 3_000;

/**
 * The HTTP side of a service: its routes for callers with a key or a session; `/healthz`, `/readyz` and `/metrics` for
 * all.
 */
export function createServiceHandler(
  { database, ...part }: ServedService,
  { name, settings, log, metrics, closing, ...authentication }: ServiceHandlerOptions,
): RequestListener {
  return createHttpHandler({
    ...part,
    service: name,
    serviceToken: settings.TOCSIN_SERVICE_TOKEN,
    authenticate: createAuthenticator({
      findKey: (id) => database.outage.answerOf(() => findApiKey(database, id), LATE_MS),
      findSession: (tokenHash) => database.outage.answerOf(() => findSession(database, tokenHash), LATE_MS),
      ...authentication,
    }),
    rateLimitPerSecond: settings.TOCSIN_RATE_LIMIT,
    proxyHops: settings.TOCSIN_PROXY_HOPS ?? 0,
    readiness: async () => {
      const [postgres, others] = await Promise.all([postgresState(database), part.readiness?.()]);
      return { postgres, ...others };
    },
    log,
    metrics,
    state: () => (closing.aborted ? 'draining' : 'ready'),
  });
}
