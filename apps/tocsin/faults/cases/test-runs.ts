import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startChild } from '@tocsin/testkit';
import type { MeasuredCase } from '../../harness/cases/case.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const JEST = path.join(ROOT, 'node_modules/jest/bin/jest.js');

interface TestRun {
  id: string;
  part: string;
  promise: string;
  /** Files or folders of tests that show it. */
  tests: readonly string[];
  env?: Record<string, string>;
  /** How many tests there have to be at least. */
  least: number;
}

/** Guarantees that a test of the repository holds: it is run, and its result is the figure. */
const RUNS: readonly TestRun[] = [
  {
    ...{ id: 'G5', part: 'model', least: 1, tests: ['apps/status-service/test/model'] },
    promise: "attempts, states and delays of 1,000 random sequences equal the model's",
    env: { TOCSIN_MODEL_SEQUENCES: '1000' },
  },
  {
    ...{ id: 'G6', part: 'addresses', least: 30, tests: ['packages/egress/test', 'packages/egress/src'] },
    promise:
      'every forbidden address is refused with no socket opened, and every allowed one is connected to',
  },
  {
    ...{
      id: 'G7',
      part: 'input',
      least: 20,
      tests: ['apps/tocsin/test/bad-input.test.ts', 'apps/tocsin/test/bad-queries.test.ts'],
    },
    promise: 'bad input is never answered 5xx, and nothing of it is stored',
  },
  {
    ...{ id: 'G11', part: 'canary', least: 5, tests: ['apps/tocsin/test/canary.test.ts'] },
    promise: 'a secret that the receiver echoes is in no log, answer, page or key',
  },
];

interface JestReport {
  numPassedTests: number;
  numFailedTests: number;
  numFailedTestSuites: number;
  testResults: { assertionResults: { fullName: string; status: string }[] }[];
}

function testRunCase({ id, part, promise, tests, env = {}, least }: TestRun): MeasuredCase {
  return {
    name: `tests-${id}`,
    about: `by tests: ${tests.join(', ')}`,
    claims: [{ id, part, promise, unit: 'failed tests', target: 0 }],
    async run({ keep, isShort, say }) {
      const folder = await keep(mkdtemp(path.join(os.tmpdir(), 'tocsin-case-tests-')), (one) =>
        rm(one, { recursive: true, force: true }),
      );
      const output = path.join(folder, 'report.json');
      const options = ['--json', `--outputFile=${output}`, '--maxWorkers=1', '--silent'];
      const jest = await keep(
        startChild({
          command: process.execPath,
          args: [
            ...['--experimental-vm-modules', '--conditions=@tocsin/source', '--no-warnings', JEST],
            ...[...tests, ...options],
          ],
          env: { ...process.env, ...(isShort ? {} : env) },
          cwd: ROOT,
        }),
        async (one) => void (await one.stop('SIGTERM', 10_000)),
      );
      await jest.exited;
      const report = JSON.parse(await readFile(output, 'utf8')) as JestReport;
      const failed = report.testResults.flatMap(({ assertionResults }) =>
        assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
      );
      say(`${report.numPassedTests} passed, ${report.numFailedTests} failed`);
      return [
        {
          figure: Math.max(report.numFailedTests, report.numFailedTestSuites),
          ...{ struck: report.numPassedTests, struckMin: least },
          broken: failed.slice(0, 5),
          detail: { tests, passed: report.numPassedTests },
        },
      ];
    },
  };
}

export const TEST_RUNS: readonly MeasuredCase[] = RUNS.map(testRunCase);
