import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { percentile } from '@tocsin/testkit';

/** Alerts a second, each to this many destinations. */
const RATE = 10;
export const FAN_OUT = 3;

/** One alert of the victim's; times in milliseconds of one clock. */
interface Sent {
  sentAt: number;
  /** Null until it is answered 202; infinite where it was refused. */
  ingestMs: number | null;
  acceptedAt: number | null;
  arrivals: number[];
}

export interface VictimWindow {
  ingestP99Ms: number;
  deliveryP99Ms: number;
  /** Alerts that were not answered 202. */
  refused: number;
}

/** Somebody else, who sends what he always sends and has a right to what he always gets. */
export interface Victim {
  /** Where his destinations are. */
  receiverUrl: string;
  /** Begins to send, with this key, to this address. */
  start(url: string, key: string): void;
  /** What alerts that were sent between two moments met with. Those not delivered yet count with their age. */
  measure(from: number, to: number): VictimWindow;
  /** Alerts accepted and not delivered to all destinations yet. */
  open(): number;
  close(): Promise<void>;
}

export async function createVictim(run: string): Promise<Victim> {
  const sent = new Map<string, Sent>();
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  let timer: NodeJS.Timeout | undefined;
  let number = 0;

  const receiver = createServer((arrived, response) => {
    const chunks: Buffer[] = [];
    arrived
      .on('data', (chunk) => chunks.push(chunk))
      .on('end', () => {
        response.end('ok');
        const { alertId } = JSON.parse(Buffer.concat(chunks).toString()) as { alertId: string };
        sent.get(alertId)?.arrivals.push(performance.now());
      });
  });
  receiver.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));

  function send(url: URL, key: string): void {
    number += 1;
    const alertId = `victim-${run}-${number}`;
    const alert: Sent = { sentAt: performance.now(), ingestMs: null, acceptedAt: null, arrivals: [] };
    sent.set(alertId, alert);
    const answered = (status: number) => {
      const isAccepted = status === 202;
      alert.ingestMs = isAccepted ? performance.now() - alert.sentAt : Number.POSITIVE_INFINITY;
      if (isAccepted) alert.acceptedAt = performance.now();
    };
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const post = request(new URL('/v1/alerts', url), { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => answered(response.statusCode ?? 0));
    });
    post.on('error', () => answered(0));
    post.setTimeout(30_000, () => post.destroy());
    post.end(
      JSON.stringify({
        ...{
          alertId,
          id: 'Victim.Rule',
          createdAt: '2026-07-01T07:57:12Z',
          severity: 'CRITICAL',
          type: 'RULE',
        },
        ...{ title: `What the victim has to know, ${number}`, description: 'x'.repeat(600) },
      }),
    );
  }

  /** From its 202 to each arrival. An arrival before the 202 was read took no time. */
  function deliveryTimes({ acceptedAt, arrivals }: Sent): number[] {
    if (acceptedAt === null) return [];
    const now = performance.now();
    return Array.from({ length: FAN_OUT }, (_, n) => Math.max(0, (arrivals[n] ?? now) - acceptedAt));
  }

  return {
    receiverUrl: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`,
    start(url, key) {
      timer = setInterval(() => send(new URL(url), key), 1_000 / RATE);
    },
    measure(from, to) {
      const those = [...sent.values()].filter(({ sentAt }) => sentAt >= from && sentAt < to);
      const ingest = those.map(({ ingestMs, sentAt }) => ingestMs ?? performance.now() - sentAt);
      return {
        ingestP99Ms: percentile(ingest, 0.99),
        deliveryP99Ms: percentile(those.flatMap(deliveryTimes), 0.99),
        refused: those.filter(({ ingestMs }) => ingestMs === Number.POSITIVE_INFINITY).length,
      };
    },
    open: () =>
      [...sent.values()].filter(
        ({ acceptedAt, arrivals }) => acceptedAt !== null && arrivals.length < FAN_OUT,
      ).length,
    async close() {
      clearInterval(timer);
      agent.destroy();
      receiver.closeAllConnections();
      await new Promise((resolve) => receiver.close(resolve));
    },
  };
}
