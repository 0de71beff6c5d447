import { BatcherFullError } from '@tocsin/batcher';
import { ProblemError } from '@tocsin/contract';

/** @throws ProblemError `overloaded` where a batcher has no room for what was added */
export async function refuseWhenFull<T>(added: Promise<T>): Promise<T> {
  try {
    return await added;
  } catch (error) {
    if (error instanceof BatcherFullError) throw new ProblemError('overloaded', { retryAfterSeconds: 1 });
    throw error;
  }
}
