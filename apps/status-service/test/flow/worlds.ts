import type { Destination, Receiver, World } from './simulate.ts';

const exponential = (meanMs: number, random: () => number) => -Math.log(1 - random()) * meanMs;

/** Answers after about 10 ms, now and then after ten times that. */
const prompt = (): Receiver => ({
  capacity: 256,
  take: (_nowMs, _underWay, random) => ({
    status: 200,
    durationMs: exponential(random() < 0.02 ? 100 : 10, random),
  }),
});

/** Answers after two seconds, however many it has. */
const slow = (): Receiver => ({
  capacity: 256,
  take: (_nowMs, _underWay, random) => ({ status: 200, durationMs: 2_000 + exponential(50, random) }),
});

const hanging = (): Receiver => ({
  capacity: 1,
  take: () => ({ status: 'timeout', durationMs: Number.POSITIVE_INFINITY }),
});

const refusing = (): Receiver => ({ capacity: 1, take: () => ({ status: 'refused', durationMs: 1 }) });

/** Prompt and hanging in turn, `everyMs` each. */
const flapping = (everyMs: number): Receiver => ({
  capacity: 256,
  take: (nowMs, underWay, random) =>
    (Math.floor(nowMs / everyMs) % 2 === 0 ? prompt() : hanging()).take(nowMs, underWay, random),
});

/** Refuses, and is prompt from a time on. */
const recovering = (fromMs: number): Receiver => ({
  capacity: 256,
  take: (nowMs, underWay, random) => (nowMs < fromMs ? refusing() : prompt()).take(nowMs, underWay, random),
});

/** Works at so many at the same time, `serviceMs` each; the others wait in it. */
function busy(workers: number, serviceMs: number): Receiver {
  const freeAt = new Array<number>(workers).fill(0);
  return {
    capacity: workers,
    take(nowMs, _underWay, random) {
      let first = 0;
      for (let i = 1; i < workers; i += 1) if (freeAt[i]! < freeAt[first]!) first = i;
      const startMs = Math.max(nowMs, freeAt[first]!);
      const durationMs = startMs - nowMs + serviceMs * (0.5 + random());
      // It goes on working at what nobody waits for any more.
      freeAt[first] = nowMs + durationMs;
      return { status: 200, durationMs };
    },
  };
}

/** Takes so many each second, and answers 429 to the rest. */
function throttled(perSecond: number): Receiver {
  let second = 0;
  let taken = 0;
  return {
    capacity: Math.max(1, perSecond),
    take(nowMs, _underWay, random) {
      if (Math.floor(nowMs / 1_000) !== second) {
        second = Math.floor(nowMs / 1_000);
        taken = 0;
      }
      const durationMs = exponential(10, random);
      if (taken >= perSecond) return { status: 429, durationMs, retryAfterMs: 1_000 };
      taken += 1;
      return { status: 200, durationMs };
    },
  };
}

function many(
  count: number,
  kind: string,
  rate: number,
  receiver: () => Receiver,
  backlog = 0,
): Destination[] {
  return Array.from({ length: count }, () => ({ kind, rate, backlog, receiver: receiver() }));
}

/** One that makes about 2,000 deliveries a second. */
const MACHINE = { maxInFlight: 256, underWayMax: 1_000, workMs: 0.25 };

/** Two thousand destinations, a fifth of them in trouble, at about half of what the processor can do. */
export function mixedWorld(seed: number, seconds = 60): World {
  return {
    seed,
    seconds,
    ...MACHINE,
    destinations: [
      ...many(1_600, 'healthy', 0.35, prompt),
      ...many(100, 'hanging', 0.5, hanging),
      ...many(100, 'refusing', 0.5, refusing),
      ...many(60, 'slow', 0.5, slow),
      ...many(60, 'flapping', 0.5, () => flapping(20_000)),
      ...many(40, 'recovering', 0.5, () => recovering(30_000), 50),
      ...many(30, 'throttled', 3, () => throttled(1)),
      ...many(10, 'busy', 12, () => busy(1, 100)),
    ],
  };
}

/** Few destinations, each with more load than it takes or a backlog, beside one that is healthy. */
export function heavyWorld(seed: number, seconds = 60): World {
  return {
    seed,
    seconds,
    ...MACHINE,
    destinations: [
      ...many(2, 'healthy', 50, prompt),
      ...many(2, 'hanging', 50, hanging),
      ...many(1, 'slow', 200, slow),
      ...many(1, 'busy', 150, () => busy(10, 100)),
      ...many(1, 'throttled', 50, () => throttled(10)),
      ...many(1, 'backlog', 20, prompt, 20_000),
      ...many(1, 'busy backlog', 20, () => busy(10, 100), 5_000),
    ],
  };
}

/** Two of five that answered well under load begin to hang, all at once. */
export function breakingWorld(seed: number): World {
  const fromMs = 30_000;
  const breaking: Receiver = {
    capacity: 256,
    take: (nowMs, underWay, random) => (nowMs < fromMs ? prompt() : hanging()).take(nowMs, underWay, random),
  };
  return {
    seed,
    seconds: 60,
    ...MACHINE,
    destinations: [...many(3, 'healthy', 100, prompt), ...many(2, 'breaking', 100, () => breaking)],
  };
}
