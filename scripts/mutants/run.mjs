/**
 * `pnpm mutants [WORD…]`: makes each fault of `mutations.ts` in turn, or those with a word in their name, and runs the
 * tests that should find it. Prints which did not.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { pinnedEnvironment, pinnedNode, root } from '../toolchain.mjs';
import { MUTATIONS } from './mutations.ts';

/** Where no test ran, the fault broke the sources: it shows nothing. */
const FOUND = /^Tests: +\d+ failed/m;

const words = process.argv.slice(2);
const chosen = MUTATIONS.filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
);

const survivors = chosen.filter((mutation) => {
  const started = performance.now();
  const isFound = runTests(mutation);
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stdout.write(`${isFound ? 'found   ' : 'SURVIVED'} ${mutation.name} (${seconds} s)\n`);
  return !isFound;
});
process.stdout.write(`${chosen.length - survivors.length} of ${chosen.length} faults found\n`);
process.exitCode = survivors.length === 0 && chosen.length > 0 ? 0 : 1;

function runTests({ name, tests }) {
  const { stdout, stderr } = spawnSync(
    pinnedNode(),
    [
      ...['--experimental-vm-modules', '--conditions=@tocsin/source', '--no-warnings'],
      ...[path.join(root, 'node_modules', 'jest', 'bin', 'jest.js'), '--bail', ...tests],
    ],
    {
      cwd: root,
      encoding: 'utf8',
      // Named examples find it, every time: what random sequences find is found by chance.
      env: { ...pinnedEnvironment(), TOCSIN_MUTATION: name, TOCSIN_MODEL_SEQUENCES: '0' },
      maxBuffer: 2 ** 28,
    },
  );
  return FOUND.test(stdout + stderr);
}
