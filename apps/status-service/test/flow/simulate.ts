import { createRandomNumbers } from '@tocsin/testkit';
import type { AttemptFacts, FlowContext } from '../../src/delivery/flow.ts';
import { type DestinationSlots, freeSlots, mayKeepSlot } from '../../src/delivery/slots.ts';

/** A rule for how many deliveries a destination may have under way. */
export interface Rule<S = unknown> {
  begin(maxInFlight: number): S;
  after(state: S, attempt: AttemptFacts, context: FlowContext): S;
  limit(state: S, nowMs: number): number;
}

/** What a receiver does with a POST that arrives. */
export interface Receiver {
  /** @returns the answer, and how long it takes */
  take(
    nowMs: number,
    underWay: number,
    random: () => number,
  ): { status: number | 'timeout' | 'refused'; durationMs: number; retryAfterMs?: number };
  /** How many POSTs at the same time it does anything useful with. */
  capacity: number;
}

export interface Destination {
  kind: string;
  receiver: Receiver;
  /** Alerts a second. */
  rate: number;
  /** Deliveries due at the beginning. */
  backlog?: number;
}

export interface World {
  destinations: Destination[];
  seconds: number;
  maxInFlight: number;
  /** POSTs that may be under way at the same time, of all destinations. */
  underWayMax: number;
  /** What a job costs, and its outcome; milliseconds of the one processor. */
  workMs: number;
  seed: number;
}

export interface Tally {
  accepted: number;
  succeeded: number;
  attempts: number;
  failedAttempts: number;
  latenciesMs: number[];
  /** The most POSTs under way at once, as a multiple of what the receiver is good for. */
  overshoot: number;
}

const DEADLINE_MS = 10_000;
const RETRY = { baseMs: 5_000, factor: 3, maxMs: 21_600_000, retriesMax: 10 };
const DELAYED_MAX_MS = 600_000;
const TAKING = { enabled: true, paused: false, deleted: false };

interface Delivery {
  id: string;
  acceptedMs: number;
  attempts: number;
}

interface Simulated<S> {
  destination: Destination;
  flow: S;
  first: Delivery[];
  retries: { delivery: Delivery; dueMs: number }[];
  queued: number;
  delayed: number;
  underWay: number;
  tally: Tally;
}

/** A queue of events by time. */
function createAgenda() {
  const heap: { atMs: number; order: number; run: () => void }[] = [];
  let order = 0;
  const before = (a: number, b: number) =>
    heap[a]!.atMs < heap[b]!.atMs || (heap[a]!.atMs === heap[b]!.atMs && heap[a]!.order < heap[b]!.order);
  const swap = (a: number, b: number) => ([heap[a], heap[b]] = [heap[b]!, heap[a]!]);
  return {
    at(atMs: number, run: () => void): void {
      heap.push({ atMs, order: order++, run });
      for (let i = heap.length - 1; i > 0; ) {
        const parent = (i - 1) >> 1;
        if (!before(i, parent)) break;
        swap(i, parent);
        i = parent;
      }
    },
    next(): { atMs: number; run: () => void } | undefined {
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined || heap.length === 0) return first;
      heap[0] = last;
      for (let i = 0; ; ) {
        let least = i;
        for (const child of [2 * i + 1, 2 * i + 2])
          if (child < heap.length && before(child, least)) least = child;
        if (least === i) return first;
        swap(i, least);
        i = least;
      }
    },
  };
}

/**
 * Runs destinations under a rule, in virtual time: alerts arrive at random, jobs and outcomes take turns on one
 * processor, and each POST is under way for as long as its receiver takes.
 */
export function simulate<S>(world: World, rule: Rule<S>): Map<string, Tally> {
  const random = createRandomNumbers(world.seed);
  const agenda = createAgenda();
  const tallies = new Map<string, Tally>();
  const endMs = world.seconds * 1_000;
  let nowMs = 0;
  let processorFreeMs = 0;
  let underWay = 0;
  let ids = 0;
  const forSocket: (() => void)[] = [];

  /** After its turn on the processor. */
  function work(then: () => void): void {
    processorFreeMs = Math.max(processorFreeMs, nowMs) + world.workMs;
    agenda.at(processorFreeMs, then);
  }

  function slotsOf({ flow, queued, delayed }: Simulated<S>): DestinationSlots {
    const limit = rule.limit(flow, nowMs);
    return { ...TAKING, maxInFlight: world.maxInFlight, limit, queued, delayed };
  }

  function dueRetry(d: Simulated<S>): boolean {
    return (d.retries[0]?.dueMs ?? Number.POSITIVE_INFINITY) <= nowMs;
  }

  function release(d: Simulated<S>): void {
    while (freeSlots(slotsOf(d)) > 0) {
      const isRetry = dueRetry(d) && (d.first.length === 0 || random() < 0.5);
      const delivery = isRetry ? d.retries.shift()!.delivery : d.first.shift();
      if (delivery === undefined) return;
      d.queued += 1;
      work(() => post(d, delivery, 'queued'));
    }
    if ((d.first.length > 0 || dueRetry(d)) && rule.limit(d.flow, nowMs) <= 0)
      agenda.at(nowMs + 100, () => release(d));
  }

  function post(d: Simulated<S>, delivery: Delivery, held: 'queued' | 'delayed'): void {
    if (underWay >= world.underWayMax) return void forSocket.push(() => post(d, delivery, held));
    underWay += 1;
    d.underWay += 1;
    delivery.attempts += 1;
    d.tally.attempts += 1;
    d.tally.overshoot = Math.max(d.tally.overshoot, d.underWay / d.destination.receiver.capacity);
    const answer = d.destination.receiver.take(nowMs, d.underWay, random);
    const durationMs = Math.min(DEADLINE_MS, answer.durationMs);
    const status = answer.durationMs > DEADLINE_MS ? 'timeout' : answer.status;
    agenda.at(nowMs + durationMs, () => {
      underWay -= 1;
      d.underWay -= 1;
      forSocket.shift()?.();
      work(() =>
        commit(d, delivery, held, { status, durationMs, retryAfterMs: answer.retryAfterMs ?? null }),
      );
    });
  }

  function commit(
    d: Simulated<S>,
    delivery: Delivery,
    held: 'queued' | 'delayed',
    {
      status,
      durationMs,
      retryAfterMs,
    }: { status: number | 'timeout' | 'refused'; durationMs: number; retryAfterMs: number | null },
  ): void {
    const isSuccess = typeof status === 'number' && status < 300;
    const code =
      status === 'timeout' ? 'timeout' : status === 'refused' ? 'connection_refused' : 'http_status';
    d.flow = rule.after(
      d.flow,
      {
        deliveryId: delivery.id,
        durationMs,
        statusCode: typeof status === 'number' ? status : null,
        retryAfterMs,
        error: isSuccess ? null : { code, message: '' },
      },
      {
        nowMs,
        maxInFlight: world.maxInFlight,
        baseDelayMs: RETRY.baseMs,
        queued: d.queued,
        isHoldingBack: d.first.length > 0 || dueRetry(d),
      },
    );
    if (isSuccess) {
      d[held] -= 1;
      d.tally.succeeded += 1;
      d.tally.latenciesMs.push(nowMs - delivery.acceptedMs);
    } else {
      d.tally.failedAttempts += 1;
      retry(d, delivery, held, retryAfterMs ?? 0);
    }
    release(d);
  }

  function retry(d: Simulated<S>, delivery: Delivery, held: 'queued' | 'delayed', leastMs: number): void {
    d[held] -= 1;
    if (delivery.attempts > RETRY.retriesMax) return;
    const plainMs = Math.min(RETRY.maxMs, RETRY.baseMs * RETRY.factor ** (delivery.attempts - 1));
    const afterMs = Math.max(leastMs, plainMs * (0.8 + 0.4 * random()));
    const dueMs = nowMs + afterMs;
    if (afterMs <= DELAYED_MAX_MS && mayKeepSlot(slotsOf(d))) {
      d.delayed += 1;
      agenda.at(dueMs, () => {
        // With no limit to speak of (an open circuit, or the receiver asked for patience) it waits in Postgres. The worker
        // does so with an open circuit alone.
        if (rule.limit(d.flow, nowMs) > 1) return work(() => post(d, delivery, 'delayed'));
        d.delayed -= 1;
        wait(d, delivery, nowMs);
        release(d);
      });
      return;
    }
    wait(d, delivery, dueMs);
    agenda.at(dueMs, () => release(d));
  }

  function wait(d: Simulated<S>, delivery: Delivery, dueMs: number): void {
    const place = d.retries.findIndex((other) => other.dueMs > dueMs);
    if (place < 0) d.retries.push({ delivery, dueMs });
    else d.retries.splice(place, 0, { delivery, dueMs });
  }

  for (const destination of world.destinations) {
    const tally = tallies.get(destination.kind) ?? {
      accepted: 0,
      succeeded: 0,
      attempts: 0,
      failedAttempts: 0,
      latenciesMs: [],
      overshoot: 0,
    };
    tallies.set(destination.kind, tally);
    const d: Simulated<S> = {
      destination,
      flow: rule.begin(world.maxInFlight),
      first: [],
      retries: [],
      queued: 0,
      delayed: 0,
      underWay: 0,
      tally,
    };
    const accept = () => {
      d.first.push({ id: String(ids++), acceptedMs: nowMs, attempts: 0 });
      tally.accepted += 1;
    };
    for (let i = 0; i < (destination.backlog ?? 0); i += 1) accept();
    agenda.at(0, () => release(d));
    const arrive = () => {
      accept();
      release(d);
      agenda.at(nowMs - (Math.log(1 - random()) * 1_000) / destination.rate, arrive);
    };
    if (destination.rate > 0) agenda.at(random() * 1_000, arrive);
  }
  for (let event = agenda.next(); event !== undefined && event.atMs <= endMs; event = agenda.next()) {
    nowMs = event.atMs;
    event.run();
  }
  return tallies;
}
