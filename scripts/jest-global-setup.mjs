import { fileURLToPath } from 'node:url';
// Not through the index: the rest of the kit resolves other packages' sources, which takes jest's own resolver.
import { createDatabaseTemplate } from '../packages/testkit/src/database-template.ts';
import { provideChromium } from '../packages/testkit/src/provide-chromium.ts';
import { providePostgres } from '../packages/testkit/src/provide-postgres.ts';
import { provideRedis } from '../packages/testkit/src/provide-redis.ts';

const COMPILE_CACHE = fileURLToPath(new URL('../node_modules/.cache/node', import.meta.url));

/** The servers of a run, with the variables that name them to its workers. */
const SERVERS = [
  {
    name: 'Postgres',
    provide: providePostgresWithTemplate,
    url: 'TOCSIN_TEST_DATABASE_URL',
    problem: 'TOCSIN_TEST_DATABASE_PROBLEM',
  },
  {
    name: 'Redis',
    provide: provideRedis,
    url: 'TOCSIN_TEST_REDIS_URL',
    problem: 'TOCSIN_TEST_REDIS_PROBLEM',
  },
];

/**
 * Provides Postgres, Redis and a browser once for the whole run. What cannot be provided fails only the tests that ask
 * for it, with the reason: the rest needs none of them.
 */
export default async function setup() {
  // Processes that tests start find what the first one has compiled: a service is up in half the time.
  process.env.NODE_COMPILE_CACHE ??= COMPILE_CACHE;
  const [closers] = await Promise.all([Promise.all(SERVERS.map(provideServer)), provideBrowser()]);
  globalThis.tocsinTestServers = closers.filter((close) => close !== null);
}

/** With a migrated database beside, which test files copy instead of migrating their own. */
async function providePostgresWithTemplate() {
  const server = await providePostgres();
  try {
    const template = await createDatabaseTemplate(server.url);
    process.env.TOCSIN_TEST_DATABASE_TEMPLATE = template.name;
    return { ...server, close: () => template.drop().finally(server.close) };
  } catch (error) {
    await server.close();
    throw error;
  }
}

async function provideServer({ name, provide, url, problem }) {
  delete process.env[problem];
  try {
    const server = await provide();
    process.env[url] = server.url;
    process.stdout.write(`${name} for tests: ${server.how}\n`);
    return server.close;
  } catch (error) {
    process.env[problem] = error.message;
    process.stdout.write(`${name} for tests: ${error.message}\n`);
    return null;
  }
}

/** Here, and not by the tests that use it: two of them would install it at the same time. */
async function provideBrowser() {
  delete process.env.TOCSIN_TEST_CHROMIUM_PROBLEM;
  try {
    const chromium = await provideChromium();
    process.env.CHROMIUM_PATH = chromium.path;
    process.stdout.write(`Chromium for tests: ${chromium.how}\n`);
  } catch (error) {
    process.env.TOCSIN_TEST_CHROMIUM_PROBLEM = error.message;
    process.stdout.write(`Chromium for tests: ${error.message}\n`);
  }
}
