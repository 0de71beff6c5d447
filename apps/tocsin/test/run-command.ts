import { type ChildProcess, spawn } from 'node:child_process';
import { PassThrough, Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../src/program.ts';

export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  env?: Record<string, string>;
  stdin?: string | Buffer | Readable;
  /** Makes standard output and error a terminal of this width. */
  columns?: number;
  /** Stands for the first Ctrl-C. */
  stop?: AbortSignal;
  /** Sees standard output as it comes. */
  onStdout?: (text: string) => void;
  onStderr?: (text: string) => void;
  now?: Date;
}

function capture(columns: number | undefined, onText: ((text: string) => void) | undefined) {
  const stream: PassThrough & { isTTY?: boolean; columns?: number } = new PassThrough();
  if (columns !== undefined) Object.assign(stream, { isTTY: true, columns });
  const captured = { stream, text: '' };
  stream.on('data', (chunk: Buffer) => {
    captured.text += chunk.toString();
    onText?.(chunk.toString());
  });
  return captured;
}

/** Standard input of somebody at a terminal, who types this. */
export function typing(text: string): Readable {
  return Object.assign(Readable.from([Buffer.from(text)]), { isTTY: true });
}

/** Runs a command in this process, its streams caught. Only what `env` gives is in its environment. */
export async function runCommand(words: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
  const stdout = capture(options.columns, options.onStdout);
  const stderr = capture(options.columns, options.onStderr);
  const { stdin = '' } = options;
  const code = await runProgram(words, {
    stdin: stdin instanceof Readable ? stdin : Readable.from([Buffer.from(stdin)]),
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: { TOCSIN_DATA_DIR: '/nonexistent', ...options.env },
    now: () => options.now ?? new Date(),
    catchSignals: () => ({
      stop: options.stop ?? new AbortController().signal,
      abort: new AbortController().signal,
      release: () => undefined,
    }),
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** Starts the real program in a process of its own. */
export function spawnTocsin(words: readonly string[], env: Record<string, string> = {}) {
  const args = ['--conditions=@tocsin/source', '--no-warnings', MAIN, ...words];
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  return spawn(process.execPath, args, {
    env: { PATH, NODE_COMPILE_CACHE, TOCSIN_DATA_DIR: '/nonexistent', ...env },
    stdio: 'pipe',
  });
}

export interface RunTocsinOptions {
  env?: Record<string, string>;
  stdin?: string;
  /** Given the process, to end it where it does not end by itself. */
  onSpawn?: (child: ChildProcess) => void;
}

/** Runs the real program to its end. */
export async function runTocsin(
  words: readonly string[],
  options: RunTocsinOptions = {},
): Promise<CommandResult> {
  const child = spawnTocsin(words, options.env);
  options.onSpawn?.(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}
