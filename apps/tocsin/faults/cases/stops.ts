import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend, MeasuredCase } from '../../harness/cases/case.ts';
import { notDelivered } from '../../harness/verdict/tally.ts';
import { openScenario } from '../scenario.ts';
import { strikeSchedule } from '../strike-schedule.ts';

const DESTINATIONS = ['one', 'two', 'three'];
/** So that a stop meets POSTs under way. */
const ANSWER_MS = 300;

function stopCase(part: string, backend: Backend, isRedisDown: boolean): MeasuredCase {
  return {
    name: `stops-${part}`,
    about: isRedisDown
      ? 'SIGTERM to each service in turn while Redis is down'
      : `SIGTERM to each service in turn (${part})`,
    claims: [
      {
        ...{ id: 'G13', part, unit: 's', target: 35 },
        promise: `each exits with 0 in time, nothing is lost${isRedisDown ? '' : ', and nothing sent twice'}`,
      },
    ],
    async run(context) {
      const { isShort, random, say } = context;
      const scenario = await openScenario(context, backend);
      const { installation, receivers, redis } = scenario;
      for (const one of DESTINATIONS) {
        await scenario.add(one);
        receivers.behave(one, { kind: 'answer', afterMs: ANSWER_MS });
      }
      const stream = scenario.load({ perSecond: 15, isPersistent: true });
      const rounds = isShort || isRedisDown ? 1 : 2;
      const stops: { name: string; code: number | null; ms: number }[] = [];
      await sleep(2_000);
      if (isRedisDown) await redis?.kill();
      const schedule = strikeSchedule(random, {
        ...{ targets: installation.processes, pauseMs: [500, 2_000] },
        count: rounds * installation.processes.length * (backend === 'postgres' && !isShort ? 4 : 1),
      });
      for (const { target, afterMs } of schedule) {
        await sleep(afterMs);
        stops.push({ name: target.name, ...(await target.terminate()) });
        await target.start();
        await target.ready();
      }
      if (isRedisDown) await redis?.start();
      await stream.stop();
      const tally = await scenario.settle(stream.sent, DESTINATIONS);
      const wrong = stops
        .filter(({ code }) => code !== 0)
        .map(({ name, code }) => `${name} ended with ${code}`);
      say(stops.map(({ name, ms }) => `${name} ${(ms / 1_000).toFixed(1)} s`).join(', '));
      return [
        {
          figure: Math.max(...stops.map(({ ms }) => ms)) / 1_000,
          ...{ struck: stops.length, struckMin: schedule.length },
          broken: [
            ...wrong,
            ...notDelivered(tally),
            ...(!isRedisDown && tally.second.length > 0 ? [`${tally.second.length} were sent twice`] : []),
          ],
          detail: { stops, second: tally.second.length },
        },
      ];
    },
  };
}

export const STOPS: readonly MeasuredCase[] = [
  stopCase('redis-up', 'redis', false),
  stopCase('redis-down', 'redis', true),
  stopCase('postgres', 'postgres', false),
];
