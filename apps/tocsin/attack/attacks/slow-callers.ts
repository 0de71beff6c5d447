import type { Attacker } from '../attacker.ts';
import type { AttackCase, BoundPort } from '../case.ts';

const startLine = ({ key }: Attacker, line: string) =>
  `${line} HTTP/1.1\r\nHost: x\r\n${key === null ? '' : `Authorization: Bearer ${key}\r\n`}`;

/** Keeps so many connections, opening anew those that were ended, and does something on each of them every second. */
async function keepConnections(
  attacker: Attacker,
  options: { count: number; first: string | Buffer; next: string; isRead?: boolean },
): Promise<void> {
  const { count, first, next, isRead = true } = options;
  await attacker.repeat(count, async () => {
    const socket = await attacker.open(first, { isRead });
    while (!attacker.signal.aborted && socket.writable) {
      await attacker.pause(1_000);
      if (next !== '' && socket.writable) socket.write(next);
    }
    // One that is refused is not tried again in a tight loop.
    await attacker.pause(200);
  });
}

/** An attack at the proxy, and once more at the service itself. */
function atBothTargets(
  attack: Omit<AttackCase, 'target' | 'targetWithoutProxy'>,
  service: Exclude<BoundPort, 'proxy'>,
): AttackCase[] {
  return [
    { ...attack, target: 'proxy', targetWithoutProxy: null },
    { ...attack, name: `${attack.name}-direct`, target: service, targetWithoutProxy: service },
  ];
}

/** Callers who say little and hold much: connections, bodies that drip, answers that nobody reads. */
export const SLOW_CALLERS: readonly AttackCase[] = [
  ...atBothTargets(
    {
      name: 'slow-bodies',
      scope: 'alerts:write',
      answered: [408],
      prepare: () => (attacker) =>
        keepConnections(attacker, {
          count: 300,
          first: `${startLine(attacker, 'POST /v1/alerts')}Content-Type: application/json\r\nContent-Length: 10000000\r\n\r\n${' '.repeat(200_000)}`,
          next: ' ',
        }),
    },
    'ingest',
  ),
  ...atBothTargets(
    {
      name: 'slow-headers',
      scope: null,
      answered: [400, 408],
      prepare: () => (attacker) =>
        keepConnections(attacker, {
          count: 1_500,
          first: `${startLine(attacker, 'GET /v1/alerts')}X-First: ${'a'.repeat(7_000)}\r\n`,
          next: 'X-Next: a\r\n',
        }),
    },
    'status',
  ),
  ...atBothTargets(
    {
      name: 'idle-connections',
      scope: null,
      answered: [408],
      mayGoUnanswered: true,
      prepare: () => (attacker) => keepConnections(attacker, { count: 3_000, first: '', next: '' }),
    },
    'ingest',
  ),
  ...atBothTargets(
    {
      name: 'answers-not-read',
      scope: 'alerts:read',
      answered: [],
      prepare: () => (attacker) =>
        keepConnections(attacker, {
          count: 200,
          first: `${startLine(attacker, 'GET /v1/deliveries?limit=200')}\r\n`,
          next: '',
          isRead: false,
        }),
    },
    'reads',
  ),
  ...atBothTargets(
    {
      name: 'pipelined-requests',
      scope: 'alerts:read',
      answered: [200],
      prepare: () => async (attacker) => {
        const requests = `${startLine(attacker, 'GET /v1/alerts?limit=200')}\r\n`.repeat(500);
        await keepConnections(attacker, { count: 16, first: requests, next: '' });
      },
    },
    'reads',
  ),
  ...atBothTargets(
    {
      name: 'large-headers',
      scope: null,
      answered: [431],
      prepare: () => async (attacker) => {
        const headers = Array.from({ length: 8 }, (_, n) => `X-${n}: ${'a'.repeat(8_000)}\r\n`).join('');
        const bytes = `${startLine(attacker, 'GET /v1/alerts')}${headers}\r\n`;
        await attacker.repeat(64, async () => {
          const socket = await attacker.open(bytes);
          await new Promise<void>((resolve) => {
            if (socket.destroyed) resolve();
            else socket.once('close', () => resolve());
          });
        });
      },
    },
    'status',
  ),
];
