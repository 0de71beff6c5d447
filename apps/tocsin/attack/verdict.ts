import type { CaseResult } from './run-case.ts';
import { strayAnswers } from './stray-answers.ts';

/** What the run has to show (the product's promise under attack). */
const SILENCE_MS_MAX = 1_000;
const MEMORY_SHARE_MAX = 0.8;
const P99_RATIO_MAX = 2;

export interface Verdict {
  name: string;
  /** How often the attack was made. */
  rounds: number;
  /** The victim's p99 that its own are compared with; milliseconds. */
  quiet: QuietTime;
  deaths: number;
  silenceMs: number;
  silent: string;
  ingestRatio: number;
  deliveryRatio: number;
  refused: number;
  memoryShare: number;
  /** The process that was closest to its limit. */
  fullest: string;
  answers: CaseResult['answers'];
  /** What does not hold, in words; empty where the attack did no harm. */
  faults: string[];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  // Not by adding: the sum of two infinite halves is no number.
  return low === high ? low : (low + high) / 2;
}

/** The victim's p99 where nobody attacks; milliseconds. */
export interface QuietTime {
  ingestMs: number;
  deliveryMs: number;
}

/** The victim's p99 in the quiet times before these attacks. */
export function quietP99(all: readonly CaseResult[]): QuietTime {
  const quiet = all.flatMap((one) => one.quiet);
  return {
    ingestMs: median(quiet.map((one) => one.ingestP99Ms)),
    deliveryMs: median(quiet.map((one) => one.deliveryP99Ms)),
  };
}

/** Whether the victim's alerts took longer than they may. */
export const isLate = ({ ingestRatio, deliveryRatio }: Verdict): boolean =>
  ingestRatio > P99_RATIO_MAX || deliveryRatio > P99_RATIO_MAX;

/**
 * Judges one attack against the quiet time before all of them, or its own where it was made several times: a machine may be slow
 * for minutes. A p99 is the median of those of several windows, any single one of which may be out of line.
 */
export function judge(result: CaseResult, ofAll: QuietTime): Verdict {
  const quiet = result.rounds > 1 ? quietP99([result]) : ofAll;
  const attacked = (figure: 'ingestP99Ms' | 'deliveryP99Ms') =>
    median(result.attacked.map((one) => one[figure]));
  const by = (figure: 'silenceMs' | 'memoryShare') =>
    result.processes.reduce((worst, one) => (one[figure] > worst[figure] ? one : worst));
  const [silent, fullest] = [by('silenceMs'), by('memoryShare')];
  const deaths = result.processes.reduce((sum, one) => sum + one.deaths, 0);
  const dead = result.processes.filter((one) => one.deaths > 0).map((one) => one.name);
  const refused = result.attacked.reduce((sum, one) => sum + one.refused, 0);
  const ingestRatio = attacked('ingestP99Ms') / quiet.ingestMs;
  const deliveryRatio = attacked('deliveryP99Ms') / quiet.deliveryMs;
  const faults = [
    result.answers === null && 'the attacker did not come to its end',
    strayAnswers(result),
    deaths > 0 && `killed: ${dead.join(', ')}`,
    silent.silenceMs > SILENCE_MS_MAX && `silent: ${silent.name}`,
    fullest.memoryShare >= MEMORY_SHARE_MAX && `memory: ${fullest.name}`,
    refused > 0 && `refused ${refused} of the victim's alerts`,
    ingestRatio > P99_RATIO_MAX && 'ingest p99',
    deliveryRatio > P99_RATIO_MAX && 'delivery p99',
  ].filter((fault) => fault !== false);
  return {
    ...{ name: result.name, rounds: result.rounds, answers: result.answers, quiet, deaths, refused, faults },
    ...{ silenceMs: silent.silenceMs, silent: silent.name, ingestRatio, deliveryRatio },
    ...{ memoryShare: fullest.memoryShare, fullest: fullest.name },
  };
}
