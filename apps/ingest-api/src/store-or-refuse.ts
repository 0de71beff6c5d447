import { ProblemError } from '@tocsin/contract';
import { type Outage, UnavailableError } from '@tocsin/outage';

/**
 * Storing that takes so long is late: where Postgres does not answer a probe either, everybody who waits hears of it. Long before
 * producers give a request up; milliseconds.
 */
const LATE_MS = 3_000;

/**
 * Stores alerts, or says soon that Postgres is unavailable. A call that was given up may still be carried out.
 *
 * @throws ProblemError `unavailable` during an outage, where nothing was begun; `outcome_unknown` where one came meanwhile; else as
 *   the call does
 */
export async function storeOrRefuse<T>(
  outage: Pick<Outage, 'answerOf'>,
  store: () => Promise<T>,
): Promise<T> {
  let isBegun = false;
  const begin = () => {
    isBegun = true;
    return store();
  };
  return outage.answerOf(begin, LATE_MS).catch((error: unknown) => {
    if (!(error instanceof UnavailableError)) throw error;
    throw new ProblemError(isBegun ? 'outcome_unknown' : 'unavailable', {
      retryAfterSeconds: 2,
      cause: error,
      internal: 'Postgres does not answer',
    });
  });
}
