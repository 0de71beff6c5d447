import {
  createLogger,
  type Lifecycle,
  readSettings,
  runProcess,
  type setting,
  summariseSettings,
} from '@tocsin/service';
import type { Logger } from 'pino';
import type { z } from 'zod';

/** Every service has at least this setting. */
type ConfigSchema = z.ZodObject<{ LOG_LEVEL: typeof setting.LOG_LEVEL }>;

export interface ConfiguredServiceOptions<S extends ConfigSchema> {
  /** Its name in the log. */
  service: string;
  configSchema: S;
  /** Opens everything, each taken over by the lifecycle as soon as it is open. */
  start: (config: z.output<S>, lifecycle: Lifecycle, log: Logger) => Promise<void>;
  /** As `runProcess` takes it; milliseconds. */
  drainTimeoutMs?: number;
}

/** Runs a service as a process of its own, configured by its environment, until it is told to end: see `runProcess`. */
export async function runConfiguredService<S extends ConfigSchema>(
  options: ConfiguredServiceOptions<S>,
): Promise<void> {
  const { service, configSchema, start, ...run } = options;
  const log = createLogger({ level: 'info', service });
  await runProcess({
    ...run,
    log,
    env: process.env,
    start: async (lifecycle) => {
      const config = readSettings(configSchema, process.env);
      log.level = config.LOG_LEVEL;
      log.info({ settings: summariseSettings(configSchema, config) }, 'starting');
      await start(config, lifecycle, log);
    },
  });
}
