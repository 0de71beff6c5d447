import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { guard } from './watchdog.ts';

export interface ChildOptions {
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd?: string;
  /** The user and group to run as, where this process may choose. */
  identity?: { uid: number; gid: number };
  /** What the watchdog sends when this process is gone; SIGKILL unless told. */
  orphanSignal?: NodeJS.Signals;
  /** A folder that belongs to the child, removed by the watchdog after it. */
  folder?: string;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Child {
  pid: number;
  /** Its end, once all that it wrote has been read (or `OUTPUT_WAIT_MS` later, where others hold its streams open). */
  exited: Promise<Exit>;
  hasExited(): boolean;
  /** What it has written so far; of each stream the last million characters. */
  stdout(): string;
  stderr(): string;
  /** Resolves when either stream has matched; rejects when the child ends first or takes longer. */
  waitForOutput(pattern: RegExp, timeoutMs: number): Promise<void>;
  /** Sends the signal to this process alone (not to its group) and waits for its end. */
  kill(signal: NodeJS.Signals): Promise<Exit>;
  /** Sends the signal, and after `timeoutMs` SIGKILL. */
  stop(signal: NodeJS.Signals, timeoutMs: number): Promise<Exit>;
}

const CHARACTERS_KEPT = 1_000_000;
/** How long an ended process's output is waited for: its own children may keep the streams open. */
const OUTPUT_WAIT_MS = 1_000;

/**
 * Starts a process with captured output, in a process group of its own, so that a Ctrl-C for the tests does not reach
 * it directly. It ends with this process at the latest.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { command, args, env, cwd, identity, orphanSignal = 'SIGKILL', folder } = options;
  const child = spawn(command, args, {
    env,
    cwd,
    ...identity,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  await once(child, 'spawn');
  const pid = child.pid as number;
  const release = guard({ pid, signal: orphanSignal, folder });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] = (output[stream] + text).slice(-CHARACTERS_KEPT);
    });
  }
  let hasExited = false;
  let isClosed = false;
  child.once('close', () => {
    isClosed = true;
  });
  const closed = once(child, 'close');
  const exited = once(child, 'exit').then(async ([code, signal]): Promise<Exit> => {
    hasExited = true;
    release();
    await Promise.race([closed, delay(OUTPUT_WAIT_MS, undefined, { ref: false })]);
    return { code, signal };
  });

  async function kill(signal: NodeJS.Signals): Promise<Exit> {
    if (!hasExited) child.kill(signal);
    return exited;
  }

  return {
    pid,
    exited,
    hasExited: () => hasExited,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    kill,
    async stop(signal, timeoutMs) {
      const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
      const exit = await kill(signal);
      clearTimeout(timer);
      return exit;
    },
    waitForOutput(pattern, timeoutMs) {
      return new Promise((resolve, reject) => {
        const fail = (what: string) =>
          finish(new Error(`${command} ${what}: ${lastLines(output.stdout + output.stderr)}`));
        const timer = setTimeout(() => fail(`did not print ${pattern} within ${timeoutMs} ms`), timeoutMs);
        const look = () => {
          if (pattern.test(output.stdout) || pattern.test(output.stderr)) finish();
        };
        // 'close' comes after the last of the output, 'exit' may come before it.
        const onClose = () => fail('ended');
        function finish(error?: Error): void {
          clearTimeout(timer);
          child.stdout.off('data', look);
          child.stderr.off('data', look);
          child.off('close', onClose);
          if (error === undefined) resolve();
          else reject(error);
        }
        child.stdout.on('data', look);
        child.stderr.on('data', look);
        child.once('close', onClose);
        look();
        if (isClosed) onClose();
      });
    },
  };
}

/** The end of a process's output on one line, for an error's message. */
export function lastLines(output: string): string {
  const lines = output.trim().split('\n').slice(-15);
  return lines.join(' | ') || 'it printed nothing';
}
