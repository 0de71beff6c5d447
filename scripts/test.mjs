/**
 * `npm test`: installs, builds, checks types and style, and runs every test. Arguments are passed to jest:
 * `npm test -- packages/routing`. The tests run even if a check before them has failed; the exit code tells of both.
 */
import { closingLine, runJest } from './run-jest.mjs';
import { runStep } from './run-step.mjs';
import { checkNode, pnpm, say } from './toolchain.mjs';

const CHECKS = [
  [
    'Building and checking types',
    pnpm(
      ...['exec', 'turbo', 'run', 'build', 'typecheck', '//#typecheck:all'],
      ...['--output-logs=errors-only', '--continue'],
    ),
  ],
  ['Linting', pnpm('run', 'lint')],
];

checkNode();
const installed = await runStep(
  'Installing packages',
  pnpm('install', '--frozen-lockfile'),
  'the npm registry, which needs a network',
);
if (installed !== 0) process.exit(installed);

const failedChecks = [];
for (const [title, run] of CHECKS) {
  const code = await runStep(title, run);
  // Ended by a signal: then no tests are wanted either.
  if (code > 128) process.exit(code);
  if (code !== 0) failedChecks.push(title);
}
const { code, totals } = await runJest(process.argv.slice(2));
if (code > 128) process.exit(code);
for (const title of failedChecks) say(`Failed before the tests: ${title}`);
if (totals === null) say('Jest ended before it had run any test.');
else process.stdout.write(`${closingLine(totals)}\n`);
process.exitCode = code !== 0 || totals === null ? code || 1 : failedChecks.length > 0 ? 1 : 0;
