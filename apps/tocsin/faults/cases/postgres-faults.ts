import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend, CaseContext, MeasuredCase } from '../../harness/cases/case.ts';
import { type PostgresServer, startPostgresServer } from '../../harness/system/postgres-server.ts';
import { startRedisServer } from '../../harness/system/redis-server.ts';
import { openScenario, openStorage, type Storage } from '../scenario.ts';

const DESTINATIONS = ['one', 'two'];
const MIB = 1024 * 1024;
const DISK_MIB = 320;

interface PostgresFault {
  id: string;
  part: string;
  name: string;
  strikes: string;
  times: number;
  obstacle?: MeasuredCase['obstacle'];
  open?: (context: CaseContext, backend: Backend) => Promise<{ storage: Storage; folder?: string }>;
  strike(scene: { postgres: PostgresServer; folder: string; context: CaseContext }): Promise<void>;
}

function postgresCase(fault: PostgresFault, backend: Backend): MeasuredCase {
  const { id, part, name, strikes, times } = fault;
  return {
    name: `${name}-${backend}`,
    about: `${strikes} (queues on ${backend})`,
    obstacle: fault.obstacle,
    claims: [
      {
        ...{ id, part: `${part}-${backend}`, unit: 'lost', target: 0 },
        promise: 'what was answered 202 is delivered; what cannot be stored is answered 503',
      },
    ],
    async run(context) {
      const { isShort, random, say } = context;
      const opened = (await fault.open?.(context, backend)) ?? {
        storage: await openStorage(context, backend),
      };
      const scenario = await openScenario(context, backend, { storage: opened.storage });
      for (const one of DESTINATIONS) await scenario.add(one);
      const stream = scenario.load({ perSecond: 20 });
      for (let n = 0; n < (isShort ? 1 : times); n += 1) {
        await sleep(random.between(1_500, 4_000));
        await fault.strike({ postgres: scenario.postgres, folder: opened.folder ?? '', context });
      }
      await sleep(3_000);
      await stream.stop();
      const statuses = new Map<number, number>();
      for (const status of stream.sent.flatMap((one) => one.statuses))
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const tally = await scenario.settle(stream.sent, DESTINATIONS);
      const unexpected = [...statuses.keys()].filter((status) => status !== 202 && status !== 503);
      say(`answers ${JSON.stringify([...statuses])}, ${tally.second.length} second POSTs`);
      return [
        {
          ...{ figure: tally.undelivered, struck: statuses.get(503) ?? 0, struckMin: 1 },
          broken: unexpected.map(
            (status) => `${statuses.get(status)} alerts were answered ${status || 'nothing'}`,
          ),
          detail: { answers: Object.fromEntries(statuses), second: tally.second.length },
        },
      ];
    },
  };
}

const RESTART: PostgresFault = {
  ...{ id: 'G3', part: 'restart', name: 'postgres-restart', times: 4 },
  strikes: 'Postgres is restarted, in good order and as after a crash',
  async strike({ postgres, context }) {
    postgres.signal(context.random.pick(['SIGINT', 'SIGQUIT']));
    await sleep(3_000);
  },
};

const PAUSE: PostgresFault = {
  ...{ id: 'G3', part: 'pause', name: 'postgres-pause', times: 1 },
  strikes: 'all processes of Postgres are frozen for 30 s',
  async strike({ postgres, context }) {
    await postgres.freeze();
    await sleep(context.isShort ? 12_000 : 30_000);
    await postgres.thaw();
  },
};

/** Fills what room a folder's file system has. @returns the file that fills it */
function fillDisk(folder: string): string {
  const file = path.join(folder, 'filler');
  const descriptor = openSync(file, 'w');
  const zeros = Buffer.alloc(MIB / 16);
  try {
    for (;;) writeSync(descriptor, zeros);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    return file;
  } finally {
    closeSync(descriptor);
  }
}

const FULL: PostgresFault = {
  ...{ id: 'X6', part: 'disk', name: 'postgres-disk-full', times: 1 },
  strikes: 'the disk of Postgres is full for a minute',
  obstacle: () =>
    process.getuid?.() === 0 && process.platform === 'linux'
      ? null
      : 'a file system of its own needs root on Linux',
  async open(context, backend) {
    const folder = await context.keep(mkdtemp(path.join(os.tmpdir(), 'tocsin-case-disk-')), (one) =>
      rm(one, { recursive: true, force: true }),
    );
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m,mode=755`, 'tmpfs', folder], {
      stdio: 'pipe',
    });
    await context.keep(Promise.resolve(folder), async (one) => void execFileSync('umount', ['-l', one]));
    const postgres = await context.keep(startPostgresServer({ folder }), (one) => one.close());
    const redis = backend === 'redis' ? await context.keep(startRedisServer(), (one) => one.close()) : null;
    return { storage: { postgres, redis }, folder };
  },
  async strike({ folder, context }) {
    const file = fillDisk(folder);
    const until = performance.now() + (context.isShort ? 10_000 : 60_000);
    // Postgres removes files of its own, and would have room again.
    while (performance.now() < until && !context.signal.aborted) {
      await sleep(1_000);
      const more = `${file}-${Math.round(performance.now())}`;
      try {
        execFileSync('cp', ['/dev/zero', more], { stdio: 'ignore' });
      } catch {
        // It is full again.
      }
    }
    for (const one of execFileSync('ls', [folder]).toString().split('\n')) {
      if (one.startsWith('filler')) rmSync(path.join(folder, one));
    }
  },
};

const BACKENDS = ['redis', 'postgres'] as const;

export const POSTGRES_FAULTS: readonly MeasuredCase[] = [
  ...[RESTART, PAUSE].flatMap((fault) => BACKENDS.map((backend) => postgresCase(fault, backend))),
  ...BACKENDS.map((backend) => postgresCase(FULL, backend)),
];
