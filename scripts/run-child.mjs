import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { root } from './toolchain.mjs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** One Ctrl-C can arrive twice: from the terminal, and once more from npm. */
const SAME_SIGNAL_MS = 1_000;

/** How often a script that npm runs looks whether npm is still there. */
const PARENT_CHECK_MS = 500;

/** Ends the child in its own way when this script is gone without having been able to pass a signal on. */
const WATCH = `trap '' INT TERM HUP
if read -r _; then exit 0; fi
kill -s TERM -- "$1" 2>/dev/null`;

/**
 * Runs a command and waits for its end, passing each signal on exactly once. The child gets a process group of its
 * own: otherwise a Ctrl-C in the terminal would reach it and everything it has started, its database included, before
 * and besides being passed on, and a second signal means to stop at once.
 *
 * @param {{ command: string, args: string[], env?: NodeJS.ProcessEnv, stdio?: import('node:child_process').StdioOptions,
 *   signalGroup?: boolean, onStart?: (child: import('node:child_process').ChildProcess) => void }} options
 *   `signalGroup`: signals go to all that the command has started, for commands that don't pass them on
 * @returns {Promise<number>} the exit code as a shell would give it: 128 + n after signal n
 */
export async function runChild({
  command,
  args,
  env = process.env,
  stdio = 'inherit',
  signalGroup,
  onStart,
}) {
  const isWindows = process.platform === 'win32';
  const child = spawn(command, args, { cwd: root, env, stdio, detached: !isWindows, shell: isWindows });
  const release = isWindows ? () => {} : guard(child, signalGroup);
  onStart?.(child);

  let passedOnAt = Number.NEGATIVE_INFINITY;
  const passOn = (signal) => {
    if (performance.now() - passedOnAt < SAME_SIGNAL_MS) return;
    passedOnAt = performance.now();
    if (signalGroup && !isWindows) killGroup(child.pid, signal);
    else child.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, passOn);
  const parentCheck = watchForOrphaning(() => passOn('SIGTERM'));
  try {
    const [code, signal] = await once(child, 'close');
    return code ?? 128 + constants.signals[signal];
  } finally {
    for (const signal of SIGNALS) process.off(signal, passOn);
    clearInterval(parentCheck);
    release();
  }
}

/** A signal can end npm, and the shell it runs scripts in, without reaching the script itself. */
function watchForOrphaning(onOrphaned) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  const check = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(check);
    onOrphaned();
  }, PARENT_CHECK_MS);
  return check;
}

function killGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has just ended.
  }
}

function guard(child, signalGroup) {
  if (child.pid === undefined) return () => {};
  const dog = spawn('/bin/sh', ['-c', WATCH, 'tocsin-watchdog', `${signalGroup ? -child.pid : child.pid}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  dog.on('error', () => {});
  dog.stdin.on('error', () => {});
  dog.unref();
  dog.stdin.unref();
  return () => dog.stdin.end('released\n');
}
