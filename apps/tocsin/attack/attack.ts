/**
 * Attacks Tocsin at the memory limits of docker-compose.yml and prints what became of it; exit code 1 where an attack did
 * harm. `pnpm attack [CASE…] [--seconds N] [--seed N] [--alerts N] [--json]` runs it; docs/attacks.md says how to read it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { describeMachine } from '../harness/machine.ts';
import { numberBetween } from '../src/options/parse-number.ts';
import type { AttackCase } from './case.ts';
import { CASES } from './cases.ts';
import { tableOf } from './report.ts';
import { type CaseResult, runCase, together } from './run-case.ts';
import { seed as seedData } from './seed.ts';
import { startInstallation } from './system/installation.ts';
import { isLate, judge, type QuietTime, quietP99 } from './verdict.ts';
import { createVictim } from './watch/victim.ts';

interface Options {
  seconds: number;
  seed: number;
  alerts: number;
  json?: boolean;
}

/** Until what runs often has been compiled: a service that has just begun is slower than under most attacks. */
const WARM_UP_MS = 15_000;

/** How often an attack is made again where the victim's p99 are above their bound, which are then judged over all of them. */
const REPEATS = 2;
/** Before the quiet time of one that is made again: it may be the same that was just made. */
const PAUSE_MS = 10_000;

const say = (line: string) => process.stderr.write(`${line}\n`);
const names = CASES.map(({ name }) => name);

function chosen(wanted: readonly string[]) {
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new Error(`No such attack: ${unknown.join(', ')}. There are ${names.join(', ')}`);
  return wanted.length === 0 ? CASES : CASES.filter(({ name }) => wanted.includes(name));
}

async function attack(
  wanted: readonly string[],
  { seconds, seed, alerts, json = false }: Options,
): Promise<void> {
  const cases = chosen(wanted);
  const interrupted = new AbortController();
  // Each time: a second Ctrl-C must not leave behind what was started.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());
  const installation = await startInstallation();
  const victim = await createVictim(`${seed}`);
  const results = new Map<string, CaseResult>();
  /** Before each attack that was made for the first time. */
  let quiet: QuietTime = { ingestMs: Number.NaN, deliveryMs: Number.NaN };
  const verdicts = () => [...results.values()].map((result) => judge(result, quiet));
  try {
    for (const note of installation.notes) say(note);
    const seeded = await seedData(installation, { receiverUrl: victim.receiverUrl, alerts });
    victim.start(installation.urls.proxy ?? installation.urls.ingest, seeded.victimKey);
    const { signal } = interrupted;
    const pause = (ms: number) => delay(ms, undefined, { signal }).catch(() => undefined);
    const make = async (one: AttackCase): Promise<void> => {
      if (signal.aborted) return;
      const result = await runCase(one, { installation, seeded, victim }, { seconds, seed, signal });
      if (signal.aborted) return;
      if (result === null) say(`${one.name} is left out: there is no proxy`);
      else results.set(one.name, together(results.get(one.name), result));
    };
    await pause(WARM_UP_MS);
    for (const one of cases) {
      say(`${one.name} …`);
      await make(one);
    }
    quiet = quietP99([...results.values()]);
    // A p99 of one attack alone varies by a third.
    const late = new Set(
      verdicts()
        .filter(isLate)
        .map(({ name }) => name),
    );
    const again = cases.filter(({ name }) => late.has(name));
    for (const one of Array.from({ length: REPEATS }, () => again).flat()) {
      say(`${one.name}, once more …`);
      await pause(PAUSE_MS);
      await make(one);
    }
    await seeded.close();
  } finally {
    await victim.close();
    await installation.stop();
  }
  const judged = verdicts();
  const machine = describeMachine();
  if (json) process.stdout.write(`${JSON.stringify({ machine, seconds, seed, quiet, cases: judged })}\n`);
  else {
    say(
      `${machine.cores} × ${machine.cpu}, ${machine.memoryGib} GiB, Node ${machine.node}; ${seconds} s each`,
    );
    for (const line of tableOf(judged, Number.POSITIVE_INFINITY)) process.stdout.write(`${line}\n`);
  }
  const harmful = judged.filter(({ faults }) => faults.length > 0);
  if (harmful.length > 0 || interrupted.signal.aborted) process.exitCode = 1;
}

await new Command('attack')
  .description('Attacks Tocsin at the memory limits of docker-compose.yml.')
  .argument('[case...]', `which attacks; all of them by default: ${names.join(', ')}`)
  .addOption(
    new Option('--seconds <n>', 'how long each lasts')
      .argParser(numberBetween({ min: 1, max: 600 }))
      .default(10),
  )
  .addOption(
    new Option('--seed <n>', 'of what is random')
      .argParser(numberBetween({ min: 0, max: 2 ** 31 }))
      .default(1),
  )
  .addOption(
    new Option('--alerts <n>', 'alerts that are stored beforehand')
      .argParser(numberBetween({ min: 0, max: 10_000_000 }))
      .default(10_000),
  )
  .option('--json', 'one line of JSON on standard output')
  .action(attack)
  .parseAsync()
  .catch((error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 2;
  });
