import { alternate, ratioOf } from '../../harness/cases/alternate.ts';
import type { CaseContext, Measured, MeasuredCase } from '../../harness/cases/case.ts';
import { createAlertMix } from '../../harness/load/alert-mix.ts';
import { drain } from '../scene/drain.ts';
import { withScene } from '../scene/scene.ts';

const ANSWER_MS = 100;
const FAN_OUT = 20;

async function run(context: CaseContext): Promise<Measured[]> {
  const { isShort, random, say } = context;
  const [alerts, rounds] = isShort ? [20, 1] : [1_500, 3];
  const load = { next: createAlertMix(random, 'workers'), fanOut: FAN_OUT };
  const rateWith = (workers: number) =>
    withScene(context, 'redis', { workers }, async (scene) => {
      scene.receiver.answerAfter(ANSWER_MS);
      await scene.addDestinations(FAN_OUT);
      // The limits of the destinations rise to what they can take.
      await drain(scene, { ...load, alerts: alerts / 2 });
      const { perSecond } = await drain(scene, { ...load, alerts });
      say(`${workers} worker${workers === 1 ? '' : 's'}: ${Math.round(perSecond)} deliveries/s`);
      return perSecond;
    });
  const pairs = await alternate(
    rounds,
    () => rateWith(1),
    () => rateWith(2),
  );
  return [{ figure: ratioOf(pairs, (rate) => rate), detail: { one: pairs.quiet, two: pairs.struck } }];
}

export const WORKERS: MeasuredCase = {
  name: 'workers',
  about: `two worker processes against one, receivers answer after ${ANSWER_MS} ms`,
  isTimed: true,
  claims: [
    {
      ...{ id: 'S8', part: 'two', unit: '×', target: 1.9, isLeast: true },
      promise: 'deliveries a second by two workers, against one',
    },
  ],
  run,
};
