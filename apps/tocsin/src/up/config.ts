import { readSettings, setting } from '@tocsin/service';
import { z } from 'zod';

/** The settings of `tocsin up`. What other processes must be given, this one makes for itself where it is absent. */
export const upConfigSchema = z.object({
  DATABASE_URL: setting.DATABASE_URL.optional(),
  REDIS_URL: setting.REDIS_URL.optional(),
  PORT: setting.PORT,
  HOST: setting.HOST,
  TOCSIN_PUBLIC_URL: setting.TOCSIN_PUBLIC_URL.optional(),
  TOCSIN_DATA_DIR: setting.TOCSIN_DATA_DIR,
  TOCSIN_ADMIN_KEY: setting.TOCSIN_ADMIN_KEY.optional(),
  TOCSIN_SECRET_KEYS: setting.TOCSIN_SECRET_KEYS.optional(),
  TOCSIN_EGRESS_ALLOW: setting.TOCSIN_EGRESS_ALLOW,
  TOCSIN_EGRESS_CA_FILE: setting.TOCSIN_EGRESS_CA_FILE.optional(),
  TOCSIN_WORKER_CONCURRENCY: setting.TOCSIN_WORKER_CONCURRENCY,
  TOCSIN_DELIVERY_SHARDS: setting.TOCSIN_DELIVERY_SHARDS,
  TOCSIN_EXPIRE_DAYS: setting.TOCSIN_EXPIRE_DAYS,
  TOCSIN_RETENTION_DAYS: setting.TOCSIN_RETENTION_DAYS,
  TOCSIN_RETRY_MAX: setting.TOCSIN_RETRY_MAX,
  TOCSIN_RETRY_BASE_MS: setting.TOCSIN_RETRY_BASE_MS,
  TOCSIN_RETRY_FACTOR: setting.TOCSIN_RETRY_FACTOR,
  TOCSIN_RETRY_CEILING_MS: setting.TOCSIN_RETRY_CEILING_MS,
  TOCSIN_RATE_LIMIT: setting.TOCSIN_RATE_LIMIT,
  TOCSIN_PROXY_HOPS: setting.TOCSIN_PROXY_HOPS,
  TOCSIN_CONSOLE_DIR: setting.TOCSIN_CONSOLE_DIR.optional(),
  LOG_LEVEL: setting.LOG_LEVEL,
});
export type UpConfig = z.output<typeof upConfigSchema>;

/** @throws SettingsError with every fault. */
export function readUpConfig(env: Readonly<Record<string, string | undefined>>): UpConfig {
  return readSettings(upConfigSchema, env);
}
