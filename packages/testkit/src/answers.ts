import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** One request that is waiting for its answer. */
export interface OpenExchange {
  response: ServerResponse;
  socket: Socket;
}

/** An answer as a well-behaved receiver gives it. */
export interface PlainAnswer {
  /** 200 unless told. */
  status?: number;
  headers?: Record<string, string | string[]>;
  /** What is neither text nor bytes is sent as JSON. */
  body?: string | Uint8Array | object;
}

/** A receiver's faulty behaviour instead of an answer. */
export interface Fault {
  fault(exchange: OpenExchange): void;
}

export type Answer = PlainAnswer | Fault;

export function giveAnswer(answer: Answer, exchange: OpenExchange): void {
  if ('fault' in answer) answer.fault(exchange);
  else sendPlain(answer, exchange.response);
}

function sendPlain({ status = 200, headers = {}, body = '' }: PlainAnswer, response: ServerResponse): void {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  response.writeHead(status, isRaw ? headers : { 'content-type': 'application/json', ...headers });
  response.end(isRaw ? body : JSON.stringify(body));
}
