import { runConfiguredService } from '@tocsin/bootstrap';
import { configSchema } from './config.ts';
import { start } from './start.ts';

await runConfiguredService({ service: 'ingest-api', configSchema, start });
