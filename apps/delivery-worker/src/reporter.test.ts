import { describe, expect, test } from '@jest/globals';
import { UnavailableError } from '@tocsin/outage';
import { type Outcome, StatusGatewayError, type Verdict } from '@tocsin/status-gateway';
import { outcomeOf } from '../test/sample.ts';
import { createReporter } from './reporter.ts';

const UNAVAILABLE = new StatusGatewayError('unreachable', 'no answer');
const REFUSED = new StatusGatewayError('internal', 'no');

/** A status service that is unavailable or refuses outcomes, as `state` says, on a clock of its own. */
function createService(state: { isUnavailable?: boolean; isOut?: boolean; bad?: number[] } = {}) {
  const committed: string[] = [];
  const lines: { level: string; fields: Record<string, unknown> }[] = [];
  const line = (level: string) => (fields: Record<string, unknown>) => void lines.push({ level, fields });
  const badIds = () => (state.bad ?? []).map((n) => outcomeOf(n).deliveryId);
  const waiting: { untilMs: number; resolve: () => void }[] = [];
  const bytes: number[] = [];
  const calledAtMs: number[] = [];
  let now = 0;
  const reporter = createReporter({
    gateway: {
      async commitOutcomes(outcomes: Outcome[]): Promise<Verdict[]> {
        calledAtMs.push(now);
        bytes.push(JSON.stringify(outcomes).length);
        if (state.isUnavailable) throw UNAVAILABLE;
        if (outcomes.some(({ deliveryId }) => badIds().includes(deliveryId))) throw REFUSED;
        committed.push(...outcomes.map(({ deliveryId }) => deliveryId));
        return outcomes.map(() => ({ kind: 'succeeded' }));
      },
    },
    gatewayOutage: {
      isIts: () => false,
      failed: () => undefined,
      answerOf: async (call) => {
        if (state.isOut) throw new UnavailableError('it');
        return call();
      },
    },
    log: { debug: () => undefined, info: line('info'), warn: line('warn'), error: line('error') } as never,
    gatherMs: 0,
    nowMs: () => now,
    wait: (ms, signal) =>
      new Promise((resolve, reject) => {
        waiting.push({ untilMs: now + ms, resolve });
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  });

  /** Lets time pass, and everything happen that was waiting for it. */
  async function pass(ms: number): Promise<void> {
    for (const untilMs = now + ms; ; ) {
      await new Promise((resolve) => setImmediate(resolve));
      const next = waiting.sort((a, b) => a.untilMs - b.untilMs).shift();
      if (next === undefined) break;
      if (next.untilMs > untilMs) {
        waiting.push(next);
        break;
      }
      now = next.untilMs;
      next.resolve();
    }
  }
  return {
    state,
    committed,
    lines,
    reporter,
    bytes,
    calledAtMs,
    calls: () => calledAtMs.length,
    pass,
    add: (...numbers: number[]) => Promise.all(numbers.map((n) => reporter.add(outcomeOf(n)))),
  };
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('outcomes', () => {
  test('of concurrent attempts are reported together', async () => {
    const service = createService();
    await service.add(...numbers(50));
    expect([service.calls(), service.committed.length]).toEqual([1, 50]);
  });

  test('with long answers are reported in batches of a bounded size', async () => {
    const service = createService();
    const answer = '\u0001'.repeat(16_384);
    await Promise.all(
      numbers(200).map((n) => {
        const outcome = outcomeOf(n);
        if (outcome.kind !== 'attempted') throw new Error('an attempt was expected');
        return service.reporter.add({ ...outcome, result: { ...outcome.result, responseBody: answer } });
      }),
    );
    expect(service.committed).toHaveLength(200);
    expect(Math.max(...service.bytes)).toBeLessThan(8 * 1024 * 1024);
  });

  test('are kept while the status service is unavailable, however long, and committed when it is back', async () => {
    const service = createService({ isUnavailable: true, bad: [] });
    const added = service.add(1, 2, 3);
    await service.pass(600_000);
    expect([service.reporter.pending(), service.committed]).toEqual([3, []]);
    service.state.isUnavailable = false;
    await service.pass(2_000);
    expect(await added).toEqual(Array(3).fill({ kind: 'succeeded' }));
    expect(service.lines.map(({ level }) => level)).toEqual(['warn', 'info']);
  });

  test('are left to others during an outage of the status service, and reported again after it', async () => {
    const service = createService({ isOut: true });
    expect(await service.add(1, 2)).toEqual(Array(2).fill({ kind: 'unreported' }));
    expect([service.reporter.pending(), service.lines]).toEqual([0, []]);
    service.state.isOut = false;
    expect(await service.add(3)).toEqual([{ kind: 'succeeded' }]);
  });

  test('are reported less and less often while the status service is unavailable, but every two seconds', async () => {
    const service = createService({ isUnavailable: true });
    const added = service.add(1);
    await service.pass(20_000);
    const betweenMs = service.calledAtMs.slice(1).map((at, n) => at - (service.calledAtMs[n] as number));
    expect(betweenMs.slice(0, 7)).toEqual([100, 200, 400, 800, 1_600, 2_000, 2_000]);
    service.state.isUnavailable = false;
    await service.pass(2_000);
    await added;
  });

  test('that are refused are found and quarantined, and hold up no others', async () => {
    const service = createService({ bad: [3, 77] });
    const results = await service.add(...numbers(100));
    expect(results.flatMap(({ kind }, n) => (kind === 'quarantined' ? [n] : []))).toEqual([3, 77]);
    expect(new Set(service.committed).size).toBe(98);
    expect(service.calls()).toBeLessThan(40);
    const errors = service.lines.filter(({ level }) => level === 'error');
    expect(errors.map(({ fields }) => fields.deliveryId)).toEqual(['delivery-3', 'delivery-77']);
  });

  test('that are refused while nothing else is committed are held for a minute', async () => {
    const service = createService({ bad: [1] });
    const added = service.add(1);
    await service.pass(59_000);
    expect(service.reporter.pending()).toBe(1);
    await service.pass(4_000);
    expect(await added).toEqual([{ kind: 'quarantined' }]);
  });

  test('that are refused alone are quarantined once another batch shows that the service works', async () => {
    const service = createService({ bad: [1] });
    const bad = service.add(1);
    await service.pass(1_000);
    expect(await service.add(2)).toEqual([{ kind: 'succeeded' }]);
    await service.pass(2_000);
    expect(await bad).toEqual([{ kind: 'quarantined' }]);
  });

  test('are committed once what refused them is mended', async () => {
    const service = createService({ bad: [1] });
    const added = service.add(1);
    await service.pass(10_000);
    service.state.bad = [];
    await service.pass(2_000);
    expect(await added).toEqual([{ kind: 'succeeded' }]);
  });

  test('that are not committed when the worker closes are given up', async () => {
    const service = createService({ isUnavailable: true });
    const added = expect(service.add(1)).rejects.toThrow('the worker is closing');
    await service.pass(1_000);
    await service.reporter.close();
    await added;
  });
});
