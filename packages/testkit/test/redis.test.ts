import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { findContainerEngine } from '../src/container-engine.ts';
import { findProgram } from '../src/find-program.ts';
import {
  claimRedisDatabase,
  expectNoLeaks,
  flushRedisPrefix,
  openHandles,
  provideRedis,
  testRedisPrefix,
  testWhen,
} from '../src/index.ts';
import type { Attempt, ProvidedServer } from '../src/provide-first.ts';
import { DEFAULT_REDIS_IMAGE, redisFromContainer } from '../src/redis-container.ts';
import { redisFromPackage } from '../src/redis-package.ts';
import { redisFromPath } from '../src/redis-server.ts';

function providedBy(attempt: Attempt): ProvidedServer {
  if (attempt.kind === 'unavailable') throw new Error(attempt.reason);
  return attempt.server;
}

/** The eviction policy of a Redis, which also shows that it can be used. */
async function policyOf(url: string): Promise<string | undefined> {
  const redis = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    const [, policy] = (await redis.config('GET', 'maxmemory-policy')) as string[];
    return policy;
  } finally {
    redis.disconnect();
  }
}

/** Which of the ways to a Redis can be tried on this machine, with the reason where one can't. */
const onPath = await redisFromPath(process.env);
if (onPath.kind === 'provided') await onPath.server.close();
const image = process.env.TOCSIN_TEST_REDIS_IMAGE || DEFAULT_REDIS_IMAGE;
const engine = await findContainerEngine();
const hasImage = engine !== null && (await engine.hasImage(image));

let temporaryFolders: string;
beforeAll(async () => {
  temporaryFolders = await mkdtemp(path.join(tmpdir(), 'tocsin-redis-test-'));
  process.env.TMPDIR = temporaryFolders;
});
afterAll(async () => {
  await rm(temporaryFolders, { recursive: true });
});

describe('provideRedis', () => {
  test("gives the run's own Redis, with BullMQ's eviction policy, and leaves it running", async () => {
    const redis = await provideRedis();
    expect(redis.url).toBe(process.env.TOCSIN_TEST_REDIS_URL);
    await redis.close();
    expect(await policyOf(redis.url)).toBe('noeviction');
  });

  test("repeats what the run's setup found out instead of trying again", async () => {
    const env = { TOCSIN_TEST_REDIS_PROBLEM: 'Tests need Redis: install it' };
    await expect(provideRedis({ env })).rejects.toThrow('Tests need Redis: install it');
  });
});

describe('a Redis from the PATH', () => {
  testWhen(
    test,
    onPath.kind === 'provided',
    'Redis from the PATH: there is none that starts',
  )('works, and leaves nothing behind', async () => {
    const before = openHandles();
    const redis = providedBy(await redisFromPath(process.env));
    expect(await policyOf(redis.url)).toBe('noeviction');
    await redis.close();
    await expect(policyOf(redis.url)).rejects.toThrow();
    expect(await readdir(temporaryFolders)).toEqual([]);
    await expectNoLeaks(before);
  });

  test('is not there where the PATH has none', async () => {
    expect(await redisFromPath({ PATH: '/nowhere' })).toEqual({
      kind: 'unavailable',
      reason: 'no redis-server on the PATH',
    });
  });

  test('that does not start is reported, with the end of its output', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'tocsin-programs-'));
    const fake = path.join(folder, 'redis-server');
    await writeFile(fake, '#!/bin/sh\necho "cannot bind" >&2\nexit 1\n');
    await chmod(fake, 0o755);
    const attempt = await redisFromPath({ PATH: folder });
    await rm(folder, { recursive: true });
    expect(attempt).toEqual({ kind: 'unavailable', reason: `${fake} ended: cannot bind`, isNotable: true });
  });
});

describe('a Redis in a container', () => {
  testWhen(
    test,
    hasImage,
    `Redis in a container: no Docker engine here has the image ${image}`,
  )('works, and is stopped', async () => {
    const redis = providedBy(await redisFromContainer(process.env));
    expect(redis.how).toMatch(/^a container of .+ on Docker \d/);
    expect(await policyOf(redis.url)).toBe('noeviction');
    await redis.close();
    await expect(policyOf(redis.url)).rejects.toThrow();
  });

  testWhen(
    test,
    engine !== null,
    'an image that cannot be had: no Docker engine answers',
  )('of an image that cannot be had is reported', async () => {
    const env = { ...process.env, TOCSIN_TEST_REDIS_IMAGE: '127.0.0.1:9/nobody/nothing:1' };
    expect(await redisFromContainer(env)).toMatchObject({
      kind: 'unavailable',
      reason: expect.stringMatching(/has no image 127\.0\.0\.1:9\/nobody\/nothing:1 and could not pull it/),
      isNotable: true,
    });
  });
});

describe('a Redis installed by apt-get', () => {
  const isRoot = process.getuid?.() === 0 && onPath.kind === 'provided' && process.platform === 'linux';
  testWhen(
    test,
    isRoot,
    'Redis installed by apt-get: takes root on Linux and a redis-server',
  )('is started once the package is there', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'tocsin-programs-'));
    const aptGet = path.join(folder, 'apt-get');
    const real = await findProgram('redis-server', process.env.PATH);
    // Stands in for apt-get, so that the test changes nothing on this machine.
    await writeFile(
      aptGet,
      `#!/bin/sh\necho "$@" >>${folder}/calls\nif [ "$1" = install ]; then /bin/ln -s ${real} ${folder}/redis-server; fi\n`,
    );
    await chmod(aptGet, 0o755);
    const redis = providedBy(await redisFromPackage({ PATH: folder }));
    const calls = await readFile(path.join(folder, 'calls'), 'utf8');
    await redis.close();
    await rm(folder, { recursive: true });
    expect(calls).toBe('update\ninstall -y --no-install-recommends redis-server\n');
    expect(redis.how).toMatch(/installed by apt-get$/);
  });
});

describe('flushRedisPrefix', () => {
  test('removes the keys under the prefix and no other', async () => {
    const { url } = await provideRedis();
    const [mine, other] = [testRedisPrefix(), testRedisPrefix()];
    const redis = new Redis(url);
    for (let n = 0; n < 50; n += 1) await redis.set(`${mine}:${n}`, n);
    await redis.set(`${other}:kept`, 1);
    expect(await flushRedisPrefix(url, mine)).toBe(50);
    expect(await redis.keys(`${mine}*`)).toEqual([]);
    expect(await redis.get(`${other}:kept`)).toBe('1');
    expect(await flushRedisPrefix(url, other)).toBe(1);
    redis.disconnect();
  });

  test('takes the prefix literally', async () => {
    const { url } = await provideRedis();
    const mine = testRedisPrefix();
    const redis = new Redis(url);
    await redis.set(`${mine}a`, 1);
    expect(await flushRedisPrefix(url, `${mine}?`)).toBe(0);
    await expect(flushRedisPrefix(url, '')).rejects.toThrow(/empty prefix/);
    expect(await flushRedisPrefix(url, mine)).toBe(1);
    redis.disconnect();
  });
});

test('a claimed database is empty, and given to nobody else until it is released', async () => {
  const { url } = await provideRedis();
  const leaveSomething = async (at: string) => {
    const redis = new Redis(at);
    const before = await redis.dbsize();
    await redis.set('left', 'behind');
    redis.disconnect();
    return before;
  };
  const [one, other] = await Promise.all([claimRedisDatabase(url), claimRedisDatabase(url)]);
  expect(new Set([url, one.url, other.url]).size).toBe(3);
  expect(await leaveSomething(one.url)).toBe(0);
  await one.release();
  // The same one, unless another test was faster.
  const again = await claimRedisDatabase(url);
  expect(again.url).not.toBe(other.url);
  expect(await leaveSomething(again.url)).toBe(0);
  await Promise.all([other.release(), again.release()]);
});
