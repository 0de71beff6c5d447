import { expect, test } from '@jest/globals';
import { READS_RUNNING_MAX } from '@tocsin/http';
import { READS_POOL_MAX } from '@tocsin/store';

/** A page of deliveries asks for rows and attempts at the same time. */
const QUESTIONS_OF_A_READ = 2;

test('all that one key may read at once leaves connections to others', () => {
  expect(READS_RUNNING_MAX * QUESTIONS_OF_A_READ).toBeLessThan(READS_POOL_MAX);
});
