import { createHash } from 'node:crypto';
import path from 'node:path';
import { findFreePort, provideRedis, startProcess } from '@tocsin/testkit';

const APPS = path.resolve(import.meta.dirname, '../..');
const ADMIN_KEY = 'tcs_speed_0123456789abcdefghijklmnopqrstuv';
/** What seals the URLs of the destinations that are filled in. */
export const SECRET_KEYS = `one:${Buffer.alloc(32, 7).toString('base64')}`;

export type ServiceName = 'status-service' | 'control-api' | 'ingest-api' | 'router' | 'delivery-worker';

export interface Answer {
  status: number;
  ms: number;
  bytes: number;
  // biome-ignore lint/suspicious/noExplicitAny: what it is depends on what was asked
  body: any;
}

/** Services as processes of their own, on a database that is there and a Redis of their own. */
export interface ReadServices {
  ask(service: ServiceName, path: string, send?: { method: string; body: unknown }): Promise<Answer>;
  close(): Promise<void>;
}

export async function startServices(
  databaseUrl: string,
  names: readonly ServiceName[],
): Promise<ReadServices> {
  const redis = await provideRedis();
  const ports = new Map<ServiceName, number>();
  for (const name of names) ports.set(name, await findFreePort());
  const urlOf = (name: ServiceName) => `http://127.0.0.1:${ports.get(name) ?? 9}`;
  const processes = await Promise.all(
    names.map(async (name) => {
      const child = await startProcess({
        entry: path.join(APPS, name, 'src/main.ts'),
        env: {
          DATABASE_URL: databaseUrl,
          REDIS_URL: redis.url,
          HOST: '127.0.0.1',
          PORT: String(ports.get(name)),
          TOCSIN_ADMIN_KEY: ADMIN_KEY,
          TOCSIN_SECRET_KEYS: SECRET_KEYS,
          TOCSIN_SERVICE_TOKEN: 'a-token-between-services-0123456789',
          TOCSIN_PUBLIC_URL: 'https://tocsin.example.com',
          TOCSIN_STATUS_URL: urlOf('status-service'),
          TOCSIN_INGEST_URL: urlOf('ingest-api'),
          TOCSIN_EGRESS_ALLOW: '127.0.0.0/8',
          LOG_LEVEL: 'error',
        },
      });
      await child.ready(`${urlOf(name)}/readyz`);
      return child;
    }),
  );

  async function ask(
    service: ServiceName,
    where: string,
    send?: { method: string; body: unknown },
  ): Promise<Answer> {
    const startedAt = performance.now();
    const response = await fetch(`${urlOf(service)}${where}`, {
      method: send?.method ?? 'GET',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      ...(send === undefined ? {} : { body: JSON.stringify(send.body) }),
    });
    const text = await response.text();
    const ms = performance.now() - startedAt;
    return {
      status: response.status,
      ms,
      bytes: Buffer.byteLength(text),
      body: text === '' ? null : JSON.parse(text),
    };
  }

  return {
    ask,
    close: async () => {
      await Promise.all(processes.map((one) => one.stop()));
      await redis.close();
    },
  };
}

/** The id of a destination that is filled in: 0 gets most deliveries, 299 the fewest. */
export function destinationId(place: number): string {
  const hash = createHash('md5').update(`destination ${place}`).digest('hex');
  return hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
