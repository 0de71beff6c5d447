import type { CaseContext, Measured, MeasuredCase } from '../../harness/cases/case.ts';
import { createAlertMix } from '../../harness/load/alert-mix.ts';
import { monotonicMs } from '../../harness/monotonic-time.ts';
import { drain } from '../scene/drain.ts';
import { openScene } from '../scene/scene.ts';

const MIB = 1024 ** 2;
const ANSWER_BYTES = 16 * MIB;
const MINUTES = 10;
const FAN_OUT = 3;

const LIMITS = [
  ['delivery-worker', 300],
  ['router', 256],
  ['status-service', 256],
  ['ingest-api', 256],
] as const;

async function run(context: CaseContext): Promise<Measured[]> {
  const { isShort, random, say, signal } = context;
  const scene = await openScene(context, 'redis');
  scene.receiver.answerWith(ANSWER_BYTES);
  await scene.addDestinations(FAN_OUT);
  const load = { next: createAlertMix(random, 'memory'), fanOut: FAN_OUT, alerts: isShort ? 100 : 5_000 };
  const mostMib = () =>
    new Map(scene.installation.processes.map((one) => [one.name, one.memoryBytesMost() / MIB]));
  const until = monotonicMs() + (isShort ? 0 : MINUTES * 60_000);
  do {
    const { perSecond } = await drain(scene, load);
    say(
      `${Math.round(perSecond)} deliveries/s; MiB: ${[...mostMib()].map(([name, mib]) => `${name} ${mib.toFixed(0)}`).join(', ')}`,
    );
  } while (monotonicMs() < until && !signal.aborted);
  const most = mostMib();
  return LIMITS.map(([name]) => ({
    figure: most.get(name) ?? 0,
    detail: { MiB: Object.fromEntries(most) },
  }));
}

export const MEMORY: MeasuredCase = {
  name: 'memory',
  about: `${MINUTES} minutes of full load, receivers answer with ${ANSWER_BYTES / MIB} MiB`,
  isTimed: true,
  claims: LIMITS.map(([name, target]) => ({
    ...{ id: 'S10', part: name, unit: 'MiB', target },
    promise: `the highest resident memory of ${name} meanwhile`,
  })),
  run,
};
