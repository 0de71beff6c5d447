import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  createReceiver,
  drip,
  endlessBody,
  findFreePort,
  garbage,
  hang,
  hangUp,
  hugeHeaders,
  type Receiver,
  raw,
  redirect,
  reset,
  type Script,
  switchProtocols,
  waitFor,
} from '@tocsin/testkit';
import type { Backend, MeasuredCase } from '../../harness/cases/case.ts';
import { createAlertMix } from '../../harness/load/alert-mix.ts';
import { sendBatches } from '../../harness/load/send-batches.ts';
import { openScenario } from '../scenario.ts';

const DEADLINE_MS = 3_000;
const GROWTH_MIB_MAX = 50;
const MIB = 1024 * 1024;

/** What a receiver does, and the codes that the attempt may be recorded with. */
interface BadReceiver {
  name: string;
  codes: readonly string[];
  script?: Script;
  tls?: { key: string; cert: string };
  /** It answers well enough for its connection to be used again. */
  isReusable?: boolean;
  /** Nothing listens there. */
  isAbsent?: boolean;
}

/** A certificate that nobody has signed. */
function selfSigned(): { key: string; cert: string } {
  const fixture = (name: string) =>
    readFileSync(
      path.resolve(import.meta.dirname, `../../../../packages/egress/test/fixtures/${name}`),
      'utf8',
    );
  return { key: fixture('receiver-key.pem'), cert: fixture('receiver-certificate.pem') };
}

const floodOf =
  (head: string): Script =>
  () => ({
    fault({ socket }) {
      const flood = head.repeat(1_000);
      const pour = () => {
        while (!socket.destroyed && socket.write(flood));
      };
      socket.on('drain', pour);
      pour();
    },
  });

const gzipBomb = () => gzipSync(Buffer.alloc(200 * MIB), { level: 9 });

const badReceivers = (): BadReceiver[] => [
  { name: 'refuse', codes: ['connection_refused'], isAbsent: true },
  { name: 'reset', codes: ['connection_reset'], script: reset() },
  { name: 'hang-up', codes: ['connection_reset'], script: hangUp() },
  { name: 'hang', codes: ['timeout'], script: hang() },
  { name: 'drip', codes: ['timeout'], script: drip({ everyMs: 1_000 }) },
  { name: 'endless-body', codes: ['http_status'], script: endlessBody({ status: 500 }) },
  {
    ...{ name: 'gzip-bomb', codes: ['http_status'] },
    script: { status: 500, headers: { 'content-encoding': 'gzip' }, body: gzipBomb() },
  },
  { name: 'huge-headers', codes: ['protocol'], script: hugeHeaders(MIB) },
  { name: 'upgrade', codes: ['protocol'], script: switchProtocols() },
  {
    ...{ name: 'informational-flood', codes: ['protocol', 'timeout', 'connection_reset'] },
    script: floodOf('HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n'),
  },
  { name: 'garbage', codes: ['protocol'], script: garbage() },
  { name: 'half-a-head', codes: ['timeout'], script: raw('HTTP/1.1 200 OK\r\nContent-Le') },
  { name: 'bad-tls', codes: ['tls'], tls: selfSigned() },
  {
    ...{ name: 'redirect', codes: ['http_status'], isReusable: true },
    script: redirect('http://169.254.169.254/latest/meta-data/'),
  },
];

interface Row {
  name: string;
  code: string | null;
  ms: number;
}

const READ_ATTEMPTS = `SELECT d.destination_name AS name, a.error_code AS code, a.duration_ms AS ms
  FROM attempts a JOIN deliveries d ON d.id = a.delivery_id AND d.received_day = a.received_day`;

function badReceiversCase(backend: Backend): MeasuredCase {
  return {
    name: `bad-receivers-${backend}`,
    about: `receivers refuse, reset, hang, drip, flood, speak garbage or bad TLS, and redirect (queues on ${backend})`,
    claims: [
      {
        ...{ id: 'G4', part: backend, unit: 'wrong attempts', target: 0 },
        promise:
          'a failed attempt with the right code within the deadline and 1 s; no socket left; memory grows by 50 MiB at most',
      },
    ],
    async run(context) {
      const { isShort, random, say } = context;
      const scenario = await openScenario(context, backend);
      const { installation, postgres } = scenario;
      await scenario.add('healthy');
      const bad = badReceivers();
      const receivers: { name: string; receiver: Receiver }[] = [];
      for (const { name, script, tls, isAbsent, isReusable } of bad) {
        let url = `http://127.0.0.1:${await findFreePort()}`;
        if (isAbsent !== true) {
          const receiver = await context.keep(createReceiver({ script, tls }), (one) => one.close());
          if (isReusable !== true) receivers.push({ name, receiver });
          url = receiver.url;
        }
        await installation.addDestination(name, `${url}/${name}`, {
          ...{ timeoutMs: DEADLINE_MS, severities: [] },
          retry: { maxRetries: 0, baseDelayMs: 10, factor: 1, maxDelayMs: 10 },
        });
      }
      const worker = installation.process(backend === 'redis' ? 'delivery-worker' : 'tocsin');
      const each = isShort ? 2 : 20;
      const warm = createAlertMix(random, 'warm', { destinations: ['healthy'] });
      await sendBatches(installation, warm, isShort ? 100 : 1_000);
      await waitFor(() => scenario.receivers.arrivals.length >= (isShort ? 100 : 1_000), {
        timeoutMs: 60_000,
      });
      const read = async () =>
        (await postgres.query<Row>(READ_ATTEMPTS)).filter(({ name }) => name !== 'healthy');
      const strike = async (seedOf: string, count: number, wanted: number) => {
        const mix = createAlertMix(random, seedOf, { destinations: bad.map(({ name }) => name) });
        await sendBatches(installation, mix, count);
        await waitFor(async () => (await read()).length >= wanted, {
          // With an open circuit, a receiver gets one POST at a time.
          timeoutMs: 240_000,
          intervalMs: 500,
        }).catch(() => undefined);
      };
      // Until then memory is what a process at work needs, whatever its receivers do.
      const first = isShort ? 1 : 10;
      await strike('first', first, bad.length * first);
      const before = worker.memoryBytes();
      let most = before;
      const timer = setInterval(() => {
        most = Math.max(most, worker.memoryBytes());
      }, 50);
      await context.keep(Promise.resolve(timer), async (one) => clearInterval(one));
      const wanted = bad.length * (first + each);
      await strike('bad', each, wanted);
      const rows = await read();
      const isRight = ({ name, code, ms }: Row) =>
        bad.some((one) => one.name === name && one.codes.includes(code ?? '')) && ms <= DEADLINE_MS + 1_000;
      const wrong = rows.filter((row) => !isRight(row));
      const seen = [
        ...new Set(
          wrong.map(({ name, code, ms }) => `${name}: ${code} after ${Math.round(ms / 100) / 10} s`),
        ),
      ];
      const left = () =>
        receivers.flatMap(({ name, receiver }) =>
          receiver.openConnections() > 0 ? [`${receiver.openConnections()} at ${name}`] : [],
        );
      await waitFor(() => left().length === 0, { timeoutMs: 10_000 }).catch(() => undefined);
      const growth = (most - before) / MIB;
      say(
        `${rows.length} attempts, memory grew by ${growth.toFixed(0)} MiB, sockets left: ${left().join(', ') || 'none'}`,
      );
      return [
        {
          ...{ figure: wanted - rows.length + wrong.length, struck: rows.length, struckMin: wanted },
          broken: [
            ...seen.slice(0, 5),
            ...(left().length > 0 ? [`sockets left: ${left().join(', ')}`] : []),
            ...(growth > GROWTH_MIB_MAX ? [`memory grew by ${Math.round(growth)} MiB`] : []),
          ],
          detail: { growthMib: growth, left: left(), wrong: seen },
        },
      ];
    },
  };
}

export const BAD_RECEIVERS: readonly MeasuredCase[] = (['redis', 'postgres'] as const).map(badReceiversCase);
