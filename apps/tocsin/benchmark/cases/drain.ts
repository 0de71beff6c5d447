import { median } from '../../harness/cases/alternate.ts';
import type { CaseContext, Measured, MeasuredCase } from '../../harness/cases/case.ts';
import { createAlertMix } from '../../harness/load/alert-mix.ts';
import { noProcessorTimes } from '../../harness/system/processor-time.ts';
import { type BareRun, runBare } from '../bare/run-bare.ts';
import { type Drained, drain, drainedText } from '../scene/drain.ts';
import { openScene, perOne, type Scene, usedMs } from '../scene/scene.ts';

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
  { redis, postgres, receiver, processorMs }: Scene,
  count: number,
  signal: AbortSignal,
): Promise<Bare> {
  /** What a loop gives, and what Postgres and Redis have used meanwhile. */
  const beside = async <T = BareRun>(loop: string, options: Record<string, unknown>) => {
    const before = await processorMs();
    const result = await runBare<T>(loop, options, signal);
    return { result, used: usedMs(before, await processorMs()) };
  };
  const jobs = await beside<Record<'added' | 'worked', BareRun>>('jobs', {
    ...{ redisUrl: redis?.url, jobs: count, concurrency: 100 },
  });
  const { added, worked } = jobs.result;
  const posts = async (by: 'got' | 'request') => {
    const options = { url: receiver.urlOf('bare'), posts: count, connections: CONNECTIONS, by };
    return (await runBare('posts', options, signal)).cpuMs / count;
  };
  const postByGot = await posts('got');
  const postByRequest = await posts('request');
  const inserts = await beside('inserts', {
    ...{ databaseUrl: postgres.url, tables: TABLES, batch: BATCH, connections: 2 },
  });
  return {
    job: worked.cpuMs / count,
    wholeJob: (added.cpuMs + worked.cpuMs + (jobs.used.redis ?? 0)) / count,
    ...{ postByGot, postByRequest },
    insert: (inserts.result.cpuMs + (inserts.used.postgres ?? 0)) / inserts.result.count,
  };
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
    say(`${drainedText(one)}; bare: ${JSON.stringify(perOne({ ...bare }, 1))}`);
  }
  const perDelivery = medianOf(runs, ({ processorMs }) => processorMs);
  const worker = medianOf(runs, ({ byProcess }) => byProcess['delivery-worker'] ?? 0);
  const bareWorker = medianOf(bares, ({ job, postByGot }) => job + postByGot);
  const bareAll = medianOf(bares, ({ wholeJob, postByRequest, insert }) => wholeJob + postByRequest + insert);
  const detail = {
    byProcess: runs.map(({ byProcess }) => byProcess),
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
