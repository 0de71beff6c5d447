import { egressSettings, queueSettings, serviceSettings } from '@tocsin/bootstrap';
import { readSettings, retrySettings, setting } from '@tocsin/service';
import { z } from 'zod';

/** The settings of `tocsin up`. Values that the single services require are created here if absent. */
export const upConfigSchema = z.object({
  ...queueSettings,
  ...egressSettings,
  ...retrySettings,
  TOCSIN_PUBLIC_URL: setting.TOCSIN_PUBLIC_URL.optional(),
  TOCSIN_DATA_DIR: setting.TOCSIN_DATA_DIR,
  TOCSIN_ADMIN_KEY: setting.TOCSIN_ADMIN_KEY.optional(),
  TOCSIN_SECRET_KEYS: setting.TOCSIN_SECRET_KEYS.optional(),
  TOCSIN_WORKER_CONCURRENCY: setting.TOCSIN_WORKER_CONCURRENCY,
  TOCSIN_EXPIRE_DAYS: setting.TOCSIN_EXPIRE_DAYS,
  TOCSIN_RETENTION_DAYS: setting.TOCSIN_RETENTION_DAYS,
  TOCSIN_PROXY_HOPS: setting.TOCSIN_PROXY_HOPS,
  TOCSIN_CONSOLE_DIR: setting.TOCSIN_CONSOLE_DIR.optional(),
  ...serviceSettings.shape,
  DATABASE_URL: setting.DATABASE_URL.optional(),
  REDIS_URL: setting.REDIS_URL.optional(),
});
export type UpConfig = z.output<typeof upConfigSchema>;

/** @throws SettingsError with every fault. */
export function readUpConfig(env: Readonly<Record<string, string | undefined>>): UpConfig {
  return readSettings(upConfigSchema, env);
}
