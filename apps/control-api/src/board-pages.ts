import { type FieldError, ProblemError } from '@tocsin/contract';

/** Bull Board reads what it is asked for into memory, job by job; its own page offers up to 50 at once. */
const JOBS_PER_PAGE_MAX = 100;

/** More pages than there can be. A store fails if it should skip more than it can count. */
const PAGE_MAX = 1_000_000;

const BOUNDS = { jobsPerPage: JOBS_PER_PAGE_MAX, page: PAGE_MAX };

/**
 * Refuses to let Bull Board read more jobs than a page has. It reads numbers in any way JavaScript does: whatever is
 * not written in plain digits is refused too.
 *
 * @param query as Bull Board reads it; what is empty counts there as left out
 * @throws ProblemError `invalid_request`
 */
export function refuseLargePage(query: Record<string, unknown>): void {
  const errors: FieldError[] = [];
  for (const [name, max] of Object.entries(BOUNDS)) {
    const value = query[name] ?? '';
    if (value !== '' && !isWithin(value, max))
      errors.push({ path: name, message: `must be a number from 1 to ${max}` });
  }
  if (errors.length > 0)
    throw new ProblemError('invalid_request', { detail: 'The query is invalid.', errors });
}

function isWithin(value: unknown, max: number): boolean {
  return typeof value === 'string' && /^\d{1,9}$/.test(value) && Number(value) >= 1 && Number(value) <= max;
}
