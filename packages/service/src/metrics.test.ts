import { expect, test } from '@jest/globals';
import { createMetrics } from './metrics.ts';

test('a metric of a known name is the same metric, so that services in one process can share it', async () => {
  const metrics = createMetrics('test');
  const configuration = { name: 'tocsin_things_total', help: 'Things.', labelNames: ['kind'] as const };
  metrics.counter(configuration).inc({ kind: 'a' });
  metrics.counter(configuration).inc({ kind: 'a' });
  expect(await metrics.registry.metrics()).toContain('tocsin_things_total{kind="a",service="test"} 2');
});

test('two registries do not see each other, and both have the process’s metrics', async () => {
  const [one, other] = [createMetrics('one'), createMetrics('other')];
  one.gauge({ name: 'tocsin_only_one', help: 'x' }).set(1);
  one.histogram({ name: 'tocsin_seconds', help: 'x', buckets: [1] }).observe(0.5);
  expect(await other.registry.metrics()).not.toContain('tocsin_only_one');
  for (const { registry } of [one, other]) {
    expect(await registry.metrics()).toContain('process_resident_memory_bytes');
  }
});
