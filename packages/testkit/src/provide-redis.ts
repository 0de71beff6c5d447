import { type ProvidedServer, ProvisionError, provideFirst } from './provide-first.ts';
import { redisFromContainer } from './redis-container.ts';
import { redisFromPackage } from './redis-package.ts';
import { redisFromPath } from './redis-server.ts';

export interface ProvideOptions {
  /** Where settings are read from. The test kit's default is the process's own environment: jest's workers inherit it. */
  env?: NodeJS.ProcessEnv;
}

const ADVICE =
  'Install redis-server (Debian: apt-get install redis-server; macOS: brew install redis), start Docker, ' +
  'or set TOCSIN_TEST_REDIS_URL to a Redis 6.2 or later that tests may fill.';

/**
 * A Redis for tests: the one of `TOCSIN_TEST_REDIS_URL` (in a jest run, the run's own); else a container
 * (`TOCSIN_TEST_REDIS_IMAGE`, default `redis:7-alpine`); else the `redis-server` on the PATH; else, as root on Debian
 * or Ubuntu, one installed by apt.
 *
 * @throws ProvisionError saying what was tried and what to install
 */
export async function provideRedis({ env = process.env }: ProvideOptions = {}): Promise<ProvidedServer> {
  const url = env.TOCSIN_TEST_REDIS_URL;
  if (url) return { url, how: `TOCSIN_TEST_REDIS_URL, ${new URL(url).host}`, close: async () => {} };
  // The run's setup has tried already: every worker would otherwise try again, and install again.
  if (env.TOCSIN_TEST_REDIS_PROBLEM) throw new ProvisionError(env.TOCSIN_TEST_REDIS_PROBLEM);
  return provideFirst(
    'Redis',
    [() => redisFromContainer(env), () => redisFromPath(env), () => redisFromPackage(env)],
    ADVICE,
  );
}
