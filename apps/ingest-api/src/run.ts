import { createLogger, runService, summariseSettings } from '@tocsin/runtime';
import { configSchema, readConfig } from './config.ts';
import { start } from './start.ts';

const log = createLogger({ level: 'info', service: 'ingest-api' });

await runService({
  log,
  env: process.env,
  start: async (lifecycle) => {
    const config = readConfig(process.env);
    log.level = config.LOG_LEVEL;
    log.info({ settings: summariseSettings(configSchema, config) }, 'starting');
    await start(config, lifecycle, log);
  },
});
