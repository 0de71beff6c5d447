import { setting } from '@tocsin/service';
import { z } from 'zod';

/** The settings of every service. A service extends them by its own. */
export const serviceSettings = z.object({
  DATABASE_URL: setting.DATABASE_URL,
  PORT: setting.PORT,
  HOST: setting.HOST,
  TOCSIN_RATE_LIMIT: setting.TOCSIN_RATE_LIMIT,
  LOG_LEVEL: setting.LOG_LEVEL,
});

/** For `openQueues`. */
export const queueSettings = {
  REDIS_URL: setting.REDIS_URL,
  TOCSIN_DELIVERY_SHARDS: setting.TOCSIN_DELIVERY_SHARDS,
};

/** For `openStatusGateway`. */
export const statusGatewaySettings = {
  TOCSIN_STATUS_URL: setting.TOCSIN_STATUS_URL,
  TOCSIN_SERVICE_TOKEN: setting.TOCSIN_SERVICE_TOKEN,
};

/** For `openEgress`. */
export const egressSettings = {
  TOCSIN_EGRESS_ALLOW: setting.TOCSIN_EGRESS_ALLOW,
  TOCSIN_EGRESS_CA_FILE: setting.TOCSIN_EGRESS_CA_FILE.optional(),
};

/** The settings that a shape reads. */
export type SettingsOf<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>;
