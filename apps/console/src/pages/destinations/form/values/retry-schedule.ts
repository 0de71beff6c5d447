import { durationText } from '../../../../format/time-text.ts';
import type { FormValues, NumberField } from './form-values.ts';

/** What the retry settings are unless the installation has others. */
export const USUAL_RETRIES = {
  maxRetries: 10,
  baseDelaySeconds: 5,
  factor: 3,
  maxDelaySeconds: 21_600,
} as const;

type RetryFields = Pick<FormValues, keyof typeof USUAL_RETRIES>;

/**
 * Says when a failed attempt is made again: `min(ceiling, base · factor^(n-1))` before retry n.
 *
 * @returns null where a setting is no number yet
 */
export function retryScheduleText(fields: RetryFields): string | null {
  const number = (name: keyof RetryFields) => orUsual(fields[name], USUAL_RETRIES[name]);
  const [count, base, factor, ceiling] = [
    number('maxRetries'),
    number('baseDelaySeconds'),
    number('factor'),
    number('maxDelaySeconds'),
  ];
  if (![count, base, factor, ceiling].every((value) => Number.isFinite(value) && value >= 0)) return null;
  if (count === 0) return 'A failed attempt is not retried.';
  const delays = Array.from({ length: Math.min(count, USUAL_RETRIES.maxRetries) }, (_, n) =>
    durationText(Math.min(ceiling, base * factor ** n) * 1_000),
  );
  return `A failed attempt is retried after about ${delays.join(', ')}; after the last retry, the delivery has failed.`;
}

/** Whether every retry setting is left to the installation. */
export function leavesRetries(fields: RetryFields): boolean {
  return Object.keys(USUAL_RETRIES).every((name) => fields[name as keyof RetryFields] === '');
}

function orUsual(value: NumberField, usual: number): number {
  return value === '' ? usual : Number(value);
}
