import { describe, expect, test } from '@jest/globals';
import { testWhen } from '@tocsin/testkit';
import { chartsOf } from '../../benchmark/report/charts.ts';
import { perOne, tocsinMs, usedMs } from '../../benchmark/scene/scene.ts';
import { delaysOf } from '../../benchmark/scene/stream.ts';
import { hasProcessorTimes, processorSeconds } from '../../harness/system/processor-time.ts';
import { judgeClaim, judgeIds } from '../../harness/verdict/judge.ts';
import { verdictTable } from '../../harness/verdict/report.ts';
import { benchmarkWords } from '../../src/benchmark/benchmark-options.ts';

const CLAIM = { id: 'S1', part: 'worker', promise: 'less is <better>', unit: '×', target: 2 };
const SHOWN = { ...CLAIM, part: 'rate', promise: 'deliveries', unit: '/s', target: null };

describe('processor time', () => {
  testWhen(
    test,
    hasProcessorTimes,
    'processor times of a process are read on Linux alone',
  )('of a process rises with its work', () => {
    const before = processorSeconds(process.pid);
    const { user, system } = process.cpuUsage();
    for (let used = 0; used < 100_000; ) {
      const now = process.cpuUsage();
      used = now.user + now.system - user - system;
    }
    const rise = processorSeconds(process.pid) - before;
    expect(rise).toBeGreaterThan(0.05);
    expect(rise).toBeLessThan(1);
  });

  test('is counted for each of so many, without the receiver', () => {
    const used = usedMs({ worker: 10, postgres: 5 }, { worker: 40, postgres: 25, receiver: 7 });
    expect(used).toEqual({ worker: 30, postgres: 20, receiver: 7 });
    expect(tocsinMs(used)).toBe(50);
    expect(perOne(used, 7)).toEqual({ worker: 4.286, postgres: 2.857, receiver: 1 });
  });
});

test('the delay of a POST counts from its alert’s 202; what did not come has no end', () => {
  const sent = [
    { alertId: 'a', acceptedAt: 100 },
    { alertId: 'b', acceptedAt: 200 },
    { alertId: 'refused', acceptedAt: null },
  ];
  const arrivals: [string, number][] = [
    ['a', 90],
    ['a', 130],
    ['b', 205],
  ];
  expect(delaysOf(sent, arrivals, 2)).toEqual([0, 30, 5, Infinity, Infinity, Infinity]);
});

describe('a figure without a target', () => {
  const parts = [judgeClaim(CLAIM, { figure: 1.5 }), judgeClaim(SHOWN, { figure: 1_234.5 })];

  test('is shown, and decides nothing', () => {
    expect(parts.map(({ met }) => met)).toEqual([true, null]);
    expect(judgeIds(parts)).toMatchObject([{ id: 'S1', met: true, figure: 1.5 }]);
    expect(judgeIds([parts[1]!])).toMatchObject([{ id: 'S1', met: null, figure: 1_234.5, target: null }]);
    expect(judgeClaim(SHOWN, { figure: 1, broken: ['it ended early'] }).met).toBe(false);
    const table = verdictTable(parts, 200).join('\n');
    expect(table).toMatch(/worker +1\.50 +≤ 2 × +met/);
    expect(table).toMatch(/rate +1234\.50 +\/s +shown/);
    expect(table).not.toContain('STRUCK');
  });

  test('is a point of a curve where it says at what', () => {
    const machine = { cpu: 'Some CPU', cores: 2, memoryGib: 4, node: 'v24' };
    const points = [1, 3_000].map((at) => ({
      ...judgeClaim(SHOWN, { figure: 1_000 / at }),
      part: `${at}`,
      at,
    }));
    const [chart] = chartsOf({ parts: points, machine });
    expect(chart?.svg.match(/<circle/g)).toHaveLength(2);
    // From the top at the left to the bottom at the right.
    expect(chart?.svg).toContain('points="70.0,40.0 736.0,259.9"');
    expect(chart?.svg).toContain('>3,000</text>');
  });

  test('is a bar of the chart without a mark', () => {
    const machine = { cpu: 'Some & CPU', cores: 2, memoryGib: 4, node: 'v24' };
    const [chart, ...others] = chartsOf({ parts, machine });
    expect(others).toEqual([]);
    expect(chart?.name).toBe('S1');
    expect(chart?.svg).toContain('less is &lt;better&gt;');
    expect(chart?.svg).toContain('Some &amp; CPU');
    expect(chart?.svg.match(/class="figure"/g)).toHaveLength(2);
    expect(chart?.svg.match(/class="target"/g)).toHaveLength(1);
    // Three quarters of the bar of its target.
    expect(chart?.svg).toContain('width="390.0"');
  });
});

test('the choice of cases is handed on as it was made', () => {
  expect(benchmarkWords(['S1', 'S4/rate'], { seed: 7, short: true, out: 'a b' })).toEqual([
    ...['S1', 'S4/rate', '--seed', '7', '--short', '--out', 'a b'],
  ]);
  expect(benchmarkWords([], { seed: 1, json: true, write: 'w', profile: 'p' })).toEqual([
    ...['--seed', '1', '--json', '--write', 'w', '--profile', 'p'],
  ]);
});
