import { setting } from '@tocsin/service';
import { z } from 'zod';

/** All that a process needs which only reads (`TOCSIN_STATUS_PARTS=reads`). */
export const readsConfigSchema = z.object({
  TOCSIN_STATUS_PARTS: setting.TOCSIN_STATUS_PARTS,
  DATABASE_URL: setting.DATABASE_URL,
  PORT: setting.PORT,
  HOST: setting.HOST,
  TOCSIN_RATE_LIMIT: setting.TOCSIN_RATE_LIMIT,
  LOG_LEVEL: setting.LOG_LEVEL,
});
export type ReadsConfig = z.output<typeof readsConfigSchema>;

export const configSchema = readsConfigSchema.extend({
  REDIS_URL: setting.REDIS_URL,
  TOCSIN_INGEST_URL: setting.TOCSIN_INGEST_URL,
  TOCSIN_SERVICE_TOKEN: setting.TOCSIN_SERVICE_TOKEN,
  TOCSIN_DELIVERY_SHARDS: setting.TOCSIN_DELIVERY_SHARDS,
  TOCSIN_EXPIRE_DAYS: setting.TOCSIN_EXPIRE_DAYS,
  TOCSIN_RETENTION_DAYS: setting.TOCSIN_RETENTION_DAYS,
  TOCSIN_RETRY_MAX: setting.TOCSIN_RETRY_MAX,
  TOCSIN_RETRY_BASE_MS: setting.TOCSIN_RETRY_BASE_MS,
  TOCSIN_RETRY_FACTOR: setting.TOCSIN_RETRY_FACTOR,
  TOCSIN_RETRY_CEILING_MS: setting.TOCSIN_RETRY_CEILING_MS,
});
export type Config = z.output<typeof configSchema>;
