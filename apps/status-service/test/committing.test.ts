import { describe, expect, test } from '@jest/globals';
import type { DispatchedDelivery } from '@tocsin/status-gateway';
import { commitOutcomes, commitPlans } from './commits.ts';
import { createQueues, useHarness } from './dispatch-harness.ts';
import { A, attempted, B, FAILED } from './scene.ts';

const harness = useHarness();
const { deps, plan, counts, dispatcherWith } = harness;

describe('plans', () => {
  test('committed twice insert and release once', async () => {
    const plans = [plan('one', [A, B]), plan('two', [B])];
    expect(await commitPlans(deps(), plans, true)).toHaveLength(3);
    expect(await commitPlans(deps(), plans, true)).toEqual([]);
    expect(await counts(B)).toEqual({ waiting: 0, queued: 2, delayed: 0 });
  });

  test('release no more than a destination’s slots, the most urgent first', async () => {
    const released = await commitPlans(
      deps(),
      [
        plan('low', [A]),
        plan('info', [A], { severity: 'INFO' }),
        plan('critical', [A], { severity: 'CRITICAL' }),
      ],
      true,
    );
    expect(released.map((job) => job.alertId)).toEqual(['critical', 'low']);
    expect(await counts(A)).toEqual({ waiting: 1, queued: 2, delayed: 0 });
  });

  test('release nothing while there is no room, until the dispatcher finds some', async () => {
    expect(await commitPlans(deps(), [plan('one', [A])], false)).toEqual([]);
    const full = createQueues({ room: false });
    await dispatcherWith(full).tick();
    expect(full.deliveries).toEqual([]);
    const queues = createQueues();
    await dispatcherWith(queues).tick();
    expect(queues.deliveries).toMatchObject([{ alertId: 'one', dispatchNumber: 1 }]);
  });
});

describe('outcomes', () => {
  test('free a slot for what waits, critical before older', async () => {
    const [first] = await commitPlans(deps(), [plan('a', [A]), plan('b', [A]), plan('c', [A])], true);
    await commitPlans(deps(), [plan('urgent', [A], { severity: 'CRITICAL' })], true);
    const { released, verdicts } = await commitOutcomes(
      deps(),
      [attempted(first as DispatchedDelivery)],
      true,
    );
    expect(verdicts).toEqual([{ kind: 'succeeded' }]);
    expect(released.map((job) => job.alertId)).toEqual(['urgent']);
    expect(await counts(A)).toEqual({ waiting: 1, queued: 2, delayed: 0 });
  });

  test('reported twice are recorded once', async () => {
    const [job] = (await commitPlans(deps(), [plan('a', [B])], true)) as [DispatchedDelivery];
    for (let time = 0; time < 2; time += 1) await commitOutcomes(deps(), [attempted(job, 1, FAILED)], true);
    expect((await harness.database.pool.query('SELECT number FROM attempts')).rows).toEqual([{ number: 1 }]);
    expect(await counts(B)).toEqual({ waiting: 0, queued: 0, delayed: 1 });
  });

  test('are kept with the body, what a redirect pointed to, and whether the POST was repeated', async () => {
    const [job] = (await commitPlans(deps(), [plan('a', [B])], true)) as [DispatchedDelivery];
    const odd = { responseBody: 'with \0 in it', location: 'https://sso.test/\0' };
    const result = { ...FAILED, statusCode: 302, repeated: true, ...odd };
    await commitOutcomes(deps(), [attempted(job, 1, result)], true);
    const { rows } = await harness.database.pool.query(
      `SELECT repeated, encode(response_body, 'escape') AS body, location FROM attempts`,
    );
    expect(rows).toEqual([{ repeated: true, body: 'with \\000 in it', location: 'https://sso.test/\uFFFD' }]);
  });

  test('of two jobs of one delivery in one batch are judged in turn', async () => {
    const [job] = (await commitPlans(deps(), [plan('a', [B])], true)) as [DispatchedDelivery];
    const { verdicts } = await commitOutcomes(deps(), [attempted(job), attempted(job)], true);
    expect(verdicts).toEqual([{ kind: 'succeeded' }, { kind: 'succeeded' }]);
    expect((await harness.database.pool.query('SELECT status, succeeded_count FROM routings')).rows).toEqual([
      { status: 'succeeded', succeeded_count: 1 },
    ]);
  });

  test('committed at the same time keep the counts exact', async () => {
    const alerts = Array.from({ length: 60 }, (_, n) => plan(`a${n}`, [A, B]));
    let jobs = await commitPlans(deps(), alerts, true);
    for (let round = 0; jobs.length > 0 && round < 100; round += 1) {
      const halves = [jobs.filter((_, n) => n % 2 === 0), jobs.filter((_, n) => n % 2 === 1)];
      const done = await Promise.all(
        halves.map((half) =>
          commitOutcomes(
            deps(),
            half.map((job) => attempted(job)),
            true,
          ),
        ),
      );
      jobs = done.flatMap(({ released }) => released);
    }
    const { rows } = await harness.database.pool.query(
      'SELECT status, count(*)::int AS count FROM deliveries GROUP BY status',
    );
    expect(rows).toEqual([{ status: 'succeeded', count: 120 }]);
    expect([await counts(A), await counts(B)]).toEqual(Array(2).fill({ waiting: 0, queued: 0, delayed: 0 }));
  });
});
