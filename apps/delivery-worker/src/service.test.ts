import { expect, test } from '@jest/globals';
import { createMetrics } from '@tocsin/service';
import { SUCCEEDED } from '../test/sample.ts';
import { createWorkerMetrics } from './service.ts';

test('attempts whose POST was repeated are counted', async () => {
  const metrics = createMetrics('delivery-worker');
  const worker = createWorkerMetrics(metrics, { pending: () => 0 });
  worker.attempt(SUCCEEDED);
  worker.attempt({ ...SUCCEEDED, repeated: true });
  const text = await metrics.registry.metrics();
  expect(text).toMatch(/^tocsin_attempts_repeated_total(\{[^}]*\})? 1$/m);
});
