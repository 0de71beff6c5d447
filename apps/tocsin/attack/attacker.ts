import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { createRandomNumbers } from '@tocsin/testkit';

export interface AttackRequest {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: Buffer;
  /** Instead of the attacker's own key; null sends none. */
  key?: string | null;
}

/** What an attacker's line carries in a second: 100 Mbit. Over the loopback it would be the machine that gives out. */
const BYTES_PER_SECOND = 12_500_000;

/** What an attack attacks with. Whatever is answered is counted. */
export interface Attacker {
  readonly host: string;
  readonly port: number;
  readonly key: string | null;
  /** Aborted when the attack is over. */
  readonly signal: AbortSignal;
  /** A number from 0 to 1, by the run's seed. */
  random(): number;
  /** Sends a request and reads its answer; a fault is counted under its code. */
  send(request: AttackRequest): Promise<void>;
  /** Opens a connection and writes; answers are counted by their status lines unless nothing is to be read. */
  open(bytes: string | Buffer, options?: { isRead?: boolean }): Promise<Socket>;
  /** Does a task again and again, so many times side by side, until the attack is over. */
  repeat(parallel: number, task: (n: number) => Promise<unknown>): Promise<void>;
  /** Waits, at most until the attack is over. */
  pause(ms: number): Promise<void>;
  /** Waits until the line has carried so many bytes more; `send` and `open` do so by themselves. */
  carry(bytes: number): Promise<void>;
  count(answer: string): void;
}

export interface AttackerOptions {
  url: string;
  key: string | null;
  seed: number;
  signal: AbortSignal;
  count: (answer: string) => void;
}

export function createAttacker({ url, key, seed, signal, count }: AttackerOptions): Attacker {
  const { hostname: host, port: portText } = new URL(url);
  const port = Number(portText);
  const agent = new Agent({ keepAlive: true, maxSockets: 1_000 });
  const random = createRandomNumbers(seed);
  /** What is done at the end. One listener for all: thousands on one signal are searched through at each change. */
  const endings = new Set<() => void>();
  signal.addEventListener('abort', () => {
    for (const end of endings) end();
  });

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        endings.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      endings.add(end);
      if (signal.aborted) end();
    });
  }

  /** Until when the line is taken. */
  let takenUntil = 0;
  function carry(bytes: number): Promise<void> {
    const now = performance.now();
    takenUntil = Math.max(takenUntil, now) + (bytes * 1_000) / BYTES_PER_SECOND;
    return takenUntil - now < 1 ? Promise.resolve() : pause(takenUntil - now);
  }

  return {
    ...{ host, port, key, signal, random, count, pause, carry },
    send: async ({ method = 'GET', path, headers = {}, body, key: other = key }) => {
      await carry(body?.length ?? 0);
      return new Promise((resolve) => {
        const sent = request({ host, port, agent, method, path, signal }, (response) => {
          count(`${response.statusCode}`);
          response.resume().on('close', () => resolve());
        });
        sent.on('error', (error: NodeJS.ErrnoException) => {
          if (!signal.aborted) count(error.code ?? error.name);
          resolve();
        });
        if (other !== null) sent.setHeader('authorization', `Bearer ${other}`);
        for (const [name, value] of Object.entries(headers)) sent.setHeader(name, value);
        if (body !== undefined) sent.setHeader('content-length', body.length);
        sent.end(body);
      });
    },
    open: async (bytes, { isRead = true } = {}) => {
      await carry(bytes.length);
      return new Promise((resolve) => {
        const socket = connect(port, host);
        const end = () => socket.destroy();
        endings.add(end);
        if (signal.aborted) end();
        socket.on('error', (error: NodeJS.ErrnoException) => {
          if (!signal.aborted) count(error.code ?? error.name);
        });
        socket.once('close', () => {
          endings.delete(end);
          resolve(socket);
        });
        socket.once('connect', () => {
          socket.write(bytes);
          resolve(socket);
        });
        if (isRead) socket.on('data', (chunk) => countStatusLines(chunk.toString('latin1'), count));
      });
    },
    async repeat(parallel, task) {
      const loop = async (_: unknown, n: number) => {
        while (!signal.aborted) await task(n);
      };
      await Promise.all(Array.from({ length: parallel }, loop));
    },
  };
}

function countStatusLines(text: string, count: (answer: string) => void): void {
  for (const [, status] of text.matchAll(/HTTP\/1\.[01] (\d{3}) /g)) count(`${status}`);
}
