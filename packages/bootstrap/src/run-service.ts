import { createStartingHandler, listenEarly } from '@tocsin/http';
import { createLogger, createMetrics, readSettings, runProcess, summariseSettings } from '@tocsin/service';
import type { z } from 'zod';
import type { ServiceContext } from './service-context.ts';
import { createServiceHandler, type ServedService } from './service-handler.ts';
import type { serviceSettings } from './service-settings.ts';

export interface ServiceOptions<S extends typeof serviceSettings> {
  /** Its name in the log. */
  name: string;
  /** What it reads of the environment. */
  settings: S;
  /** Opens what the service needs, in order, and returns what it serves. */
  build: (context: ServiceContext<z.output<S>>) => Promise<ServedService>;
}

/**
 * Runs a service as a process of its own: reads its settings from the environment, builds it, and serves it over HTTP.
 * It listens from the beginning, so that it can say what it waits for. On SIGTERM or SIGINT everything that was opened is closed, last opened first, within the deadline of `runProcess`.
 */
export async function runService<S extends typeof serviceSettings>(
  options: ServiceOptions<S>,
): Promise<void> {
  const { name, settings: schema, build } = options;
  const log = createLogger({ level: 'info', service: name });
  await runProcess({
    log,
    env: process.env,
    start: async ({ own, closing }) => {
      const settings = readSettings(schema, process.env);
      log.level = settings.LOG_LEVEL;
      log.info({ event: 'service.starting', settings: summariseSettings(schema, settings) }, 'starting');
      const metrics = createMetrics(name);
      const starting = createStartingHandler({ service: name, log, metrics });
      const address = { port: settings.PORT, host: settings.HOST };
      const server = own('http server while starting', await listenEarly(starting, address));
      log.info({ event: 'service.listening', url: server.url }, 'listening');
      const service = await build({ name, settings, log, metrics, own, closing, port: server.port });
      server.open(createServiceHandler(service, { name, settings, log, metrics, closing }));
      // Once more: it is the first to close, so that nothing is asked of what is closed.
      own('http server', server);
    },
  });
}
