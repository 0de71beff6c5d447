import { setTimeout as sleep } from 'node:timers/promises';
import {
  alternate,
  median,
  type Pairs,
  type Percentiles,
  percentilesOf,
  ratioOf,
} from '../../harness/cases/alternate.ts';
import type { CaseContext, Claim, Measured, MeasuredCase } from '../../harness/cases/case.ts';
import { monotonicMs } from '../../harness/monotonic-time.ts';
import type { Behaviour } from '../../harness/receivers/behaviour.ts';
import { delaysOf } from '../../harness/verdict/tally.ts';
import { openScenario, type Scenario } from '../scenario.ts';
import { busyMachine } from '../verdict/busy.ts';

const DELIVERIES_PER_SECOND = 100;
/** The time in which a destination's behaviour changes something for the first time: up to its first deadline. */
const ONSET_MS = 12_000;
/** From when on alerts may meet the change. */
const BEFORE_ONSET_MS = 1_000;

interface Shape {
  healthy: number;
  subjects: number;
  behaviour: () => Behaviour;
  /** Settings of those that behave so; else they have the defaults. */
  settings?: Record<string, unknown>;
  struckSeconds?: number;
  pairs?: number;
  /** Whether a POST met the fault. */
  isStruck: (status: number | null) => boolean;
}

interface Phase {
  accept: Percentiles;
  send: Percentiles;
  /** The share of what was accepted for the healthy ones that arrived in the same time. */
  share: number;
  onsetMaxMs: number;
  struck: number;
}

interface PhaseOptions {
  name: string;
  shape: Shape;
  seconds: number;
  behaviour: Behaviour | null;
  onsetAfterMs: number;
}

const numbered = (name: string, count: number) => Array.from({ length: count }, (_, n) => `${name}-${n}`);

/** Load for a while; some destinations answer well, others begin to behave otherwise after a moment, or do not. */
async function runPhase(scenario: Scenario, options: PhaseOptions): Promise<Phase> {
  const { name, shape, seconds, behaviour, onsetAfterMs } = options;
  const healthy = numbered('healthy', shape.healthy);
  const subjects = numbered(`${name}-subject`, shape.subjects);
  const ids = await Promise.all(subjects.map((one) => scenario.add(one, shape.settings)));
  const stream = scenario.load({ perSecond: DELIVERIES_PER_SECOND / (shape.healthy + shape.subjects) });
  await sleep(onsetAfterMs);
  const onset = monotonicMs();
  if (behaviour !== null) for (const one of subjects) scenario.receivers.behave(one, behaviour);
  await sleep(seconds * 1_000);
  const end = monotonicMs();
  const arrived = [...scenario.receivers.arrivals];
  const struck = arrived.filter(
    ({ at, destination, status }) => at >= onset && subjects.includes(destination) && shape.isStruck(status),
  ).length;
  await stream.stop();
  await scenario.settle(stream.sent, healthy, 30_000);
  // What hangs is answered, and what waits is cancelled, so that the next phase begins with nothing.
  for (const one of subjects) scenario.receivers.behave(one, { kind: 'answer' });
  for (const id of ids) await scenario.installation.api('control', 'DELETE', `/v1/destinations/${id}`);
  const delays = delaysOf(stream.sent, healthy, scenario.receivers.arrivals);
  const since = delays.filter(({ sentAt }) => sentAt >= onset);
  const atOnset = delays.filter(
    ({ sentAt }) => sentAt >= onset - BEFORE_ONSET_MS && sentAt < onset + ONSET_MS,
  );
  const inTime = delaysOf(
    stream.sent,
    healthy,
    arrived.filter(({ at }) => at <= end),
  ).filter(({ sentAt, acceptToDeliveryMs }) => sentAt >= onset && Number.isFinite(acceptToDeliveryMs));
  return {
    accept: percentilesOf(since.map((one) => one.acceptToDeliveryMs)),
    send: percentilesOf(since.map((one) => one.sendToDeliveryMs)),
    share: inTime.length / since.length,
    onsetMaxMs: percentilesOf(atOnset.map((one) => one.acceptToDeliveryMs)).max,
    struck,
  };
}

async function measureIsolation(context: CaseContext, shape: Shape): Promise<Pairs<Phase>> {
  const { isShort, random, say } = context;
  const scenario = await openScenario(context, 'redis');
  for (const one of numbered('healthy', shape.healthy)) await scenario.add(one);
  const settings = isShort ? { timeoutMs: 2_000, ...shape.settings } : shape.settings;
  let phases = 0;
  const phase = (behaviour: Behaviour | null, seconds: number, onsetAfterMs: number) => {
    phases += 1;
    const name = `phase-${phases}`;
    return runPhase(scenario, { name, shape: { ...shape, settings }, seconds, behaviour, onsetAfterMs });
  };
  // Until what runs often has been compiled.
  await phase(null, isShort ? 2 : 10, 0);
  const pairs = await alternate(
    isShort ? 1 : (shape.pairs ?? 2),
    () => phase(null, isShort ? 4 : 10, 500),
    () =>
      phase(
        shape.behaviour(),
        isShort ? 6 : (shape.struckSeconds ?? 22),
        random.between(500, isShort ? 1_000 : 3_000),
      ),
  );
  for (const [n, struck] of pairs.struck.entries()) {
    const quiet = pairs.quiet[n]?.accept;
    say(
      `p99 ${quiet?.p99.toFixed(0)} ms without, ${struck.accept.p99.toFixed(0)} ms with it; at most ${struck.accept.max.toFixed(0)} ms; struck ${struck.struck} POSTs`,
    );
  }
  return pairs;
}

type Figure = 'ratio' | 'throughput' | 'onset';

const CLAIMS: Record<Figure, Pick<Claim, 'promise' | 'unit' | 'target' | 'isLeast'>> = {
  ratio: { promise: 'p99 from accept to delivery at the others', unit: '×', target: 1.5 },
  throughput: { promise: 'throughput of the others', unit: '%', target: 95, isLeast: true },
  onset: {
    promise: 'the slowest delivery to the others in the moment when it begins',
    unit: 'ms',
    target: 1_000,
  },
};

const figureOf: Record<Figure, (pairs: Pairs<Phase>) => number> = {
  ratio: (pairs) => ratioOf(pairs, ({ accept }) => accept.p99),
  throughput: (pairs) => 100 * ratioOf(pairs, ({ share }) => share),
  onset: ({ struck }) => Math.max(...struck.map(({ onsetMaxMs }) => onsetMaxMs)),
};

/** @param claimed - which figure decides which claim */
function isolationCase(
  name: string,
  about: string,
  shape: Shape,
  claimed: readonly [id: string, part: string, figure: Figure][],
): MeasuredCase {
  return {
    ...{ name, about, isTimed: true },
    claims: claimed.map(([id, part, figure]) => ({ id, part, ...CLAIMS[figure] })),
    async run(context) {
      const pairs = await measureIsolation(context, shape);
      const struck = pairs.struck.reduce((sum, one) => sum + one.struck, 0);
      const struckMin = pairs.struck.length * shape.subjects * 5;
      const quietP99 = median(pairs.quiet.map(({ accept }) => accept.p99));
      const broken = busyMachine(quietP99, context.isShort);
      return claimed.map(
        ([, , figure]): Measured => ({
          broken,
          figure: figureOf[figure](pairs),
          struck,
          struckMin,
          detail: { ...pairs },
        }),
      );
    },
  };
}

const hanging = {
  behaviour: () => ({ kind: 'hang' }) as const,
  isStruck: (status: number | null) => status === null,
};

export const ISOLATION: readonly MeasuredCase[] = [
  isolationCase(
    'hanging-1-of-5',
    'one of five destinations hangs until its deadline',
    { healthy: 4, subjects: 1, pairs: 3, ...hanging },
    [
      ['I1', '1-of-5', 'ratio'],
      ['I2', '1-of-5', 'throughput'],
      ['I5', 'onset-1-of-5', 'onset'],
    ],
  ),
  isolationCase(
    'hanging-2-of-5',
    'two of five destinations hang until their deadline',
    { healthy: 3, subjects: 2, ...hanging },
    [
      ['I5', '2-of-5', 'ratio'],
      ['I5', 'onset-2-of-5', 'onset'],
    ],
  ),
  isolationCase(
    'hanging-10-of-50',
    'ten of fifty destinations hang until their deadline',
    { healthy: 40, subjects: 10, ...hanging },
    [
      ['I5', '10-of-50', 'ratio'],
      ['I5', 'onset-10-of-50', 'onset'],
    ],
  ),
  isolationCase(
    'slow-1-of-5',
    'one of five destinations answers after 2 s and may have 20 POSTs in flight, under twice the load that this allows',
    {
      ...{ healthy: 4, subjects: 1, settings: { maxInFlight: 20 } },
      behaviour: () => ({ kind: 'answer', afterMs: 2_000 }),
      isStruck: () => true,
    },
    [['I6', 'slow', 'ratio']],
  ),
  isolationCase(
    'flapping-1-of-5',
    'one of five destinations answers for 20 s, hangs for 20 s, and so on',
    {
      ...{ healthy: 4, subjects: 1, struckSeconds: 45 },
      behaviour: () => ({ kind: 'flap', everyMs: 20_000, since: monotonicMs() - 19_000 }),
      isStruck: (status) => status === null,
    },
    [['I6', 'flapping', 'ratio']],
  ),
  isolationCase(
    'limiting-1-of-5',
    'one of five destinations answers 429 with Retry-After',
    {
      ...{ healthy: 4, subjects: 1 },
      behaviour: () => ({ kind: 'answer', status: 429, headers: { 'retry-after': '2' } }),
      isStruck: (status) => status === 429,
    },
    [['I6', '429', 'ratio']],
  ),
];
