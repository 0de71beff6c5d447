import { median } from '../../harness/cases/alternate.ts';
import type { CaseContext, Measured, MeasuredCase } from '../../harness/cases/case.ts';
import { createAlertMix } from '../../harness/load/alert-mix.ts';
import { noProcessorTimes } from '../../harness/system/processor-time.ts';
import { openScene, perOne, UNLIMITED } from '../scene/scene.ts';
import { perAlert, type Streamed, stream, streamedText } from '../scene/stream.ts';

const FAN_OUT = 3;
const HELD_P99_MS = 1_000;
/** The first rate, and how much more each further one is; alerts a second. */
const SEARCH = { from: 50, factor: 1.3, most: 20_000, seconds: 10 };

/** Finds the highest rate that is held: first in short runs, then in one of full length, lower where it is not. */
async function highestRate(
  at: (perSecond: number, seconds: number) => Promise<Streamed>,
  { seconds, isShort }: { seconds: number; isShort: boolean },
): Promise<Streamed | null> {
  const isHeld = ({ p99 }: Streamed) => p99 <= HELD_P99_MS;
  let rate = SEARCH.from;
  if (!isShort) {
    while (rate < SEARCH.most && isHeld(await at(rate, SEARCH.seconds))) rate *= SEARCH.factor;
    rate /= SEARCH.factor;
  }
  for (; rate >= 1; rate /= SEARCH.factor) {
    const one = await at(Math.floor(rate), seconds);
    if (isHeld(one) || isShort) return one;
  }
  return null;
}

async function run(context: CaseContext): Promise<Measured[]> {
  const { isShort, random, say } = context;
  const seconds = isShort ? 2 : 60;
  const scene = await openScene(context, 'redis', { env: () => UNLIMITED });
  await scene.addDestinations(FAN_OUT);
  const next = createAlertMix(random, 'single');
  const at = async (perSecond: number, duration: number) => {
    const one = await stream(scene, { next, perSecond, seconds: duration, fanOut: FAN_OUT });
    say(streamedText(one));
    return one;
  };
  await at(20, isShort ? 1 : 5);
  const calm: Streamed[] = [];
  const steady: Streamed[] = [];
  for (let n = 0; n < (isShort ? 1 : 3); n += 1) {
    calm.push(await at(10, seconds / 3));
    steady.push(await at(100, seconds / 3));
  }
  const held = await highestRate(at, { seconds, isShort });
  const half = held === null ? null : await at(Math.floor(held.perSecond / 2), seconds / 2);
  const detail = (those: readonly (Streamed | null)[]) => ({
    runs: those.map((one) => one && { ...one, used: perOne(one.used, one.alerts) }),
  });
  const none = Number.POSITIVE_INFINITY;
  return [
    { figure: median(calm.map(({ p50 }) => p50)), detail: detail(calm) },
    { figure: median(steady.map(({ p50 }) => p50)), detail: detail(steady) },
    { figure: median(steady.map(({ p99 }) => p99)), detail: detail(steady) },
    { figure: half?.p99 ?? none, detail: detail([half]) },
    { figure: held?.perSecond ?? 0, detail: detail([held]) },
    { figure: held === null ? none : perAlert(held), detail: detail([held]) },
    { figure: median(steady.map(perAlert)), detail: detail(steady) },
  ];
}

const S5 = { id: 'S5', unit: 'ms' } as const;
const S13 = { id: 'S13' } as const;

/** Alerts one by one, as most producers send them. */
export const SINGLES: MeasuredCase = {
  name: 'singles',
  about: `alerts one by one at a rate, ${FAN_OUT} deliveries each`,
  isTimed: true,
  obstacle: noProcessorTimes,
  claims: [
    { ...S5, part: 'p50-at-10', target: 10, promise: 'from the 202 to the receiver at 10 alerts/s, p50' },
    { ...S5, part: 'p50-at-100', target: 10, promise: 'from the 202 to the receiver at 100 alerts/s, p50' },
    { ...S5, part: 'p99-at-100', target: 50, promise: 'from the 202 to the receiver at 100 alerts/s, p99' },
    { ...S5, part: 'p99-at-half', target: 50, promise: 'the same at half of the highest rate held, p99' },
    {
      ...{ ...S13, part: 'rate', unit: '/s', target: 1_500, isLeast: true },
      promise: 'the highest rate held for 60 s with a p99 of at most 1 s, alerts a second',
    },
    { ...S13, part: 'at-rate', unit: 'ms', target: 1.1, promise: 'processor time of an alert at that rate' },
    { ...S13, part: 'at-100', unit: 'ms', target: 1.5, promise: 'processor time of an alert at 100/s' },
  ],
  run,
};
