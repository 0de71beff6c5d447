import { fork } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@tocsin/testkit';
import type { AttackOrder } from './attack-process.ts';
import type { AttackCase } from './case.ts';
import type { Seeded } from './seed.ts';
import type { Installation } from './system/installation.ts';
import { lowerPriority } from './system/low-priority.ts';
import { type ProcessWatch, watchProcesses } from './watch/health-watch.ts';
import type { Victim, VictimWindow } from './watch/victim.ts';

/** What a window of the victim's figures spans; p99 of one is the worst of 20 alerts. Shorter in a short attack. */
const WINDOW_MS = 2_000;
const QUIET_WINDOWS = 3;
/** For the victim's last alerts to arrive, and for the processes that were killed to come back. */
const SETTLE_MS = 30_000;
/** Attackers are somewhere else in the world, and their work must not be the victim's delay on this machine. */
const ATTACKER_PRIORITY = constants.priority.PRIORITY_BELOW_NORMAL;
/** After which an attacker that does not come to its end is ended. */
const OVERDUE_SECONDS = 60;

export interface CaseResult {
  name: string;
  /** How often the attack was made. */
  rounds: number;
  /** The victim before this attack, and during it. */
  quiet: VictimWindow[];
  attacked: VictimWindow[];
  processes: ProcessWatch[];
  /** The statuses that the attack gets where it does what its name says. */
  expected: readonly number[];
  /** What the attacker was answered: how often each status, or each fault of a connection; null where it never said. */
  answers: Record<string, number> | null;
}

export interface CaseDeps {
  installation: Installation;
  seeded: Seeded;
  victim: Victim;
}

/**
 * Watches the victim in peace, then under an attack, and waits until all is as before.
 *
 * @returns null where the attack is about a proxy and there is none; nothing of use once the signal is aborted
 */
export async function runCase(
  attack: AttackCase,
  { installation, seeded, victim }: CaseDeps,
  { seconds, seed, signal }: { seconds: number; seed: number; signal: AbortSignal },
): Promise<CaseResult | null> {
  const target = installation.urls.proxy === null ? attack.targetWithoutProxy : attack.target;
  const url = target === null ? null : installation.urls[target];
  if (url === null) return null;
  const windowMs = Math.min(WINDOW_MS, (seconds * 1_000) / 2);
  const quietFrom = performance.now();
  await delay(QUIET_WINDOWS * windowMs, undefined, { signal }).catch(() => undefined);
  const quietTo = performance.now();
  const watch = watchProcesses(installation.processes);
  const key = attack.scope === null ? null : (seeded.keys.get(attack.scope) ?? null);
  const { answers, startedAt } = await commit(attack.name, { url, key, seed, seconds }, signal);
  const attackedTo = performance.now();
  const isSettled = async () => {
    for (const { url } of installation.processes) {
      const response = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) });
      if (!response.ok) return false;
    }
    return signal.aborted || victim.open() === 0;
  };
  await waitFor(isSettled, { timeoutMs: SETTLE_MS, intervalMs: 200 }).catch(() => undefined);
  return {
    ...{ name: attack.name, rounds: 1 },
    quiet: windows(victim, windowMs, quietFrom, quietTo),
    attacked: windows(victim, windowMs, startedAt, attackedTo),
    processes: await watch.end(),
    expected: attack.answered,
    answers,
  };
}

function sumOf(counts: Record<string, number>, more: Record<string, number>): Record<string, number> {
  const sum = { ...counts };
  for (const [what, count] of Object.entries(more)) sum[what] = (sum[what] ?? 0) + count;
  return sum;
}

/** What an attack did that was made several times. */
export function together(before: CaseResult | undefined, result: CaseResult): CaseResult {
  if (before === undefined) return result;
  const processes = before.processes.map((one, n) => {
    const { silenceMs, memoryShare, deaths } = result.processes[n]!;
    return {
      name: one.name,
      silenceMs: Math.max(one.silenceMs, silenceMs),
      memoryShare: Math.max(one.memoryShare, memoryShare),
      deaths: one.deaths + deaths,
    };
  });
  return {
    ...{ name: before.name, rounds: before.rounds + result.rounds, expected: before.expected, processes },
    answers: before.answers && result.answers && sumOf(before.answers, result.answers),
    quiet: [...before.quiet, ...result.quiet],
    attacked: [...before.attacked, ...result.attacked],
  };
}

function windows(victim: Victim, windowMs: number, from: number, to: number): VictimWindow[] {
  const count = Math.max(1, Math.floor((to - from) / windowMs));
  return Array.from({ length: count }, (_, n) =>
    victim.measure(from + n * windowMs, Math.min(to, from + (n + 1) * windowMs)),
  );
}

/** Lets a process of its own attack. @returns what it was answered, and when it began */
async function commit(name: string, order: AttackOrder, signal: AbortSignal) {
  const child = fork(path.resolve(import.meta.dirname, 'attack-process.ts'), [name], {
    execArgv: ['--conditions=@tocsin/source', '--no-warnings'],
    // A session of its own, whose share of the processor is not that of the victim's.
    detached: true,
  });
  const end = () => child.kill('SIGKILL');
  const exited = once(child, 'close');
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  let overdue: NodeJS.Timeout | undefined;
  let answers: CaseResult['answers'] = null;
  let startedAt = performance.now();
  child.on('message', (message: 'ready' | Record<string, number>) => {
    if (message !== 'ready') {
      answers = message;
      return;
    }
    startedAt = performance.now();
    setPriority(child.pid as number, ATTACKER_PRIORITY);
    lowerPriority(child.pid as number, ATTACKER_PRIORITY);
    child.send(order);
    overdue = setTimeout(end, (order.seconds + OVERDUE_SECONDS) * 1_000);
  });
  try {
    await exited;
    return { answers, startedAt };
  } finally {
    clearTimeout(overdue);
    signal.removeEventListener('abort', end);
    end();
  }
}
