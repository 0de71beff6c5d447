/** The receivers of all destinations as a process of its own, so that their work delays no measurement. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monotonicMs } from '../monotonic-time.ts';
import type { ArrivalNews } from './arrival.ts';
import { type Behaviour, type Reaction, react } from './behaviour.ts';

export type ReceiverOrder = { destination: string; behaviour: Behaviour };
export type ReceiverReport = { kind: 'listening'; port: number } | { kind: 'news'; news: ArrivalNews[] };

/** News go out in groups: one message each would cost as much as a request. */
const NEWS_MS = 20;

interface Destination {
  behaviour: Behaviour;
  total: number;
  /** Those that hang: each takes the reaction that comes at last. */
  held: Set<(reaction: Reaction) => void>;
}

const destinations = new Map<string, Destination>();
const attempts = new Map<string, number>();
let arrivals = 0;
let news: ArrivalNews[] = [];

const say = (report: ReceiverReport) => process.send?.(report);

function destinationOf(name: string): Destination {
  const one = destinations.get(name) ?? { behaviour: { kind: 'answer' }, total: 0, held: new Set() };
  destinations.set(name, one);
  return one;
}

function accept(request: IncomingMessage, response: ServerResponse, body: string): void {
  const now = monotonicMs();
  const name = (request.url ?? '').split('/').at(-1) ?? '';
  const one = destinationOf(name);
  const webhookId = String(request.headers['webhook-id']);
  const attempt = (attempts.get(webhookId) ?? 0) + 1;
  attempts.set(webhookId, attempt);
  one.total += 1;
  const number = arrivals;
  arrivals += 1;
  const { alertId } = JSON.parse(body) as { alertId: string };
  news.push(['arrived', number, now, name, alertId, webhookId, attempt]);
  let isOver = false;
  const end = (...what: ['answered', number] | ['broken']) => {
    if (isOver) return;
    isOver = true;
    one.held.delete(perform);
    news.push(
      what[0] === 'answered'
        ? ['answered', number, monotonicMs(), what[1]]
        : ['broken', number, monotonicMs()],
    );
  };
  response.on('close', () => end('broken'));
  response.on('error', () => {});

  function perform(reaction: Reaction): void {
    if (isOver) return;
    if (reaction.kind === 'hang') {
      one.held.add(perform);
      return;
    }
    one.held.delete(perform);
    const { status, headers, afterMs } = reaction;
    const write = () => {
      if (isOver) return;
      end('answered', status);
      response.writeHead(status, headers).end('ok');
    };
    if (afterMs > 0) setTimeout(write, afterMs);
    else write();
  }
  perform(react(one.behaviour, { now, attempt, total: one.total }));
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request
    .on('data', (chunk: Buffer) => chunks.push(chunk))
    .on('end', () => accept(request, response, Buffer.concat(chunks).toString()))
    .on('error', () => {});
});
server.keepAliveTimeout = 60_000;
server.requestTimeout = 0;

process.on('message', ({ destination, behaviour }: ReceiverOrder) => {
  const one = destinationOf(destination);
  one.behaviour = behaviour;
  if (behaviour.kind === 'hang') return;
  const held = [...one.held];
  one.held.clear();
  for (const perform of held) perform(react(behaviour, { now: monotonicMs(), attempt: 1, total: 1 }));
});
process.on('disconnect', () => process.exit(0));
setInterval(() => {
  if (news.length === 0) return;
  say({ kind: 'news', news });
  news = [];
}, NEWS_MS);
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () =>
  say({ kind: 'listening', port: (server.address() as AddressInfo).port }),
);
