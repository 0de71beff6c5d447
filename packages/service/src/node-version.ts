// Nothing is imported here: on an older Node, the rest fails with an obscure error.
const NODE_MAJOR_MIN = 22;

/**
 * Loads a program on a Node that it can run on; on an older one, a line says what it needs, and the exit code is 1.
 *
 * @param load imports the program, which runs by that
 * @param otherwise how to run it on the right one from a checkout, after `npx --yes pnpm`
 */
export async function loadOnSupportedNode(load: () => Promise<unknown>, otherwise: string): Promise<void> {
  if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR_MIN) {
    await load();
    return;
  }
  process.stderr.write(
    `Tocsin needs Node ${NODE_MAJOR_MIN} or later; this is ${process.version}. From a checkout, \`npx --yes pnpm ${otherwise}\` runs on the right one.\n`,
  );
  process.exitCode = 1;
}
