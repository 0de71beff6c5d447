import { createLogger, runService, summariseSettings } from '@tocsin/runtime';
import { configSchema, readConfig } from './config.ts';
import { start } from './start.ts';

const log = createLogger({ level: 'info', service: 'delivery-worker' });

await runService({
  log,
  env: process.env,
  // The drain of its jobs (31 s), and a moment for what their end takes.
  drainTimeoutMs: 34_000,
  start: async (lifecycle) => {
    const config = readConfig(process.env);
    log.level = config.LOG_LEVEL;
    log.info({ settings: summariseSettings(configSchema, config) }, 'starting');
    await start(config, lifecycle, log);
  },
});
