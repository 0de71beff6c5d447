/**
 * `npm start`: installs, builds and runs `tocsin up --demo`, with nothing but Node 20 and npm on the machine.
 * Arguments are passed on: `npm start -- --port 9000`.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { runChild } from './run-child.mjs';
import { runStep } from './run-step.mjs';
import { checkNode, fail, pinnedEnvironment, pinnedNode, pnpm, root } from './toolchain.mjs';

const PREPARATION = [
  ['Installing packages', pnpm('install', '--frozen-lockfile'), 'the npm registry, which needs a network'],
  ['Building', pnpm('exec', 'turbo', 'run', 'build', '--output-logs=errors-only')],
];

checkNode();
for (const [title, run, waitsFor] of PREPARATION) {
  const code = await runStep(title, run, waitsFor);
  if (code !== 0) process.exit(code);
}
const main = path.join(root, 'apps', 'tocsin', 'dist', 'main.js');
if (!existsSync(main)) fail(`${main} is missing, although the build succeeded.`);
process.exitCode = await runChild({
  command: pinnedNode(),
  args: [main, 'up', '--demo', ...process.argv.slice(2)],
  env: pinnedEnvironment(),
});
