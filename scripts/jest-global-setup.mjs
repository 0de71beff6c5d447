// Not through the index: the rest of the kit resolves other packages' sources, which takes jest's own resolver.
import { providePostgres } from '../packages/testkit/src/provide-postgres.ts';
import { provideRedis } from '../packages/testkit/src/provide-redis.ts';

/** The servers of a run, with the variables by which its workers are told of them. */
const SERVERS = [
  {
    name: 'Postgres',
    provide: providePostgres,
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
 * Provides Postgres and Redis once for the whole run. One that cannot be provided fails only the tests that ask for
 * it, with the reason: the rest needs neither.
 */
export default async function setup() {
  const closers = await Promise.all(SERVERS.map(provideServer));
  globalThis.tocsinTestServers = closers.filter((close) => close !== null);
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
