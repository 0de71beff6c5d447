import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

export interface Guarded {
  pid: number;
  /** The signal that ends it once this process is gone. */
  signal: NodeJS.Signals;
  /** Removed once the process is gone. */
  folder?: string;
}

/**
 * Reads from a pipe that this process holds. A line means that the guarded process was ended as it should be. The
 * pipe's end means that this process is gone, however it ended: after a SIGKILL only the kernel reports that.
 */
const WATCH = `trap '' INT TERM HUP
if read -r _; then exit 0; fi
kill -s "$1" "$2" 2>/dev/null
tries=0
while kill -0 "$2" 2>/dev/null && [ "$tries" -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
kill -s KILL "$2" 2>/dev/null
if [ -n "$3" ]; then rm -rf -- "$3"; fi`;

/**
 * Sees to it that a process doesn't outlive this one, even if this one is killed. It does not keep this process alive.
 *
 * @returns what to call once the guarded process has ended
 */
export function guard({ pid, signal, folder = '' }: Guarded): () => void {
  const dog = spawn(
    '/bin/sh',
    ['-c', WATCH, 'tocsin-watchdog', signal.replace(/^SIG/, ''), `${pid}`, folder],
    {
      stdio: ['pipe', 'ignore', 'ignore'],
      // A group of its own: a Ctrl-C in the terminal must not end it first.
      detached: true,
    },
  );
  dog.on('error', () => {});
  dog.stdin.on('error', () => {});
  dog.unref();
  (dog.stdin as unknown as Socket).unref();
  return () => {
    dog.stdin.end('released\n');
  };
}
