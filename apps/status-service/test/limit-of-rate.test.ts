import { expect, test } from '@jest/globals';
import { limitOfRate } from '@tocsin/contract';
import { limitOfRateSql } from '../src/delivery/limit-of-rate.ts';
import { createScene } from './scene.ts';

test('in SQL the limit of a rate is as in the commit', async () => {
  const scene = await createScene('limit_of_rate');
  try {
    for (const rate of [null, 0.001, 0.3, 1, 7.5, 50, 99_999.9])
      for (const timeoutMs of [1_000, 9_999, 30_000]) {
        const { rows } = await scene.database.pool.query(
          `SELECT ${limitOfRateSql('d')}::float8 AS "limit"
           FROM (SELECT $1::double precision AS rate_limit_per_second, $2::integer AS timeout_ms) AS d`,
          [rate, timeoutMs],
        );
        expect(rows[0].limit ?? Number.POSITIVE_INFINITY).toBe(limitOfRate(rate, timeoutMs));
      }
  } finally {
    await scene.close();
  }
});
