/** A receiver that costs little: it reads each POST, notes when it came, and answers 200. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monotonicMs } from '../../harness/monotonic-time.ts';
import type { ReceiverCommand, ReceiverMessage } from './receiver-messages.ts';

const ALERT_ID = Buffer.from('"alertId":"');
const QUOTE = '"'.charCodeAt(0);

let answerAfterMs = 0;
let answer: string | Buffer = 'ok';
let count = 0;
let arrivals: [alertId: string, at: number][] = [];
/** Counts that somebody waits for. */
const waiting = new Set<number>();

const say = (message: ReceiverMessage) => process.send?.(message);

/** Without parsing: the body's first alert id. */
function alertIdOf(body: Buffer): string {
  const from = body.indexOf(ALERT_ID) + ALERT_ID.length;
  return body.toString('latin1', from, body.indexOf(QUOTE, from));
}

function take(request: IncomingMessage, response: ServerResponse): void {
  let first: Buffer | undefined;
  request
    .on('data', (chunk: Buffer) => {
      first ??= chunk;
    })
    .on('end', () => {
      count += 1;
      if (first !== undefined) arrivals.push([alertIdOf(first), monotonicMs()]);
      if (waiting.delete(count)) say({ kind: 'reached', count });
      if (answerAfterMs > 0) setTimeout(() => response.end(answer), answerAfterMs);
      else response.end(answer);
    })
    .on('error', () => {});
  // Who has read enough of an answer may leave.
  response.on('error', () => {});
}

const server = createServer(take);
server.keepAliveTimeout = 60_000;

process.on('message', (command: ReceiverCommand) => {
  switch (command.kind) {
    case 'answer-after':
      answerAfterMs = command.ms;
      return;
    case 'answer-with':
      answer = Buffer.alloc(command.bytes, 'x');
      return;
    case 'count':
      say({ kind: 'counted', count });
      return;
    case 'take':
      say({ kind: 'taken', arrivals });
      arrivals = [];
      return;
    case 'reach':
      if (count >= command.count) say({ kind: 'reached', count: command.count });
      else waiting.add(command.count);
  }
});
process.on('disconnect', () => process.exit(0));
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () =>
  say({ kind: 'listening', port: (server.address() as AddressInfo).port }),
);
