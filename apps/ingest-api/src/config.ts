import { setting } from '@tocsin/service';
import { z } from 'zod';

export const configSchema = z.object({
  DATABASE_URL: setting.DATABASE_URL,
  REDIS_URL: setting.REDIS_URL,
  PORT: setting.PORT,
  HOST: setting.HOST,
  TOCSIN_PUBLIC_URL: setting.TOCSIN_PUBLIC_URL,
  TOCSIN_SERVICE_TOKEN: setting.TOCSIN_SERVICE_TOKEN,
  TOCSIN_DELIVERY_SHARDS: setting.TOCSIN_DELIVERY_SHARDS,
  TOCSIN_RATE_LIMIT: setting.TOCSIN_RATE_LIMIT,
  LOG_LEVEL: setting.LOG_LEVEL,
});
export type Config = z.output<typeof configSchema>;
