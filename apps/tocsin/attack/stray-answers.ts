import type { CaseResult } from './run-case.ts';

/** Whatever is sent may be held back for how much of it there is. */
const HELD_BACK: readonly number[] = [429, 503];
/** Of the answers that say what became of a request, the part that may be another than expected: the first ones, say. */
const STRAY_SHARE_MAX = 0.1;

/**
 * Whether an attack still attacks what it is named after: requests that a stricter validation has come to refuse reach
 * nothing behind it, and such an attack would hold for ever.
 *
 * @returns what it was answered most instead, in words; false where it is as expected, or nothing was answered
 */
export function strayAnswers({
  answers,
  expected,
}: Pick<CaseResult, 'answers' | 'expected'>): string | false {
  const told = Object.entries(answers ?? {})
    .map(([status, count]) => ({ status: Number(status), count }))
    .filter(({ status }) => Number.isInteger(status) && !HELD_BACK.includes(status));
  const sum = (list: typeof told) => list.reduce((total, { count }) => total + count, 0);
  const strays = told.filter(({ status }) => !expected.includes(status)).sort((a, b) => b.count - a.count);
  const [most] = strays;
  if (most === undefined || sum(strays) <= sum(told) * STRAY_SHARE_MAX) return false;
  const wanted = expected.length === 0 ? 'nothing' : expected.join(' or ');
  return `attacks something else: answered ${most.status} instead of ${wanted}`;
}
