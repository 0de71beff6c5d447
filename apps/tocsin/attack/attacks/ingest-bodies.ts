import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { AttackRequest } from '../attacker.ts';
import type { AttackCase } from '../case.ts';

const MIB = 1024 * 1024;
/** As much as an ingest request may have. */
const BODY_BYTES = 10 * MIB;

const ALERT = {
  id: 'Attack.Rule',
  createdAt: '2026-07-01T07:57:12Z',
  severity: 'INFO',
  type: 'RULE',
  title: 'An alert of an attacker',
};

const ingest = (body: Buffer, headers: Record<string, string> = {}): AttackRequest => ({
  method: 'POST',
  path: '/v1/alerts',
  headers: { 'content-type': 'application/json', ...headers },
  body,
});
const packed = (text: string, type = 'application/json') =>
  ingest(gzipSync(text), { 'content-encoding': 'gzip', 'content-type': type });

/** The same text again and again, up to the size of a request. */
const fill = (text: string) => text.repeat(Math.floor((BODY_BYTES - 100) / text.length));

/** An alert of 250 KB, which is within the limits, about what its context holds. */
const largeAlert = (alertContext: unknown) => JSON.stringify({ ...ALERT, alertContext });
const batchOf = (alert: string, count: number) => `[${Array(count).fill(alert).join(',')}]`;

/** The nth of numbers without a pattern (as MurmurHash3 mixes them): what has one is refused for how well it is packed. */
function varied(n: number): number {
  let mixed = Math.imul(n ^ (n >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
const variedDigits = (count: number, from = 0) =>
  `[${Array.from({ length: count }, (_, n) => varied(from + n) % 7).join(',')}]`;
/** Alerts of 10 KB, of which no two are alike: gzip would find them again. */
const faultyAlerts = () =>
  Array.from({ length: 999 }, (_, n) => `{"tags":${variedDigits(5_000, n * 5_000)}}`).join(',');

/** What is refused for its size, its depth or its faults. */
const REFUSED = [400, 413];
const ACCEPTED = [202];

/** Sends one body again and again, so many at once. */
function flood(
  name: string,
  { parallel, answered }: { parallel: number; answered: readonly number[] },
  makeRequest: () => AttackRequest,
): AttackCase {
  return {
    ...{ name, scope: 'alerts:write', target: 'proxy', targetWithoutProxy: 'ingest', answered },
    prepare() {
      const request = makeRequest();
      return (attacker) => attacker.repeat(parallel, () => attacker.send(request));
    },
  };
}

const wideContext = () => Object.fromEntries(Array.from({ length: 12_000 }, (_, n) => [`k${n}`, varied(n)]));
const deepContext = () => JSON.parse(`${'{"a":'.repeat(60)}${variedDigits(100_000)}${'}'.repeat(60)}`);

/** 240 KB in a title, which are marks that have to be sorted. */
const markedAlert = () => JSON.stringify({ ...ALERT, title: '\u0301\u0327'.repeat(60_000) });

/** Bodies at ingest that are small on the way and large in memory, or many at once. */
export const INGEST_BODIES: readonly AttackCase[] = [
  flood('gzip-brackets', { parallel: 8, answered: REFUSED }, () => packed(fill('['))),
  flood('gzip-objects', { parallel: 8, answered: REFUSED }, () => packed(`[${fill('{},')}{}]`)),
  flood('gzip-blank-lines', { parallel: 8, answered: REFUSED }, () =>
    packed(fill('\n'), 'application/x-ndjson'),
  ),
  flood('gzip-faulty-alerts', { parallel: 8, answered: [400] }, () => packed(`[${faultyAlerts()}]`)),
  flood('large-batches', { parallel: 24, answered: ACCEPTED }, () =>
    ingest(Buffer.from(batchOf(largeAlert({ text: 'x'.repeat(250_000) }), 40))),
  ),
  flood('marks-without-end', { parallel: 8, answered: ACCEPTED }, () => ingest(Buffer.from(markedAlert()))),
  flood('wide-contexts', { parallel: 8, answered: ACCEPTED }, () =>
    packed(batchOf(largeAlert(wideContext()), 30)),
  ),
  flood('deep-contexts', { parallel: 8, answered: ACCEPTED }, () =>
    packed(batchOf(largeAlert(deepContext()), 40)),
  ),
  {
    ...{ name: 'tiny-chunks', scope: 'alerts:write', target: 'proxy', targetWithoutProxy: 'ingest' },
    answered: [408, ...REFUSED],
    prepare() {
      const chunks = Buffer.from('1\r\n \r\n'.repeat(100_000));
      return (attacker) =>
        attacker.repeat(16, async () => {
          const socket = await attacker.open(
            `POST /v1/alerts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${attacker.key}\r\n` +
              'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
          );
          while (!attacker.signal.aborted && socket.writable) {
            await attacker.carry(chunks.length);
            if (!socket.write(chunks)) await drained(socket);
          }
        });
    },
  },
  {
    ...{ name: 'uploads-without-key', scope: null, target: 'proxy', targetWithoutProxy: 'ingest' },
    answered: [401, 413],
    prepare() {
      const body = Buffer.alloc(12 * MIB, ' ');
      const head = 'POST /v1/alerts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
      const chunked = Buffer.concat([
        Buffer.from(`${head}Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n`),
        body,
      ]);
      return (attacker) =>
        attacker.repeat(8, async (n) => {
          // Half of them within the limit of size, half of them past it without having said so.
          if (n % 2 === 0) await attacker.send({ ...ingest(body.subarray(0, BODY_BYTES)), key: null });
          else await closed(await attacker.open(chunked));
        });
    },
  },
];

/** Resolves when there is room to write again, or nobody is there any more. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve();
    socket.once('drain', resolve);
    socket.once('close', () => resolve());
  });
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve();
    else socket.once('close', () => resolve());
  });
}
