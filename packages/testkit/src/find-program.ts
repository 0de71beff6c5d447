import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The first executable of that name on the PATH, or null. */
export async function findProgram(name: string, searchPath: string | undefined): Promise<string | null> {
  for (const folder of (searchPath ?? '').split(path.delimiter)) {
    if (folder !== '' && (await isExecutable(path.join(folder, name)))) return path.join(folder, name);
  }
  return null;
}

export async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** The version that `<program> --version` prints, as `15.18`, or null. */
export async function versionOf(program: string): Promise<string | null> {
  const { stdout } = await run(program, ['--version']);
  return /(?:v=|\s)(\d+(?:\.\d+)+)/.exec(stdout)?.[1] ?? null;
}
