#!/usr/bin/env node
// Nothing is imported before this: on an older Node, loading the rest fails with a riddle.
const NODE_MAJOR_MIN = 22;

if (Number.parseInt(process.versions.node, 10) < NODE_MAJOR_MIN) {
  process.stderr.write(
    `Tocsin needs Node ${NODE_MAJOR_MIN} or later; this is ${process.version}. From a checkout, \`npx --yes pnpm tocsin\` runs on the right one.\n`,
  );
  process.exitCode = 1;
} else {
  await import('./run.ts');
}

export {};
