import { monotonicMs } from '../monotonic-time.ts';
import type { PartVerdict } from '../verdict/judge.ts';
import type { MeasuredCase } from './case.ts';
import { type RunOptions, runCase } from './run-case.ts';

/** Cases that only count, and mostly wait, share the machine. */
const SIDE_BY_SIDE = 2;

/** Runs cases: those that measure times one after the other, then the rest two at a time. @returns all verdicts, in the cases' order */
export async function runCases(cases: readonly MeasuredCase[], options: RunOptions): Promise<PartVerdict[]> {
  const verdicts = new Map<MeasuredCase, PartVerdict[]>();

  async function run(one: MeasuredCase): Promise<void> {
    const from = monotonicMs();
    const say = (line: string) => options.say(`${one.name}: ${line}`);
    say(one.about);
    const parts = await runCase(one, { ...options, say });
    verdicts.set(one, parts);
    for (const { id, part, reasons } of parts)
      if (reasons.length > 0) say(`${id}/${part}: ${reasons.join('; ')}`);
    say(`${Math.round((monotonicMs() - from) / 1_000)} s`);
  }
  async function runAll(waiting: MeasuredCase[]): Promise<void> {
    for (let one = waiting.shift(); one !== undefined && !options.signal.aborted; one = waiting.shift())
      await run(one);
  }
  await runAll(cases.filter(({ isTimed }) => isTimed === true));
  const rest = cases.filter(({ isTimed }) => isTimed !== true);
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, () => runAll(rest)));
  return cases.flatMap((one) => verdicts.get(one) ?? []);
}
