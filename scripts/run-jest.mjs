import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runChild } from './run-child.mjs';
import { pinnedEnvironment, pinnedNode, root } from './toolchain.mjs';

/**
 * Runs jest on the pinned Node, with its usual output.
 *
 * @param {string[]} args - for jest
 * @returns {Promise<{ code: number, totals: { passed: number, failed: number, skipped: number } | null }>} `totals` is
 *   null where jest didn't get as far as running tests
 */
export async function runJest(args) {
  const folder = await mkdtemp(path.join(tmpdir(), 'tocsin-totals-'));
  const file = path.join(folder, 'totals.json');
  try {
    const code = await runChild({
      command: pinnedNode(),
      args: [
        '--experimental-vm-modules',
        // For the threads that the code under test starts.
        '--conditions=@tocsin/source',
        '--no-warnings',
        path.join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
        ...args,
        // Last, since jest takes every word after it for the name of a reporter.
        '--reporters=default',
        `--reporters=${path.join(root, 'scripts', 'jest-totals-reporter.mjs')}`,
      ],
      // Its workers don't always end with it.
      signalGroup: true,
      env: { ...pinnedEnvironment(), TOCSIN_TEST_TOTALS_FILE: file },
    });
    const totals = await readFile(file, 'utf8').then(JSON.parse, () => null);
    return { code, totals };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The line that closes a test run, alone on its line and the last of the output. */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
