import { setTimeout as sleep } from 'node:timers/promises';
import { redisMarkerKey } from '@tocsin/queues';
import { createFaultProxy, type FaultProxy, waitFor } from '@tocsin/testkit';
import type { CaseContext, Measured, MeasuredCase } from '../../harness/cases/case.ts';
import type { PostgresServer } from '../../harness/system/postgres-server.ts';
import { type RedisServer, startRedisServer } from '../../harness/system/redis-server.ts';
import { openScenario, openStorage, type Scenario } from '../scenario.ts';
import { noteLoss, readAllowance } from '../verdict/read-allowance.ts';
import { type Allowance, type LossSpan, unexplained } from '../verdict/second-posts.ts';

const HEALTHY = ['one', 'two'];
const FAILING = 'failing';
/** Fails four times, so that some deliveries are between two attempts whenever the fault strikes. */
const FAILURES = [500, 500, 500, 500];
const RETRY = { maxRetries: 10, baseDelayMs: 1_000, factor: 1.5, maxDelayMs: 5_000 };
const FINISH_MS_MAX = 60_000;

interface RedisScene {
  redis: RedisServer;
  /** What the services reach Redis through. */
  proxy: FaultProxy;
  isShort: boolean;
  keep: CaseContext['keep'];
  postgres: PostgresServer;
  /** Runs what loses jobs, until all of them have been reclaimed: what is uncommitted meanwhile may be POSTed once more. */
  lose(jobs: () => Promise<unknown>): Promise<void>;
}

interface RedisFault {
  id: string;
  part: string;
  name: string;
  strikes: string;
  promise: string;
  times: number;
  /** @returns how often it really struck */
  strike(scene: RedisScene): Promise<number>;
  /** How often it has to strike each time; 1 unless it is given. */
  least?: number;
}

/** Deliveries of the failing destination whose attempts are not numbered one after the other, or are not over. */
async function brokenBudgets({ postgres, receivers }: Scenario, allowance: Allowance): Promise<string[]> {
  const attempts = `SELECT d.id, d.status, d.attempts, count(a.number)::int AS recorded, coalesce(max(a.number), 0) AS last
    FROM deliveries d LEFT JOIN attempts a ON a.delivery_id = d.id AND a.received_day = d.received_day
    WHERE d.destination_name = $1 GROUP BY d.received_day, d.id, d.status, d.attempts`;
  type Row = { id: string; status: string; attempts: number; recorded: number; last: number };
  const read = () => postgres.query<Row>(attempts, [FAILING]);
  await waitFor(async () => (await read()).every(({ status }) => status === 'succeeded'), {
    ...{ timeoutMs: FINISH_MS_MAX, intervalMs: 500 },
  }).catch(() => undefined);
  const rows = await read();
  const posts = new Map<string, number>();
  for (const { webhookId } of receivers.arrivals) posts.set(webhookId, (posts.get(webhookId) ?? 0) + 1);
  const open = rows.filter(({ status }) => status !== 'succeeded').length;
  const reset = rows.filter((one) => one.attempts !== one.recorded || one.attempts !== one.last).length;
  const more = rows.filter(
    ({ id, recorded }) => (posts.get(id) ?? 0) > recorded + (allowance.get(id) ?? 0),
  ).length;
  return [
    ...(rows.length === 0 ? ['no delivery failed at first'] : []),
    ...(open > 0 ? [`${open} of ${rows.length} deliveries that failed at first are not over`] : []),
    ...(reset > 0 ? [`${reset} deliveries lost count of their attempts`] : []),
    ...(more > 0 ? [`${more} deliveries were POSTed more often than is recorded`] : []),
  ];
}

function redisCase(fault: RedisFault): MeasuredCase {
  const { id, part, name, strikes, promise, times, least = 1 } = fault;
  return {
    ...{ name, about: strikes },
    claims: [{ id, part, promise, unit: 'undelivered', target: 0 }],
    async run(context): Promise<Measured[]> {
      const { isShort, random, say, keep } = context;
      const storage = await openStorage(context, 'redis');
      const redis = storage.redis as RedisServer;
      const proxy = await keep(createFaultProxy({ target: redis.url }), (one) => one.close());
      const scenario = await openScenario(context, 'redis', { storage, redisUrl: proxy.url });
      for (const one of HEALTHY) await scenario.add(one);
      await scenario.add(FAILING, { retry: RETRY, severities: ['CRITICAL', 'HIGH'] });
      scenario.receivers.behave(FAILING, { kind: 'script', statuses: FAILURES });
      const stream = scenario.load({ perSecond: 20 });
      const losses: LossSpan[] = [];
      const lose: RedisScene['lose'] = (jobs) => noteLoss(losses, jobs);
      const count = isShort ? 1 : times;
      let struck = 0;
      for (let n = 0; n < count; n += 1) {
        await sleep(random.between(2_000, 4_000));
        struck += await fault.strike({ redis, postgres: scenario.postgres, proxy, isShort, keep, lose });
      }
      await sleep(2_000);
      await stream.stop();
      const refused = stream.sent.filter(({ acceptedAt }) => acceptedAt === null).length;
      const tally = await scenario.settle(stream.sent, HEALTHY);
      const second = tally.second.filter(({ destination }) => destination !== FAILING);
      const allowance = await readAllowance(scenario, losses);
      const broken = await brokenBudgets(scenario, allowance);
      say(`${tally.accepted} alerts, ${second.length} second POSTs, struck ${struck}`);
      return [
        {
          ...{ figure: tally.undelivered, struck, struckMin: count * least },
          broken: [
            ...broken,
            ...(refused > 0 ? [`${refused} alerts were not accepted`] : []),
            ...unexplained(second, allowance),
          ],
          detail: { accepted: tally.accepted, second: second.length },
        },
      ];
    },
  };
}

const statistic = async (redis: RedisServer, section: string, name: string) =>
  Number(
    new RegExp(`^${name}:(?:count=)?(\\d+)`, 'm').exec(
      await redis.ask((client) => client.info(section)),
    )?.[1] ?? 0,
  );

/** Waits until the dispatcher has seen that Redis is empty, and no delivery counts on a job that was in it. */
async function waitForReclaim(redis: RedisServer, postgres: PostgresServer): Promise<void> {
  const marked = () => redis.ask((client) => client.exists(redisMarkerKey()));
  const expired = 'SELECT FROM deliveries WHERE lease_until <= now() LIMIT 1';
  await waitFor(async () => (await marked()) === 1 && (await postgres.query(expired)).length === 0, {
    ...{
      timeoutMs: FINISH_MS_MAX,
      intervalMs: 50,
      describe: 'the dispatcher to reclaim what Redis has lost',
    },
  });
}

const LOSES_NOTHING = 'no accepted alert stays undelivered, and no retry is counted anew';

export const REDIS_LOSS: readonly MeasuredCase[] = [
  redisCase({
    ...{ id: 'G2', part: 'restart', name: 'redis-restart', times: 4, promise: LOSES_NOTHING },
    strikes: 'kill -9 of Redis, and a restart with its append-only file',
    async strike({ redis, lose }) {
      await lose(async () => {
        await redis.kill();
        await redis.start();
      });
      return 1;
    },
  }),
  redisCase({
    ...{ id: 'G2', part: 'empty', name: 'redis-empty', times: 4, promise: LOSES_NOTHING },
    strikes: 'kill -9 of Redis, and a restart without its data',
    async strike({ redis, postgres, lose }) {
      await lose(async () => {
        await redis.kill();
        await redis.start({ isEmpty: true });
        await waitForReclaim(redis, postgres);
      });
      return 1;
    },
  }),
  redisCase({
    ...{ id: 'X1', part: 'redis', name: 'redis-evicts', times: 2, least: 20, promise: LOSES_NOTHING },
    strikes:
      'the eviction policy of Redis is changed to allkeys-random at run time, and its memory is full for 5 s',
    async strike({ redis, lose }) {
      const before = await statistic(redis, 'stats', 'evicted_keys');
      const used = await statistic(redis, 'memory', 'used_memory');
      await lose(async () => {
        await redis.ask((client) => client.config('SET', 'maxmemory-policy', 'allkeys-random'));
        await redis.ask((client) => client.config('SET', 'maxmemory', Math.round(used * 0.9)));
        await sleep(5_000);
        await redis.ask((client) => client.config('SET', 'maxmemory', 0));
        await redis.ask((client) => client.config('SET', 'maxmemory-policy', 'noeviction'));
      });
      return (await statistic(redis, 'stats', 'evicted_keys')) - before;
    },
  }),
  redisCase({
    ...{ id: 'X2', part: 'redis', name: 'redis-full', times: 2, least: 20, promise: LOSES_NOTHING },
    strikes: 'the memory of Redis is full for 20 s: it refuses every write',
    async strike({ redis, isShort, lose }) {
      const before = await statistic(redis, 'errorstats', 'errorstat_OOM');
      const used = await statistic(redis, 'memory', 'used_memory');
      await lose(async () => {
        await redis.ask((client) => client.config('SET', 'maxmemory', Math.round(used * 0.9)));
        await sleep(isShort ? 5_000 : 20_000);
        await redis.ask((client) => client.config('SET', 'maxmemory', 0));
      });
      return (await statistic(redis, 'errorstats', 'errorstat_OOM')) - before;
    },
  }),
  redisCase({
    ...{ id: 'X3', part: 'redis', name: 'redis-failover', times: 3, promise: LOSES_NOTHING },
    strikes: 'a failover to a replica that had stopped following the primary 5 s before',
    async strike({ redis, proxy, keep, lose }) {
      const { hostname, port } = new URL(redis.url);
      const follow = ['--replicaof', hostname, port, '--repl-diskless-sync-delay', '0'];
      const replica = await keep(startRedisServer(follow), (one) => one.close());
      await waitFor(async () => (await statistic(replica, 'replication', 'master_sync_in_progress')) === 0, {
        timeoutMs: 30_000,
      });
      await waitFor(
        () => replica.ask(async (client) => /^master_link_status:up/m.test(await client.info('replication'))),
        {
          timeoutMs: 30_000,
        },
      );
      await replica.ask((client) => client.call('REPLICAOF', 'NO', 'ONE'));
      await sleep(5_000);
      await lose(async () => {
        proxy.leadTo(replica.url);
        await sleep(3_000);
      });
      // And back to what is an old copy in its turn.
      await lose(async () => proxy.leadTo(redis.url));
      return 1;
    },
  }),
  redisCase({
    ...{ id: 'X4', part: 'redis', name: 'redis-connections', times: 10, least: 3, promise: LOSES_NOTHING },
    strikes: 'all connections to Redis are closed at once (CLIENT KILL TYPE normal)',
    async strike({ redis, lose }) {
      let closed = 0;
      await lose(async () => {
        closed = Number(await redis.ask((client) => client.call('CLIENT', 'KILL', 'TYPE', 'normal')));
      });
      return closed;
    },
  }),
];
