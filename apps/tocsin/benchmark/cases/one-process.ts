import { median } from '../../harness/cases/alternate.ts';
import type { Backend, MeasuredCase } from '../../harness/cases/case.ts';
import { createAlertMix } from '../../harness/load/alert-mix.ts';
import { noProcessorTimes } from '../../harness/system/processor-time.ts';
import { type Drained, drain, drainedText } from '../scene/drain.ts';
import { openScene } from '../scene/scene.ts';

const FAN_OUT = 3;

/** Deliveries a second on Postgres alone that a machine of two cores is to reach. */
const ON_POSTGRES = 1_500;

function oneProcessCase(backend: Backend): MeasuredCase {
  const on = `up-on-${backend}`;
  return {
    name: on,
    about: `all of Tocsin in one process, its queues on ${backend === 'redis' ? 'Redis' : 'Postgres'}`,
    isTimed: true,
    obstacle: noProcessorTimes,
    claims: [
      {
        ...{ id: 'S4', part: `${on}-rate`, unit: '/s', isLeast: true },
        promise: `deliveries a second of one process, queues on ${backend}`,
        target: backend === 'postgres' ? ON_POSTGRES : null,
      },
      {
        ...{ id: 'S4', part: `${on}-processor`, unit: 'ms', target: null },
        promise: `processor time of a delivery of one process, queues on ${backend}, all included`,
      },
    ],
    async run(context) {
      const { isShort, random, say } = context;
      const [alerts, rounds] = isShort ? [100, 1] : [backend === 'redis' ? 5_000 : 2_000, 3];
      const scene = await openScene(context, backend, { isOneProcess: true });
      await scene.addDestinations(FAN_OUT);
      const load = { next: createAlertMix(random, on), fanOut: FAN_OUT };
      await drain(scene, { ...load, alerts: alerts / 5 });
      const runs: Drained[] = [];
      for (let n = 0; n < rounds; n += 1) {
        const one = await drain(scene, { ...load, alerts });
        runs.push(one);
        say(drainedText(one));
      }
      const detail = { byProcess: runs.map(({ byProcess }) => byProcess) };
      return [
        { figure: median(runs.map(({ perSecond }) => perSecond)), detail },
        { figure: median(runs.map(({ processorMs }) => processorMs)), detail },
      ];
    },
  };
}

/** `tocsin up` with its two kinds of queues. */
export const ONE_PROCESS: readonly MeasuredCase[] = [oneProcessCase('redis'), oneProcessCase('postgres')];
