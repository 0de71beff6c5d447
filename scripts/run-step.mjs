import { runChild } from './run-child.mjs';
import { say } from './toolchain.mjs';

/** How often a step that takes long says that it is still at it. */
const HEARTBEAT_MS = 15_000;

/**
 * Runs one step of preparation quietly: a line when it begins and one when it has ended. What it prints is kept and
 * shown only if it fails.
 *
 * @param {string} title - what is done, as `Installing packages`
 * @param {string} waitsFor - what a long wait is for, as `the npm registry`
 * @param {{ command: string, args: string[], env?: NodeJS.ProcessEnv }} run
 * @returns {Promise<number>} its exit code
 */
export async function runStep(title, run, waitsFor = 'its end') {
  const startedAt = performance.now();
  const elapsed = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  const output = [];
  say(`${title} …`);
  const heartbeat = setInterval(
    () => say(`  still at it after ${elapsed()}, waiting for ${waitsFor}`),
    HEARTBEAT_MS,
  );
  try {
    const code = await runChild({
      ...run,
      stdio: ['ignore', 'pipe', 'pipe'],
      signalGroup: true,
      onStart(child) {
        for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
      },
    });
    if (code === 0) {
      say(`  done in ${elapsed()}`);
    } else {
      process.stderr.write(Buffer.concat(output));
      say(`${title}: failed after ${elapsed()} (exit code ${code}: ${[run.command, ...run.args].join(' ')})`);
    }
    return code;
  } catch (error) {
    say(`${title}: could not be run: ${error.message}`);
    return 127;
  } finally {
    clearInterval(heartbeat);
  }
}
