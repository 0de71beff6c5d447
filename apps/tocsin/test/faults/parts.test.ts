import { describe, expect, test } from '@jest/globals';
import { FAULT_CASES } from '../../faults/cases.ts';
import { strikeSchedule } from '../../faults/strike-schedule.ts';
import { busyMachine } from '../../faults/verdict/busy.ts';
import { allowanceOf, unexplained } from '../../faults/verdict/second-posts.ts';
import { alternate, median, percentilesOf, ratioOf } from '../../harness/cases/alternate.ts';
import type { Claim } from '../../harness/cases/case.ts';
import { createRandom } from '../../harness/cases/random.ts';
import { selectCases } from '../../harness/cases/select-cases.ts';
import { createAlertMix } from '../../harness/load/alert-mix.ts';
import type { SentAlert } from '../../harness/load/alert-stream.ts';
import type { Arrival } from '../../harness/receivers/arrival.ts';
import { react } from '../../harness/receivers/behaviour.ts';
import { cannotRun, failed, judgeClaim, judgeIds } from '../../harness/verdict/judge.ts';
import { verdictTable } from '../../harness/verdict/report.ts';
import { delaysOf, notDelivered, tally } from '../../harness/verdict/tally.ts';
import { markdownTable, putTable } from '../../harness/verdict/write-table.ts';

const CLAIM: Claim = { id: 'G1', part: 'redis', promise: 'all of it', unit: 'lost', target: 0 };
const RATIO: Claim = { id: 'I5', part: '2-of-5', promise: 'p99', unit: '×', target: 1.5 };

test('percentiles count what never came as the largest; of nothing they meet no target', () => {
  expect(percentilesOf([3, Number.POSITIVE_INFINITY, 1, 2])).toEqual({
    p50: 2,
    p99: Infinity,
    max: Infinity,
    count: 4,
  });
  expect(judgeClaim(CLAIM, { figure: percentilesOf([]).p99, struck: 1, struckMin: 1 }).met).toBe(false);
});

describe('pairs', () => {
  test('alternate, and their ratio is that of the medians', async () => {
    const order: string[] = [];
    let n = 0;
    const run = (name: string, factor: number) => async () => {
      order.push(name);
      n += 1;
      return n * factor;
    };
    const pairs = await alternate(2, run('quiet', 1), run('struck', 10));
    expect(order).toEqual(['quiet', 'struck', 'quiet', 'struck']);
    expect(pairs).toEqual({ quiet: [1, 3], struck: [20, 40] });
    expect(ratioOf(pairs, (one) => one)).toBe(15);
  });

  test.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], Number.POSITIVE_INFINITY],
  ])('the median of %j is %d', (values, middle) => expect(median(values)).toBe(middle));
});

describe('a seed', () => {
  const schedule = (seed: number, name = 'a case') =>
    strikeSchedule(createRandom(seed, name), { targets: ['a', 'b', 'c'], count: 50, pauseMs: [100, 900] });

  test('gives the same schedule again, and another seed or case another', () => {
    expect(schedule(1)).toEqual(schedule(1));
    expect(schedule(1)).not.toEqual(schedule(2));
    expect(schedule(1)).not.toEqual(schedule(1, 'another'));
  });

  test('strikes each target as often as the others, after pauses within their bounds', () => {
    const strikes = schedule(3).slice(0, 48);
    for (const target of ['a', 'b', 'c'])
      expect(strikes.filter((one) => one.target === target)).toHaveLength(16);
    for (const { afterMs } of strikes) {
      expect(afterMs).toBeGreaterThanOrEqual(100);
      expect(afterMs).toBeLessThan(900);
    }
  });

  test('gives the same alerts again, with mixed severities', () => {
    const alerts = (seed: number) => {
      const next = createAlertMix(createRandom(seed, 'load'), 'load');
      return Array.from({ length: 400 }, next);
    };
    expect(alerts(1)).toEqual(alerts(1));
    const counts = Map.groupBy(alerts(1), ({ severity }) => severity);
    expect(counts.size).toBe(5);
    expect(counts.get('CRITICAL')?.length).toBeLessThan(counts.get('INFO')?.length ?? 0);
  });
});

describe('a receiver', () => {
  const at = { now: 1_000, attempt: 1, total: 1 };

  test('answers, hangs, or flaps between the two', () => {
    expect(react({ kind: 'answer', afterMs: 5 }, at)).toEqual({
      kind: 'answer',
      status: 200,
      afterMs: 5,
      headers: {},
    });
    expect(react({ kind: 'hang' }, at)).toEqual({ kind: 'hang' });
    const flap = { kind: 'flap', everyMs: 100, since: 1_000 } as const;
    const kinds = [1_000, 1_099, 1_100, 1_199, 1_200].map((now) => react(flap, { ...at, now }).kind);
    expect(kinds).toEqual(['answer', 'answer', 'hang', 'hang', 'answer']);
  });

  test('follows a script for each delivery, and answers well after its end', () => {
    const statuses = [1, 2, 3].map((attempt) =>
      react({ kind: 'script', statuses: [500, 503] }, { ...at, attempt }),
    );
    expect(statuses).toMatchObject([{ status: 500 }, { status: 503 }, { status: 200 }]);
  });

  test('fails, but for each n-th', () => {
    const statuses = [1, 2, 3, 4].map((total) =>
      react({ kind: 'fail-mostly', succeedEvery: 3 }, { ...at, total }),
    );
    expect(statuses).toMatchObject([{ status: 500 }, { status: 500 }, { status: 200 }, { status: 500 }]);
  });
});

const sent = (alertId: string, acceptedAt: number | null): SentAlert => ({
  ...{ alertId, severity: 'LOW', sentAt: 0, acceptedAt, statuses: [], ingestMs: [] },
});
const arrival = (alertId: string, destination: string, more: Partial<Arrival> = {}): Arrival => ({
  ...{ at: 20, destination, alertId, webhookId: `${alertId}-${destination}`, attempt: 1 },
  ...{ status: 200, answeredAt: 20, brokenAt: null },
  ...more,
});

test('a machine that is slow without the fault measures nothing, and says so; a short run does not claim to', () => {
  expect(busyMachine(250, false)).toEqual([]);
  expect(busyMachine(251, false)).toEqual(['the machine was busy: p99 without the fault was 251 ms']);
  expect(busyMachine(60, false, 50)).toEqual(['the machine was busy: p99 without the fault was 60 ms']);
  expect(busyMachine(5_000, true)).toEqual([]);
});

describe('counting at the receivers', () => {
  test('an accepted alert is undelivered where no receiver has answered it with 2xx', () => {
    const alerts = [sent('a', 10), sent('b', 10), sent('c', null)];
    const arrivals = [
      arrival('a', 'x'),
      arrival('a', 'y', { status: 500 }),
      arrival('b', 'x', { status: null }),
    ];
    const count = tally(alerts, ['x', 'y'], arrivals);
    expect(count).toMatchObject({ accepted: 2, undelivered: 3, strayIds: 0 });
    expect(notDelivered(count)).toEqual(['3 deliveries were not made']);
    expect(notDelivered({ undelivered: 0 })).toEqual([]);
  });

  test('a second POST is seen, and a delivery with two ids', () => {
    const arrivals = [
      arrival('a', 'x'),
      arrival('a', 'x', { attempt: 2 }),
      arrival('a', 'x', { webhookId: 'other' }),
    ];
    const { second, strayIds } = tally([sent('a', 10)], ['x'], arrivals);
    expect([second.length, strayIds]).toEqual([1, 1]);
  });

  test('a delay counts from the 202 and from when it was sent; what did not come has no end', () => {
    const delays = delaysOf(
      [sent('a', 15), sent('b', null)],
      ['x', 'y'],
      [arrival('a', 'x'), arrival('a', 'x', { at: 90 })],
    );
    expect(delays).toMatchObject([
      { destination: 'x', acceptToDeliveryMs: 5, sendToDeliveryMs: 20 },
      { destination: 'y', acceptToDeliveryMs: Infinity },
    ]);
  });

  test('each loss explains one more POST of what was not committed, and no other', () => {
    const posts: [string, ...number[]][] = [
      ['lost', 100, 400],
      ['lost twice', 100, 400, 2_100],
      ['committed before it', 100, 250],
      ['committed during it', 100, 260],
      ['POSTed during it', 280, 290],
      ['retried', 100, 170, 400],
      ['long after it', 1_500, 1_600],
      ['once', 100],
    ];
    const commits = new Map([
      ['committed before it', [150]],
      ['committed during it', [255]],
      // The first attempt alone.
      ['retried', [150]],
    ]);
    const losses = [
      { from: 200, until: 300 },
      { from: 2_000, until: 2_000 },
    ];
    const arrivals = posts.flatMap(([webhookId, ...times]) => times.map((at) => ({ webhookId, at })));
    const allowance = allowanceOf(losses, arrivals, commits);
    expect(Object.fromEntries(allowance)).toEqual({
      ...{ lost: 1, 'lost twice': 2, 'committed during it': 1, 'POSTed during it': 1, retried: 1 },
    });
    const again = (webhookId: string) => arrival('1', 'x', { webhookId, attempt: 2 });
    expect(unexplained([again('lost'), again('retried')], allowance)).toEqual([]);
    const wrong = [again('lost'), again('lost'), again('committed before it'), again('long after it')];
    expect(unexplained(wrong, allowance)).toEqual(['3 second POSTs of what was committed']);
  });
});

describe('a verdict', () => {
  const good = { figure: 0, struck: 50, struckMin: 50 };

  test('is met within the target, and only where the fault struck often enough and nothing else broke', () => {
    expect(judgeClaim(CLAIM, good)).toMatchObject({ met: true, reasons: [] });
    expect(judgeClaim(CLAIM, { ...good, figure: 1 })).toMatchObject({
      met: false,
      reasons: ['above the target'],
    });
    expect(judgeClaim(CLAIM, { ...good, struck: 49 })).toMatchObject({
      ...{ met: false, reasons: ['struck 49 times, too rarely (50)'] },
    });
    expect(judgeClaim(CLAIM, { ...good, broken: ['a false 202'] })).toMatchObject({ met: false });
  });

  test('of a figure that has to be the target at least is met above it', () => {
    const least: Claim = { ...CLAIM, target: 95, isLeast: true };
    expect(judgeClaim(least, { ...good, figure: 99 }).met).toBe(true);
    expect(judgeClaim(least, { ...good, figure: 94 })).toMatchObject({
      met: false,
      reasons: ['below the target'],
    });
  });

  test('what cannot run here is neither met nor unmet, and what failed is unmet', () => {
    expect(cannotRun(CLAIM, 'no root')).toMatchObject({ met: null, reasons: ['cannot run here: no root'] });
    expect(failed(CLAIM, 'boom')).toMatchObject({ met: false, figure: null });
  });

  const part = (claim: Claim, figure: number) => judgeClaim(claim, { figure, struck: 1, struckMin: 1 });
  const onset: Claim = { ...RATIO, part: 'onset', unit: 'ms', target: 1_000 };

  test('of an id has the figure of its worst part, and is met where all of them are', () => {
    expect(judgeIds([part(RATIO, 1.2), part(onset, 100)])).toMatchObject([
      { id: 'I5', figure: 1.2, unit: '×', met: true },
    ]);
    expect(judgeIds([part(RATIO, 1.2), part(onset, 1_100)])).toMatchObject([
      { figure: 1_100, unit: 'ms', met: false },
    ]);
    expect(judgeIds([part(RATIO, 1.2), cannotRun(onset, 'x')])).toMatchObject([{ figure: 1.2, met: null }]);
    expect(judgeIds([part(RATIO, 9), cannotRun(onset, 'x')])).toMatchObject([{ figure: 9, met: false }]);
  });

  test('is a line of the table, for people and in a document', () => {
    const parts = [part(RATIO, 1.234), cannotRun(onset, 'no root')];
    expect(verdictTable(parts, 200).join('\n')).toMatch(
      /I5 .*2-of-5 .*1\.23 .*≤ 1\.50 × .*met[\s\S]*–.*not run.*no root/,
    );
    const table = markdownTable({
      machine: { cpu: 'A|B', cores: 2, memoryGib: 4, node: 'v24' },
      seed: 7,
      parts,
    });
    expect(table).toContain('| `I5/2-of-5` | p99 | 1.23 | ≤ 1.50 × | 1 | met |');
    const document = 'before\n<!-- faults:begin -->\nold\n<!-- faults:end -->\nafter';
    expect(putTable(document, 'faults', 'new')).toBe(
      'before\n<!-- faults:begin -->\nnew\n<!-- faults:end -->\nafter',
    );
    expect(() => putTable('nothing', 'faults', 'new')).toThrow('faults:begin');
  });
});

describe('the cases', () => {
  const claims = FAULT_CASES.flatMap((one) => one.claims);

  test('cover every target of isolation and of guarantees', () => {
    const wanted = [
      ...Array.from({ length: 7 }, (_, n) => `I${n + 1}`),
      ...Array.from({ length: 16 }, (_, n) => `G${n + 1}`),
    ];
    expect(wanted.filter((id) => !claims.some((claim) => claim.id === id))).toEqual([]);
  });

  test('have names and parts of their own', () => {
    const names = FAULT_CASES.map(({ name }) => name);
    const parts = claims.map(({ id, part }) => `${id}/${part}`);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(parts).size).toBe(parts.length);
  });

  test('are chosen by id, by part, or by name; what there is none of is named', () => {
    const chosen = (...wanted: string[]) => {
      const { cases, isWanted } = selectCases(FAULT_CASES, wanted);
      return cases.flatMap((one) => one.claims.filter(isWanted).map(({ id, part }) => `${id}/${part}`));
    };
    expect(chosen('G1')).toEqual(['G1/redis', 'G1/postgres']);
    expect(chosen('G1/postgres')).toEqual(['G1/postgres']);
    expect(chosen('hanging-2-of-5')).toEqual(['I5/2-of-5', 'I5/onset-2-of-5']);
    expect(chosen()).toHaveLength(claims.length);
    expect(() => chosen('G1', 'G99')).toThrow('No such case: G99. There are I1, ');
  });
});
