import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend, MeasuredCase } from '../../harness/cases/case.ts';
import { openScenario } from '../scenario.ts';
import { strikeSchedule } from '../strike-schedule.ts';
import { noteLoss, readAllowance } from '../verdict/read-allowance.ts';
import { type LossSpan, unexplained } from '../verdict/second-posts.ts';

const DESTINATIONS = ['one', 'two', 'three'];
/** So that a kill finds POSTs under way. */
const ANSWER_MS = 50;

interface Kind {
  kills: number;
  /** All at once, rather than one in turn. */
  isAll: boolean;
}

function killCase(
  { id, name, strikes }: { id: string; name: string; strikes: string },
  backend: Backend,
  { kills, isAll }: Kind,
): MeasuredCase {
  return {
    name: `${name}-${backend}`,
    about: `${strikes} (queues on ${backend})`,
    claims: [
      {
        ...{ id, part: backend, unit: 'undelivered', target: 0 },
        promise:
          'no accepted alert stays undelivered; a second POST only of what was between its POST and its commit, with the same id',
      },
    ],
    async run(context) {
      const { random, isShort, signal, say } = context;
      const scenario = await openScenario(context, backend);
      const { installation, receivers } = scenario;
      for (const one of DESTINATIONS) {
        await scenario.add(one);
        receivers.behave(one, { kind: 'answer', afterMs: ANSWER_MS });
      }
      const stream = scenario.load({ perSecond: 15, isPersistent: true });
      const targets = isAll ? [installation.processes] : installation.processes.map((one) => [one]);
      const schedule = strikeSchedule(random, {
        ...{ targets, count: isShort ? Math.min(kills, 5) : kills, pauseMs: [200, 1_500] },
      });
      const losses: LossSpan[] = [];
      for (const { target, afterMs } of schedule) {
        if (signal.aborted) break;
        // One that still starts would make no use of the kill.
        await Promise.all(target.map((one) => one.ready()));
        await sleep(afterMs);
        await noteLoss(losses, () => Promise.all(target.map((one) => one.kill())));
        await Promise.all(target.map((one) => one.start()));
      }
      await stream.stop();
      const count = await scenario.settle(stream.sent, DESTINATIONS);
      const allowance = await readAllowance(scenario, losses);
      const allowed = [...allowance.values()].reduce((sum, times) => sum + times, 0);
      say(
        `${losses.length} kills, ${count.accepted} alerts, ${count.second.length} second POSTs (${allowed} allowed)`,
      );
      return [
        {
          ...{ figure: count.undelivered, struck: losses.length, struckMin: schedule.length },
          broken: [
            ...unexplained(count.second, allowance),
            ...(count.strayIds > 0 ? [`${count.strayIds} deliveries with more than one webhook-id`] : []),
          ],
          detail: { accepted: count.accepted, second: count.second.length, allowed },
        },
      ];
    },
  };
}

const BACKENDS = ['redis', 'postgres'] as const;

export const KILLS: readonly MeasuredCase[] = [
  ...BACKENDS.map((backend) =>
    killCase(
      {
        ...{ id: 'G1', name: 'kills' },
        strikes: backend === 'redis' ? 'kill -9 of each service in turn' : 'kill -9 of the one process',
      },
      backend,
      { kills: 50, isAll: false },
    ),
  ),
  killCase(
    { id: 'X5', name: 'cluster-kills', strikes: 'kill -9 of all services at the same moment' },
    'redis',
    { kills: 5, isAll: true },
  ),
];
