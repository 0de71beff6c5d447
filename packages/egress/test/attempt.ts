import { createHook } from 'node:async_hooks';
import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import type { ResolveAll } from '../src/guarded-lookup.ts';
import type { GuardedAgents } from '../src/index.ts';

/** What became of one request: an answer, or the error the request ended with. */
export interface Attempt {
  status: number | null;
  error: (NodeJS.ErrnoException & { address?: string; errors?: NodeJS.ErrnoException[] }) | null;
  /** Connection attempts the process made meanwhile, for whomever: each is one connect(2). */
  connects: number;
}

/** Makes one request through the agents and reads its answer to the end. */
export function attempt(
  url: string | URL,
  agents: Pick<GuardedAgents, 'http' | 'https'>,
  options: http.RequestOptions = {},
): Promise<Attempt> {
  let connects = 0;
  const hook = createHook({
    init(_id, type) {
      if (type === 'TCPCONNECTWRAP' || type === 'PIPECONNECTWRAP') connects += 1;
    },
  }).enable();

  return new Promise<Omit<Attempt, 'connects'>>((resolve) => {
    const isTls = new URL(url).protocol === 'https:';
    const request = (isTls ? https : http).request(url, {
      method: 'POST',
      agent: isTls ? agents.https : agents.http,
      ...options,
      ...(options.signal !== undefined && { connectionProgress: { signal: options.signal } }),
    } as http.RequestOptions);
    request.on('error', (error) => resolve({ status: null, error }));
    request.on('response', (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode ?? null, error: null }));
      response.on('error', (error) => resolve({ status: null, error }));
    });
    request.end('{}');
  }).then((result) => {
    hook.disable();
    return { ...result, connects };
  });
}

/** A resolver that gives one list of addresses after the other (the last for ever) and keeps what it was asked. */
export function scriptedResolver(...answers: string[][]): { resolve: ResolveAll; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    resolve: (hostname, _options, callback) => {
      const answer = answers[Math.min(asked.length, answers.length - 1)] ?? [];
      asked.push(hostname);
      setImmediate(() =>
        callback(
          null,
          answer.map((address) => ({ address, family: isIP(address) })),
        ),
      );
    },
  };
}
