import type { CaseContext, MeasuredCase } from '../../harness/cases/case.ts';
import { createAlertMix } from '../../harness/load/alert-mix.ts';
import { noProcessorTimes } from '../../harness/system/processor-time.ts';
import { type Drained, drain, drainedText } from '../scene/drain.ts';
import { openScene, type Scene, withScene } from '../scene/scene.ts';

const FAN_OUT = 3;

interface Curve {
  name: string;
  about: string;
  /** What there is more and more of, in words. */
  what: string;
  points: readonly number[];
  /** Measures one point after the other. */
  measure(context: CaseContext, points: readonly number[]): AsyncIterable<Drained>;
}

/** What is busiest, and how much of one processor it takes; Postgres may take more than one. */
function busiest({ byProcess, perSecond }: Drained): { name: string; processors: number } {
  const [name, ms] = Object.entries(byProcess).reduce((most, one) => (one[1] > most[1] ? one : most));
  return { name, processors: Number(((ms * perSecond) / 1_000).toFixed(2)) };
}

function curveCase({ name, about, what, points, measure }: Curve): MeasuredCase {
  return {
    ...{ name, about },
    isTimed: true,
    obstacle: noProcessorTimes,
    claims: points.map((at) => ({
      ...{ id: name, part: `${at}`, unit: '/s', target: null, at },
      promise: `deliveries a second with ${at.toLocaleString('en')} ${what}`,
    })),
    async run(context) {
      const drained: Drained[] = [];
      for await (const one of measure(context, points)) {
        const { name: busy, processors } = busiest(one);
        const at = points[drained.length];
        context.say(
          `${at?.toLocaleString('en')} ${what}: ${drainedText(one)}; ${busy} takes ${processors} of a processor`,
        );
        drained.push(one);
      }
      return drained.map((one) => ({ figure: one.perSecond, detail: { ...one, busiest: busiest(one) } }));
    },
  };
}

const alertsOf = ({ isShort }: CaseContext) => (isShort ? 30 : 5_000);

/** Alerts that go to three destinations each, all of these in turn. */
function spread(context: CaseContext, scene: Scene, ids: readonly string[]) {
  const mix = createAlertMix(context.random, `of-${ids.length}`);
  const fanOut = Math.min(FAN_OUT, ids.length);
  let turn = 0;
  const next = () => {
    const destinations = Array.from({ length: fanOut }, (_, n) => ids[(turn + n) % ids.length] as string);
    turn += fanOut;
    return { ...mix(), destinations };
  };
  return (alerts: number) => drain(scene, { next, alerts: Math.ceil((alerts * FAN_OUT) / fanOut), fanOut });
}

async function* withDestinations(context: CaseContext, points: readonly number[]): AsyncIterable<Drained> {
  const scene = await openScene(context, 'redis');
  const ids: string[] = [];
  for (const count of points) {
    ids.push(...(await scene.addDestinations(count - ids.length)));
    const send = spread(context, scene, ids);
    // The limits of the destinations rise to what they can take.
    await send(alertsOf(context) / 5);
    yield await send(alertsOf(context));
  }
}

async function* withWorkers(context: CaseContext, points: readonly number[]): AsyncIterable<Drained> {
  for (const workers of points)
    yield await withScene(context, 'redis', { workers }, async (scene) => {
      const send = spread(context, scene, await scene.addDestinations(FAN_OUT));
      await send(alertsOf(context) / 5);
      return send(alertsOf(context));
    });
}

/** Deliveries of yesterday, as they are stored once they have succeeded, up to so many. */
const FILL = `
INSERT INTO deliveries (received_day, id, received_at, alert_id, destination_id, destination_name, severity_rank,
  is_system_error, status, attempts, queue_state, shard)
SELECT (now() AT TIME ZONE 'UTC')::date - 1, gen_random_uuid(), now() - interval '1 day' + n * interval '1 millisecond',
  'filled-' || n, $2::uuid, 'filled', 3, false, 'succeeded', 1, 'idle', 0
FROM generate_series($1::int + 1, $3::int) AS n`;
/** In one statement. */
const FILL_ROWS = 250_000;

async function* withRows(context: CaseContext, points: readonly number[]): AsyncIterable<Drained> {
  const scene = await openScene(context, 'redis');
  const ids = await scene.addDestinations(FAN_OUT);
  await scene.postgres.query(`SELECT ensure_partitions((now() AT TIME ZONE 'UTC')::date - 1, 1)`);
  const send = spread(context, scene, ids);
  await send(alertsOf(context) / 5);
  let rows = 0;
  for (const point of points) {
    const wanted = context.isShort ? point / 1_000 : point;
    for (; rows < wanted; rows = Math.min(wanted, rows + FILL_ROWS))
      await scene.postgres.query(FILL, [rows, ids[0], Math.min(wanted, rows + FILL_ROWS)]);
    await scene.postgres.query('VACUUM (ANALYZE) deliveries');
    await scene.postgres.query('CHECKPOINT');
    yield await send(alertsOf(context));
  }
}

/** What more of everything does to the rate, and what is busiest then. */
export const CURVES: readonly MeasuredCase[] = [
  curveCase({
    name: 'curve-destinations',
    about: `alerts in batches to ${FAN_OUT} destinations each, all of more and more of them in turn`,
    what: 'destinations',
    points: [1, 30, 300, 3_000],
    measure: withDestinations,
  }),
  curveCase({
    name: 'curve-workers',
    about: 'alerts in batches, with more and more worker processes',
    what: 'worker processes',
    points: [1, 2, 4],
    measure: withWorkers,
  }),
  curveCase({
    name: 'curve-rows',
    about: 'alerts in batches, with more and more deliveries of the day before stored',
    what: 'deliveries stored',
    points: [0, 1_000_000, 10_000_000],
    measure: withRows,
  }),
];
