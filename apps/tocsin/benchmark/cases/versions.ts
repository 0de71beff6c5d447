import { alternate, ratioOf } from '../../harness/cases/alternate.ts';
import type { CaseContext, Measured, MeasuredCase } from '../../harness/cases/case.ts';
import { createAlertMix } from '../../harness/load/alert-mix.ts';
import { noProcessorTimes } from '../../harness/system/processor-time.ts';
import { drain, drainedText } from '../scene/drain.ts';
import { openScene, type Scene, UNLIMITED } from '../scene/scene.ts';
import { perAlert, stream, streamedText } from '../scene/stream.ts';

const FAN_OUT = 3;
const SINGLES_PER_SECOND = 100;

async function run(context: CaseContext, before: string): Promise<Measured[]> {
  const { isShort, random, say } = context;
  const [pairs, alerts, seconds] = isShort ? [1, 200, 1] : [5, 5_000, 10];
  const open = async (checkout?: string) => {
    const scene = await openScene(context, 'redis', {
      env: () => UNLIMITED,
      ...(checkout === undefined ? {} : { checkout }),
    });
    await scene.addDestinations(FAN_OUT);
    return scene;
  };
  const scenes = { before: await open(before), after: await open() };
  const next = createAlertMix(random, 'versions');
  const drained = (scene: Scene, count: number) => drain(scene, { next, alerts: count, fanOut: FAN_OUT });
  const drains = async (version: keyof typeof scenes) => {
    const one = await drained(scenes[version], alerts);
    say(`${version}: ${drainedText(one)}`);
    return one;
  };
  const singles = async (version: keyof typeof scenes) => {
    const one = await stream(scenes[version], {
      ...{ next, perSecond: SINGLES_PER_SECOND, seconds, fanOut: FAN_OUT },
    });
    say(`${version}: ${streamedText(one)}`);
    return one;
  };
  for (const scene of Object.values(scenes)) await drained(scene, alerts / 5);
  const inTurn = <T>(one: (version: keyof typeof scenes) => Promise<T>) =>
    alternate(
      pairs,
      () => one('before'),
      () => one('after'),
    );
  const batches = await inTurn(drains);
  const alone = await inTurn(singles);
  const detail = { before: batches.quiet, after: batches.struck };
  const detailAlone = { before: alone.quiet, after: alone.struck };
  return [
    { figure: ratioOf(batches, ({ perSecond }) => perSecond), detail },
    { figure: ratioOf(batches, ({ processorMs }) => processorMs), detail },
    { figure: ratioOf(alone, ({ p50 }) => p50), detail: detailAlone },
    { figure: ratioOf(alone, perAlert), detail: detailAlone },
  ];
}

/**
 * This version against another, in turn.
 *
 * @param before the folder of a built checkout of the other one, whose services are the same and take the same settings
 */
export function versionsCase(before: string): MeasuredCase {
  const S4 = { id: 'S4', unit: '×', target: null } as const;
  return {
    name: 'versions',
    about: 'alerts in batches and one by one, with this version and another in turn',
    isTimed: true,
    obstacle: noProcessorTimes,
    claims: [
      { ...S4, part: 'rate-after', promise: 'deliveries a second, of those of the version before' },
      { ...S4, part: 'processor-after', promise: 'processor time of a delivery, of that before' },
      {
        ...S4,
        part: 'p50-after',
        promise: 'from the 202 to the receiver at 100 alerts/s, p50, of that before',
      },
      { ...S4, part: 'alert-after', promise: 'processor time of an alert at 100/s, of that before' },
    ],
    run: (context) => run(context, before),
  };
}
