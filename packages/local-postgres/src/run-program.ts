import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Account } from './account.ts';

export interface Finished {
  code: number;
  /** Everything it printed. */
  output: string;
}

/**
 * Runs one of Postgres's programs to its end. Its output goes to a file: a server that it leaves behind inherits the
 * output, and a pipe would stay open as long as that server lives.
 */
export async function runPostgresProgram(
  file: string,
  args: string[],
  account: Account | undefined,
): Promise<Finished> {
  const outputFile = path.join(os.tmpdir(), `tocsin-postgres-${process.pid}-${performance.now()}.out`);
  const output = openSync(outputFile, 'wx', 0o600);
  try {
    const code = await new Promise<number>((resolve, reject) => {
      const child = spawn(file, args, {
        ...account,
        cwd: '/',
        // A group of its own: Ctrl-C in the terminal must not reach the server before Tocsin has drained.
        detached: true,
        env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
        stdio: ['ignore', output, output],
      });
      child.once('error', reject);
      child.once('exit', (exitCode) => resolve(exitCode ?? 1));
    });
    return { code, output: readFileSync(outputFile, 'utf8') };
  } finally {
    closeSync(output);
    rmSync(outputFile, { force: true });
  }
}
