import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { startChild, startProcess, testWhen } from '@tocsin/testkit';
import { type CaseResult, together } from '../attack/run-case.ts';
import { lowPriority } from '../attack/system/low-priority.ts';
import { isLate, judge, quietP99, type Verdict } from '../attack/verdict.ts';

const ENTRY = path.resolve(import.meta.dirname, '../attack/attack.ts');
const isBuilt = existsSync(path.resolve(import.meta.dirname, '../../ingest-api/dist/main.js'));

const window = (ms: number) => ({ ingestP99Ms: ms, deliveryP99Ms: 2 * ms, refused: 0 });
const RESULT: CaseResult = {
  ...{ name: 'an attack', rounds: 1 },
  quiet: [window(10), window(12), window(900)],
  attacked: [window(20), window(22), window(800)],
  processes: [
    { name: 'proxy', silenceMs: 20, memoryShare: 0.1, deaths: 0 },
    { name: 'ingest-api', silenceMs: 900, memoryShare: 0.79, deaths: 0 },
  ],
  expected: [401],
  answers: { 401: 5 },
};
const [proxy, ingest] = RESULT.processes as [CaseResult['processes'][0], CaseResult['processes'][0]];

describe('an attack', () => {
  test('did no harm within the bounds, whatever a single window says', () => {
    expect(judge(RESULT, quietP99([RESULT]))).toMatchObject({
      ...{ faults: [], silenceMs: 900, memoryShare: 0.79, fullest: 'ingest-api', silent: 'ingest-api' },
      ...{ ingestRatio: 22 / 12, deliveryRatio: 44 / 24, deaths: 0 },
    });
  });

  test('that was made again is judged by all that was seen', () => {
    const late = { ...RESULT, attacked: [window(30), window(40)] };
    const again: CaseResult = {
      ...RESULT,
      quiet: [window(12), window(14)],
      attacked: [window(15), window(18), window(24)],
      processes: [ingest, { ...proxy, deaths: 1 }],
      answers: { 401: 2, 429: 1 },
    };
    expect(isLate(judge(late, quietP99([late])))).toBe(true);
    const both = together(together(undefined, late), again);
    expect(both.processes).toEqual([
      { name: 'proxy', silenceMs: 900, memoryShare: 0.79, deaths: 0 },
      { name: 'ingest-api', silenceMs: 900, memoryShare: 0.79, deaths: 1 },
    ]);
    expect(both.answers).toEqual({ 401: 7, 429: 1 });
    // Against its own quiet time, not that of the whole run.
    const verdict = judge(both, { ingestMs: 1, deliveryMs: 1 });
    expect(verdict).toMatchObject({ ingestRatio: 24 / 12, faults: ['killed: ingest-api'] });
    expect(isLate(verdict)).toBe(false);
    expect(together(late, { ...again, answers: null }).answers).toBeNull();
  });

  test.each<[string, CaseResult['answers']]>([
    ['held back, whatever it sends', { 429: 1_000, 503: 10 }],
    ['cut off', { ECONNRESET: 5 }],
    ['not answered', {}],
    ['answered otherwise once in ten times', { 401: 9, 404: 1 }],
  ])('may be %s', (_, answers) => {
    expect(judge({ ...RESULT, answers }, quietP99([RESULT])).faults).toEqual([]);
  });

  test.each<[string, Partial<CaseResult>, string[]]>([
    ['a process died', { processes: [{ ...proxy, deaths: 1 }, ingest] }, ['killed: proxy']],
    ['one was silent', { processes: [proxy, { ...ingest, silenceMs: 1_001 }] }, ['silent: ingest-api']],
    ['one was nearly full', { processes: [proxy, { ...ingest, memoryShare: 0.8 }] }, ['memory: ingest-api']],
    ['nobody knows what it did', { answers: null }, ['the attacker did not come to its end']],
    [
      'it was refused for something else than what it attacks',
      { expected: [200, 201], answers: { 200: 8, 400: 3, 404: 1, 429: 500, ECONNRESET: 9 } },
      ['attacks something else: answered 400 instead of 200 or 201'],
    ],
    [
      'it was to read no answer, and did',
      { expected: [], answers: { 404: 1 } },
      ['attacks something else: answered 404 instead of nothing'],
    ],
    ['others had to wait', { attacked: [window(25)] }, ['ingest p99', 'delivery p99']],
    [
      'others were refused',
      { attacked: [{ ingestP99Ms: Number.POSITIVE_INFINITY, deliveryP99Ms: 1, refused: 3 }] },
      ["refused 3 of the victim's alerts", 'ingest p99'],
    ],
  ])('did harm where %s', (_, changed, faults) => {
    const result = { ...RESULT, ...changed };
    expect(judge(result, quietP99([result])).faults).toEqual(faults);
  });
});

testWhen(
  test,
  existsSync('/proc/self/autogroup'),
  'sessions have no shares of the processor here (no /proc/self/autogroup)',
)(
  'what is to have little of the processor has it as a session too, where nice alone says nothing',
  async () => {
    const [command = '', ...args] = [...lowPriority(6), '/bin/sh', '-c', 'cat /proc/self/autogroup; nice'];
    const child = await startChild({ command, args, env: { PATH: process.env.PATH } });
    expect((await child.exited).code).toBe(0);
    expect(child.stdout()).toMatch(/^\/autogroup-\d+ nice 6\n6\n$/);
  },
);

testWhen(
  test,
  isBuilt,
  'the attack program needs the built services (pnpm build)',
)('the program starts everything under its limits, attacks, and says what became of it', async () => {
  const run = await startProcess({
    entry: ENTRY,
    args: ['wrong-keys', '--seconds', '1', '--alerts', '100', '--json'],
    env: {
      TOCSIN_TEST_DATABASE_URL: process.env.TOCSIN_TEST_DATABASE_URL,
      TOCSIN_TEST_REDIS_URL: process.env.TOCSIN_TEST_REDIS_URL,
    },
  });
  const { code } = await run.exited;
  // 1 where the machine was too busy for its victim; anything else is a fault of the program.
  expect({ code, stderr: run.stderr() }).toMatchObject({ code: expect.any(Number) });
  expect(code).toBeLessThan(2);
  const { cases } = JSON.parse(run.stdout()) as { cases: Verdict[] };
  expect(cases).toHaveLength(1);
  const [verdict] = cases as [Verdict];
  expect(verdict).toMatchObject({ name: 'wrong-keys', deaths: 0 });
  expect(verdict.answers?.['401']).toBeGreaterThan(0);
  expect(verdict.memoryShare).toBeGreaterThan(0);
  expect(verdict.memoryShare).toBeLessThan(0.8);
});
