import { runConfiguredService } from '@tocsin/bootstrap';
import { configSchema } from './config.ts';
import { start } from './start.ts';

await runConfiguredService({
  service: 'delivery-worker',
  configSchema,
  start,
  // The drain of its jobs (31 s), and a moment for what their end takes.
  drainTimeoutMs: 34_000,
});
