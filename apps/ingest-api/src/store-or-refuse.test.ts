import { afterEach, expect, test } from '@jest/globals';
import { ProblemError } from '@tocsin/contract';
import { createOutage } from '@tocsin/outage';
import { storeOrRefuse } from './store-or-refuse.ts';

const never = () => new Promise<never>(() => undefined);
const outage = createOutage({
  ...{ name: 'Postgres', event: 'postgres', isIts: () => true, everyMs: 1, answerMs: 1 },
  ask: never,
  log: { warn: () => undefined },
});
afterEach(() => outage.close());

test('what is being stored when Postgres falls silent may be stored; what comes later is not', async () => {
  expect(await storeOrRefuse(outage, async () => 'stored')).toBe('stored');
  const fault = new ProblemError('overloaded');
  await expect(storeOrRefuse(outage, () => Promise.reject(fault))).rejects.toBe(fault);
  const begun = storeOrRefuse(outage, never);
  outage.failed(new Error('a connection broke'));
  await expect(begun).rejects.toMatchObject({ status: 503, code: 'outcome_unknown', retryAfterSeconds: 2 });
  let isBegun = false;
  const late = storeOrRefuse(outage, async () => {
    isBegun = true;
  });
  await expect(late).rejects.toMatchObject({ status: 503, code: 'unavailable', retryAfterSeconds: 2 });
  expect(isBegun).toBe(false);
});
