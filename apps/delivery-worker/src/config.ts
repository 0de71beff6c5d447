import { setting } from '@tocsin/service';
import { z } from 'zod';

export const configSchema = z.object({
  DATABASE_URL: setting.DATABASE_URL,
  REDIS_URL: setting.REDIS_URL,
  PORT: setting.PORT,
  HOST: setting.HOST,
  TOCSIN_STATUS_URL: setting.TOCSIN_STATUS_URL,
  TOCSIN_SERVICE_TOKEN: setting.TOCSIN_SERVICE_TOKEN,
  TOCSIN_SECRET_KEYS: setting.TOCSIN_SECRET_KEYS,
  TOCSIN_EGRESS_ALLOW: setting.TOCSIN_EGRESS_ALLOW,
  TOCSIN_EGRESS_CA_FILE: setting.TOCSIN_EGRESS_CA_FILE.optional(),
  TOCSIN_OWN_URLS: setting.TOCSIN_OWN_URLS,
  TOCSIN_WORKER_CONCURRENCY: setting.TOCSIN_WORKER_CONCURRENCY,
  TOCSIN_DELIVERY_SHARDS: setting.TOCSIN_DELIVERY_SHARDS,
  TOCSIN_RATE_LIMIT: setting.TOCSIN_RATE_LIMIT,
  LOG_LEVEL: setting.LOG_LEVEL,
});
export type Config = z.output<typeof configSchema>;
