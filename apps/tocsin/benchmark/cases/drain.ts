import { median } from '../../harness/cases/alternate.ts';
import type { CaseContext, Measured, MeasuredCase } from '../../harness/cases/case.ts';
import { createAlertMix } from '../../harness/load/alert-mix.ts';
import { noProcessorTimes, processorSeconds } from '../../harness/system/processor-time.ts';
import type { RedisServer } from '../../harness/system/redis-server.ts';
import { type BareRun, runBare } from '../bare/run-bare.ts';
import { type Drained, drain } from '../scene/drain.ts';
import { openScene, perOne, type Scene, tocsinMs } from '../scene/scene.ts';

const FAN_OUT = 3;
const CONNECTIONS = 20;
/** What a delivery's life leaves in Postgres. */
const TABLES = ['deliveries', 'attempts', 'routings', 'alerts', 'alert_ids'];
const BATCH = 200;

/** Milliseconds of processor time for each delivery's bare parts. */
interface Bare {
  /** To take and end a job that does nothing. */
  job: number;
  /** And to add it, and what Redis has for both. */
  wholeJob: number;
  postByGot: number;
  postByRequest: number;
  /** One insert of the rows of a delivery, and its share of its alert's, Postgres included. */
  insert: number;
}

async function bareParts(
  { redis, postgres, receiver }: Scene,
  count: number,
  signal: AbortSignal,
): Promise<Bare> {
  const jobs = await withRedis(redis as RedisServer, count, signal);
  const posts = async (by: 'got' | 'request') => {
    const options = { url: receiver.urlOf('bare'), posts: count, connections: CONNECTIONS, by };
    const { cpuMs } = await runBare('posts', options, signal);
    return cpuMs / count;
  };
  const postByGot = await posts('got');
  const postByRequest = await posts('request');
  const before = await postgresMs(postgres.pids);
  const options = { databaseUrl: postgres.url, tables: TABLES, batch: BATCH, connections: 2 };
  const inserts = await runBare('inserts', options, signal);
  const insert = (inserts.cpuMs + (await postgresMs(postgres.pids)) - before) / inserts.count;
  return { ...jobs, postByGot, postByRequest, insert };
}

async function postgresMs(pids: () => Promise<number[]>): Promise<number> {
  return (await pids()).reduce((sum, pid) => sum + 1_000 * processorSeconds(pid), 0);
}

async function withRedis(
  redis: RedisServer,
  jobs: number,
  signal: AbortSignal,
): Promise<Pick<Bare, 'job' | 'wholeJob'>> {
  const before = processorSeconds(redis.pid());
  const options = { redisUrl: redis.url, jobs, concurrency: 100 };
  const { added, worked } = await runBare<Record<'added' | 'worked', BareRun>>('jobs', options, signal);
  const redisMs = 1_000 * (processorSeconds(redis.pid()) - before);
  return { job: worked.cpuMs / jobs, wholeJob: (added.cpuMs + worked.cpuMs + redisMs) / jobs };
}

const medianOf = <T>(runs: readonly T[], figure: (one: T) => number) => median(runs.map(figure));

async function run(context: CaseContext): Promise<Measured[]> {
  const { isShort, random, say, signal } = context;
  const [alerts, rounds] = isShort ? [200, 1] : [5_000, 3];
  const scene = await openScene(context, 'redis');
  await scene.addDestinations(FAN_OUT);
  const load = { next: createAlertMix(random, 'drain'), fanOut: FAN_OUT };
  await drain(scene, { ...load, alerts: alerts / 5 });
  const runs: Drained[] = [];
  const bares: Bare[] = [];
  for (let n = 0; n < rounds && !signal.aborted; n += 1) {
    const one = await drain(scene, { ...load, alerts });
    const bare = await bareParts(scene, alerts * FAN_OUT, signal);
    runs.push(one);
    bares.push(bare);
    say(
      `${Math.round(one.perSecond)} deliveries/s, ${(tocsinMs(one.used) / one.deliveries).toFixed(2)} ms of processor time each; bare: ${JSON.stringify(perOne({ ...bare }, 1))}`,
    );
  }
  const perDelivery = medianOf(runs, (one) => tocsinMs(one.used) / one.deliveries);
  const worker = medianOf(runs, (one) => (one.used['delivery-worker'] ?? 0) / one.deliveries);
  const bareWorker = medianOf(bares, ({ job, postByGot }) => job + postByGot);
  const bareAll = medianOf(bares, ({ wholeJob, postByRequest, insert }) => wholeJob + postByRequest + insert);
  const detail = {
    byProcess: runs.map(({ used, deliveries }) => perOne(used, deliveries)),
    bare: bares.map((one) => perOne({ ...one }, 1)),
  };
  return [
    { figure: worker / bareWorker, detail: { ...detail, workerMs: worker, bareMs: bareWorker } },
    { figure: medianOf(runs, ({ perSecond }) => perSecond), detail },
    { figure: perDelivery, detail },
    { figure: perDelivery / bareAll, detail: { ...detail, bareMs: bareAll } },
  ];
}

/** Alerts in batches, as fast as they go through all of Tocsin. */
export const DRAIN: MeasuredCase = {
  name: 'drain',
  about: `5,000 alerts in batches of 500, ${FAN_OUT} deliveries each; what all of it costs against its bare parts`,
  isTimed: true,
  obstacle: noProcessorTimes,
  claims: [
    {
      ...{ id: 'S1', part: 'worker', unit: '×', target: 1.1 },
      promise: 'processor time of a delivery in its worker, against a bare job and a bare POST by got',
    },
    { id: 'S4', part: 'rate', promise: 'deliveries a second', unit: '/s', target: null },
    {
      ...{ id: 'S4', part: 'processor', unit: 'ms', target: null },
      promise: 'processor time of a delivery in all processes, Postgres and Redis included',
    },
    {
      ...{ id: 'S12', part: 'all', unit: '×', target: 1.5 },
      promise: 'processor time of a delivery in all processes, against a bare job, POST and insert',
    },
  ],
  run,
};
