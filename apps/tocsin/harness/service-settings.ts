import path from 'node:path';

export const ADMIN_KEY = 'tcs_harness_0123456789abcdefghijklmnopqrstuv';

/** The services of docker-compose.yml, by the names of their containers, and what is set for one alone. */
export const SERVICE_NAMES = [
  'control-api',
  'status-service',
  'status-reads',
  'ingest-api',
  'router',
  'delivery-worker',
] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

const PARTS: Partial<Record<ServiceName, string>> = { 'status-service': 'delivery', 'status-reads': 'reads' };

/** This checkout. */
const CHECKOUT = path.resolve(import.meta.dirname, '../../..');

/** The built program of an app. */
export const builtEntry = (app: string, checkout = CHECKOUT) =>
  path.join(checkout, 'apps', app === 'status-reads' ? 'status-service' : app, 'dist/main.js');

/** The settings that differ from one service to the other. */
export function ownSettings(service: ServiceName, port: number): Record<string, string> {
  const parts = PARTS[service];
  return { PORT: `${port}`, ...(parts === undefined ? {} : { TOCSIN_STATUS_PARTS: parts }) };
}

/**
 * What all services of one installation on the loopback are started with: the defaults, but for addresses, secrets, and
 * receivers on the loopback.
 */
export function commonSettings(at: {
  databaseUrl: string;
  redisUrl: string;
  statusUrl: string;
  ingestUrl: string;
}): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
    DATABASE_URL: at.databaseUrl,
    REDIS_URL: at.redisUrl,
    TOCSIN_PUBLIC_URL: 'http://localhost:8080',
    TOCSIN_ADMIN_KEY: ADMIN_KEY,
    TOCSIN_SECRET_KEYS: `one:${Buffer.alloc(32, 7).toString('base64')}`,
    TOCSIN_SERVICE_TOKEN: 'a-token-between-services-0123456789',
    TOCSIN_STATUS_URL: at.statusUrl,
    TOCSIN_INGEST_URL: at.ingestUrl,
    TOCSIN_EGRESS_ALLOW: '127.0.0.0/8',
  };
}
