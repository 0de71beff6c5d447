import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { ProblemError, problemDocument } from '@tocsin/contract';
import { type EarlyListening, listenEarly, PortTakenError } from '@tocsin/http';
import { errorText } from '../output/error-text.ts';
import { UsageError } from '../usage-error.ts';

/** What is served while the rest is being started: a client waits as for a restarting server. */
const answerStarting: RequestListener = (_, response) => {
  const problem = new ProblemError('unavailable', { detail: 'Tocsin is starting.' });
  response
    .writeHead(problem.status, {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'retry-after': '1',
      'x-request-id': randomUUID(),
      connection: 'close',
    })
    .end(JSON.stringify(problemDocument(problem)));
};

/**
 * Takes the port; until `open` is called, requests are answered 503 `unavailable`.
 *
 * @param address a port of 0 takes a free one
 * @throws UsageError if it cannot be bound
 */
export async function bindPort({ port, host }: { port: number; host: string }): Promise<EarlyListening> {
  try {
    return await listenEarly(answerStarting, { port, host });
  } catch (error) {
    throw new UsageError(refusal(error, port, host), { cause: error });
  }
}

function refusal(error: unknown, port: number, host: string): string {
  if (!(error instanceof PortTakenError)) return `Cannot listen on ${host}:${port}: ${errorText(error)}.`;
  const other = port > 60_000 ? port - 1_000 : port + 1_000;
  return `Port ${port} on ${host} is taken by another process. Choose another: \`npm start -- --port ${other}\`, or \`tocsin up --port ${other}\`.`;
}
