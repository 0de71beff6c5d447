import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { ReceiverCommand, ReceiverMessage } from './receiver-messages.ts';

/** One receiver for all destinations, in a process of its own, which tells nothing while it is measured. */
export interface BenchmarkReceiver {
  pid: number;
  urlOf(destination: string): string;
  answerAfter(ms: number): void;
  /** With so many bytes, from now on. */
  answerWith(bytes: number): void;
  /** How many POSTs have come since its start. */
  count(): Promise<number>;
  /** Resolves once so many POSTs have come since its start. @throws Error where they do not come in time */
  reached(count: number, timeoutMs: number): Promise<void>;
  /** Alerts, and when their POSTs came, in monotonic milliseconds; those since it was asked last. */
  take(): Promise<[alertId: string, at: number][]>;
  close(): Promise<void>;
}

const ANSWER_MS_MAX = 60_000;

type Kind = ReceiverMessage['kind'];
type MessageOf<K extends Kind> = Extract<ReceiverMessage, { kind: K }>;

export async function startBenchmarkReceiver(): Promise<BenchmarkReceiver> {
  const child = fork(path.resolve(import.meta.dirname, 'receiver-process.ts'), {
    execArgv: ['--conditions=@tocsin/source', '--no-warnings'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // A Ctrl-C is for the run, which closes it.
    detached: true,
    serialization: 'advanced',
  });
  const { port } = await messageOf(child, 'listening', ANSWER_MS_MAX);
  const order = (command: ReceiverCommand) => void child.send(command);
  async function ask<K extends Kind>(command: ReceiverCommand, kind: K, timeoutMs = ANSWER_MS_MAX) {
    const answer = messageOf(child, kind, timeoutMs);
    order(command);
    return answer;
  }
  return {
    pid: child.pid ?? 0,
    urlOf: (destination) => `http://127.0.0.1:${port}/${destination}`,
    answerWith: (bytes) => order({ kind: 'answer-with', bytes }),
    answerAfter: (ms) => order({ kind: 'answer-after', ms }),
    count: async () => (await ask({ kind: 'count' }, 'counted')).count,
    reached: async (count, timeoutMs) => void (await ask({ kind: 'reach', count }, 'reached', timeoutMs)),
    take: async () => (await ask({ kind: 'take' }, 'taken')).arrivals,
    async close() {
      const exited = once(child, 'close');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The next message of a kind. One question is asked at a time. */
async function messageOf<K extends Kind>(
  child: ChildProcess,
  kind: K,
  timeoutMs: number,
): Promise<MessageOf<K>> {
  const signal = AbortSignal.timeout(timeoutMs);
  for (;;) {
    const [message] = (await once(child, 'message', { signal }).catch((error: unknown) => {
      throw new Error(`The receiver did not say '${kind}' within ${timeoutMs} ms`, { cause: error });
    })) as [ReceiverMessage];
    if (message.kind === kind) return message as MessageOf<K>;
  }
}
