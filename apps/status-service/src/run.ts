import { runConfiguredService } from '@tocsin/bootstrap';
import { configSchema, readsConfigSchema } from './config.ts';
import { start, startReads } from './start.ts';

const service = 'status-service';

// Which settings it needs depends on this one.
await (process.env.TOCSIN_STATUS_PARTS?.trim() === 'reads'
  ? runConfiguredService({ service, configSchema: readsConfigSchema, start: startReads })
  : runConfiguredService({ service, configSchema, start }));
