import { setting } from '@tocsin/service';
import { z } from 'zod';

export const configSchema = z.object({
  DATABASE_URL: setting.DATABASE_URL,
  REDIS_URL: setting.REDIS_URL.optional(),
  PORT: setting.PORT,
  HOST: setting.HOST,
  TOCSIN_PUBLIC_URL: setting.TOCSIN_PUBLIC_URL,
  TOCSIN_ADMIN_KEY: setting.TOCSIN_ADMIN_KEY.optional(),
  TOCSIN_SECRET_KEYS: setting.TOCSIN_SECRET_KEYS,
  TOCSIN_EGRESS_ALLOW: setting.TOCSIN_EGRESS_ALLOW,
  TOCSIN_EGRESS_CA_FILE: setting.TOCSIN_EGRESS_CA_FILE.optional(),
  TOCSIN_OWN_URLS: setting.TOCSIN_OWN_URLS,
  TOCSIN_RETRY_MAX: setting.TOCSIN_RETRY_MAX,
  TOCSIN_RETRY_BASE_MS: setting.TOCSIN_RETRY_BASE_MS,
  TOCSIN_RETRY_FACTOR: setting.TOCSIN_RETRY_FACTOR,
  TOCSIN_RETRY_CEILING_MS: setting.TOCSIN_RETRY_CEILING_MS,
  TOCSIN_RATE_LIMIT: setting.TOCSIN_RATE_LIMIT,
  TOCSIN_DELIVERY_SHARDS: setting.TOCSIN_DELIVERY_SHARDS,
  TOCSIN_PROXY_HOPS: setting.TOCSIN_PROXY_HOPS,
  TOCSIN_CONSOLE_DIR: setting.TOCSIN_CONSOLE_DIR.optional(),
  LOG_LEVEL: setting.LOG_LEVEL,
});
export type Config = z.output<typeof configSchema>;
