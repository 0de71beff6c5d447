import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { setting } from './env-schema.ts';
import { readSettings, SettingsError, summariseSettings } from './read-settings.ts';

const KEY = `main:${Buffer.alloc(32, 7).toString('base64')}`;

function faultsOf(schema: z.ZodObject, env: NodeJS.ProcessEnv): readonly string[] {
  try {
    readSettings(schema, env);
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
  return [];
}

/** What is wrong with one setting; empty where nothing is. */
function faultOf(name: keyof typeof setting, text: string): string {
  return faultsOf(z.object({ [name]: setting[name] }), { [name]: text }).join('\n');
}

describe('reading settings', () => {
  test('every fault is reported at once, by the variable’s name', () => {
    const schema = z.object({
      DATABASE_URL: setting.DATABASE_URL,
      PORT: setting.PORT,
      LOG_LEVEL: setting.LOG_LEVEL,
      TOCSIN_SECRET_KEYS: setting.TOCSIN_SECRET_KEYS,
      TOCSIN_EGRESS_ALLOW: setting.TOCSIN_EGRESS_ALLOW,
    });
    const env = {
      PORT: '70000',
      LOG_LEVEL: 'loud',
      TOCSIN_SECRET_KEYS: 'a:canary',
      TOCSIN_EGRESS_ALLOW: '10.0.0.0/8,nonsense',
    };
    const faults = faultsOf(schema, env);
    expect(faults).toHaveLength(5);
    for (const [index, name] of Object.keys(schema.shape).entries()) {
      expect(faults[index]).toMatch(new RegExp(`^${name}: `));
    }
    expect(faults[0]).toBe('DATABASE_URL: is required');
    expect(() => readSettings(schema, env)).toThrow(/DATABASE_URL: is required\n {2}- PORT: must be/);
  });

  test('a fault shows nothing of a secret', () => {
    const schema = z.object({
      TOCSIN_SECRET_KEYS: setting.TOCSIN_SECRET_KEYS,
      TOCSIN_ADMIN_KEY: setting.TOCSIN_ADMIN_KEY,
      TOCSIN_SERVICE_TOKEN: setting.TOCSIN_SERVICE_TOKEN,
      DATABASE_URL: setting.DATABASE_URL,
      TOCSIN_PUBLIC_URL: setting.TOCSIN_PUBLIC_URL,
    });
    const env = Object.fromEntries(Object.keys(schema.shape).map((name) => [name, 'can:ary']));
    const faults = faultsOf(schema, env);
    expect(faults).toHaveLength(5);
    expect(faults.join()).not.toContain('can:ary');
    expect(faults.join()).not.toContain('ary');
  });

  test('an empty variable counts as absent: the default applies, or it is required', () => {
    expect(readSettings(z.object({ PORT: setting.PORT }), { PORT: '' })).toEqual({ PORT: 8080 });
    expect(readSettings(z.object({ PORT: setting.PORT }), { PORT: '  ' })).toEqual({ PORT: 8080 });
    expect(readSettings(z.object({ REDIS_URL: setting.REDIS_URL.optional() }), { REDIS_URL: '' })).toEqual(
      {},
    );
    expect(faultOf('REDIS_URL', '')).toBe('REDIS_URL: is required');
  });

  test('a newline at the end, as a mounted secret has it, does not matter', () => {
    const read = readSettings(z.object({ DATABASE_URL: setting.DATABASE_URL }), {
      DATABASE_URL: 'postgres://db/tocsin\n',
    });
    expect(read.DATABASE_URL).toBe('postgres://db/tocsin');
  });

  test('other variables are not looked at', () => {
    expect(readSettings(z.object({ PORT: setting.PORT }), { PORT: '1', HOME: '/', PATH: '' })).toEqual({
      PORT: 1,
    });
  });
});

describe('the settings', () => {
  test('have the defaults that the documents name', () => {
    const { DATABASE_URL, REDIS_URL, TOCSIN_PUBLIC_URL, TOCSIN_ADMIN_KEY, TOCSIN_SECRET_KEYS, ...rest } =
      setting;
    const {
      TOCSIN_EGRESS_CA_FILE,
      TOCSIN_STATUS_URL,
      TOCSIN_INGEST_URL,
      TOCSIN_SERVICE_TOKEN,
      TOCSIN_CONSOLE_DIR,
      ...defaulted
    } = rest;
    expect(readSettings(z.object(defaulted), {})).toEqual({
      PORT: 8080,
      HOST: '127.0.0.1',
      TOCSIN_DATA_DIR: '.tocsin',
      TOCSIN_EGRESS_ALLOW: '',
      TOCSIN_OWN_URLS: [],
      TOCSIN_WORKER_CONCURRENCY: 1_000,
      TOCSIN_DELIVERY_SHARDS: 1,
      TOCSIN_STATUS_PARTS: 'all',
      TOCSIN_EXPIRE_DAYS: 7,
      TOCSIN_RETRY_MAX: 10,
      TOCSIN_RETRY_BASE_MS: 5_000,
      TOCSIN_RETRY_FACTOR: 3,
      TOCSIN_RETRY_CEILING_MS: 21_600_000,
      TOCSIN_RETENTION_DAYS: 30,
      TOCSIN_RATE_LIMIT: 2_000,
      TOCSIN_PROXY_HOPS: 0,
      LOG_LEVEL: 'info',
    });
    const required = {
      DATABASE_URL,
      REDIS_URL,
      TOCSIN_PUBLIC_URL,
      TOCSIN_ADMIN_KEY,
      TOCSIN_SECRET_KEYS,
      TOCSIN_EGRESS_CA_FILE,
      TOCSIN_STATUS_URL,
      TOCSIN_INGEST_URL,
      TOCSIN_SERVICE_TOKEN,
      TOCSIN_CONSOLE_DIR,
    };
    expect(faultsOf(z.object(required), {})).toEqual(
      Object.keys(required).map((name) => `${name}: is required`),
    );
  });

  const accepted: [keyof typeof setting, string, unknown][] = [
    ['DATABASE_URL', 'postgres://u:p%20w@db:5432/tocsin?sslmode=require', undefined],
    ['DATABASE_URL', 'postgresql:///tocsin?host=/run/postgresql', undefined],
    ['REDIS_URL', 'rediss://:p@redis:6379/0', undefined],
    ['PORT', '0', 0],
    ['PORT', '65535', 65535],
    ['HOST', '0.0.0.0', undefined],
    ['HOST', '::', undefined],
    ['HOST', 'localhost', undefined],
    ['TOCSIN_PUBLIC_URL', 'https://tocsin.example/console/', 'https://tocsin.example/console'],
    ['TOCSIN_STATUS_PARTS', 'reads', undefined],
    ['TOCSIN_STATUS_URL', 'http://status-service:8080', undefined],
    ['TOCSIN_ADMIN_KEY', 'tcs_admin_s3cret_with_more', undefined],
    ['TOCSIN_ADMIN_KEY', 'tcs_the.first~key_s3cret~with.more', undefined],
    ['TOCSIN_SECRET_KEYS', KEY, undefined],
    ['TOCSIN_EGRESS_ALLOW', '10.0.0.0/8, fd00::/8', undefined],
    [
      'TOCSIN_OWN_URLS',
      'http://router:8080, 10.0.0.7:80',
      [
        { host: 'router', port: 8080 },
        { host: '10.0.0.7', port: 80 },
      ],
    ],
    ['TOCSIN_SERVICE_TOKEN', 'sixteen-letters!', undefined],
    ['TOCSIN_EXPIRE_DAYS', '0.5', 0.5],
    ['TOCSIN_RETRY_MAX', '0', 0],
    ['TOCSIN_RETRY_MAX', '10', 10],
    ['TOCSIN_RETRY_FACTOR', '1.5', 1.5],
    ['TOCSIN_RETRY_BASE_MS', '10', 10],
    ['LOG_LEVEL', 'silent', undefined],
  ];
  test.each(accepted)('%s may be "%s"', (name, text, value) => {
    const read = readSettings(z.object({ [name]: setting[name] }), { [name]: text });
    expect(read[name]).toEqual(value ?? text);
  });

  test.each([
    ['is not one at all', 'short', 'must be written tcs_<id>_<secret>'],
    ['has too short a secret', 'tcs_admin_fifteen-letters', 'must have a secret of at least 16 characters'],
  ])('an admin key that %s is one fault, which says so and does not show it', (_, text, message) => {
    const faults = faultsOf(z.object({ TOCSIN_ADMIN_KEY: setting.TOCSIN_ADMIN_KEY }), {
      TOCSIN_ADMIN_KEY: text,
    });
    expect(faults).toEqual([expect.stringContaining(`TOCSIN_ADMIN_KEY: ${message}`)]);
    expect(faults.join()).not.toContain(text);
  });

  const refused: [keyof typeof setting, string][] = [
    ['DATABASE_URL', 'mysql://db/tocsin'],
    ['DATABASE_URL', 'db/tocsin'],
    ['REDIS_URL', 'http://redis'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '0x50'],
    ['PORT', '8e3'],
    ['PORT', '80.5'],
    ['HOST', 'a b'],
    ['HOST', 'http://a/'],
    ['TOCSIN_PUBLIC_URL', 'tocsin.example'],
    ['TOCSIN_PUBLIC_URL', 'https://u:p@tocsin.example'],
    ['TOCSIN_PUBLIC_URL', 'https://tocsin.example/?a=1'],
    ['TOCSIN_ADMIN_KEY', 'admin'],
    ['TOCSIN_SECRET_KEYS', `${KEY},${KEY}`],
    ['TOCSIN_EGRESS_ALLOW', '10.0.0.0/33'],
    ['TOCSIN_EGRESS_ALLOW', '10.1.2.3/8'],
    ['TOCSIN_OWN_URLS', 'http://router:8080,ingest-api'],
    ['TOCSIN_SERVICE_TOKEN', 'short'],
    ['TOCSIN_SERVICE_TOKEN', 'has spaces in its middle'],
    ['TOCSIN_EXPIRE_DAYS', '0'],
    ['TOCSIN_RETRY_MAX', '11'],
    ['TOCSIN_RETRY_FACTOR', '0.9'],
    ['TOCSIN_RETRY_BASE_MS', '9'],
    ['TOCSIN_RATE_LIMIT', '0'],
    ['TOCSIN_WORKER_CONCURRENCY', '0'],
    ['TOCSIN_STATUS_PARTS', 'writes'],
    ['LOG_LEVEL', 'INFO'],
  ];
  test.each(refused)('%s may not be "%s"', (name, text) => {
    expect(faultOf(name, text)).toMatch(new RegExp(`^${name}: `));
  });
});

describe('the summary for the log', () => {
  test('masks keys, tokens, secrets and passwords in URLs, and shows the rest', () => {
    const schema = z.object({
      DATABASE_URL: setting.DATABASE_URL,
      REDIS_URL: setting.REDIS_URL,
      TOCSIN_ADMIN_KEY: setting.TOCSIN_ADMIN_KEY,
      TOCSIN_SECRET_KEYS: setting.TOCSIN_SECRET_KEYS,
      TOCSIN_SERVICE_TOKEN: setting.TOCSIN_SERVICE_TOKEN,
      TOCSIN_STATUS_URL: setting.TOCSIN_STATUS_URL.optional(),
      PORT: setting.PORT,
    });
    const values = readSettings(schema, {
      DATABASE_URL: 'postgres://tocsin:canary@db:5432/tocsin?sslmode=require&password=canary',
      REDIS_URL: 'redis://:canary@redis:6379',
      TOCSIN_ADMIN_KEY: 'tcs_admin_canary-canary-canary',
      TOCSIN_SECRET_KEYS: KEY,
      TOCSIN_SERVICE_TOKEN: 'canary-canary-canary',
    });
    const summary = summariseSettings(schema, values);
    expect(summary).toEqual({
      DATABASE_URL: 'postgres://tocsin:********@db:5432/tocsin?sslmode=require&password=********',
      REDIS_URL: 'redis://:********@redis:6379',
      TOCSIN_ADMIN_KEY: '********',
      TOCSIN_SECRET_KEYS: '********',
      TOCSIN_SERVICE_TOKEN: '********',
      TOCSIN_STATUS_URL: null,
      PORT: 8080,
    });
    expect(JSON.stringify(summary)).not.toContain('canary');
  });
});
