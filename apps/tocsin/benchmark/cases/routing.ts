import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RoutingFacts } from '@tocsin/contract';
import { createDecider, type Decider, type RoutableSnapshot } from '@tocsin/routing';
import { connectDatabase, createRoutingDirectory } from '@tocsin/store';
import { pino } from 'pino';
import { alternate, median, ratioOf } from '../../harness/cases/alternate.ts';
import type { CaseContext, Measured, MeasuredCase } from '../../harness/cases/case.ts';
import { monotonicMs } from '../../harness/monotonic-time.ts';
import type { PostgresServer } from '../../harness/system/postgres-server.ts';
import { openScene } from '../scene/scene.ts';

const FEW = 10;
const MANY = 10_000;
const BATCH = 200;
const LOG_TYPE = 'Benchmark.Matching';

const FACTS: RoutingFacts = {
  ...{ severity: 'MEDIUM', type: 'RULE', logTypes: [LOG_TYPE], destinations: null, outputIds: [] },
};

/** Destinations that no alert of this case goes to, as copies of the one that the API has made. */
async function addOthers(postgres: PostgresServer, count: number): Promise<void> {
  await postgres.query('UPDATE destinations_version SET version = version + 1');
  await postgres.query(
    `INSERT INTO destinations SELECT (jsonb_populate_record(d, jsonb_build_object(
       'id', gen_random_uuid(), 'display_name', 'other ' || n, 'log_types', jsonb_build_array('Benchmark.Other' || n % 500),
       'revision', version))).*
     FROM destinations d, destinations_version, generate_series(1, $1::int) n`,
    [count],
  );
}

/** How long the event loop had no other turn, at most, while something was done; milliseconds. */
async function longestTurn(work: () => Promise<unknown>): Promise<number> {
  let isOver = false;
  const working = work().finally(() => {
    isOver = true;
  });
  let longest = 0;
  for (let last = monotonicMs(); !isOver; ) {
    await nextTurn();
    const now = monotonicMs();
    longest = Math.max(longest, now - last);
    last = now;
  }
  await working;
  return longest;
}

/** Milliseconds of processor time for each alert. */
async function costOf(decider: Decider, batches: number): Promise<number> {
  const facts = Array.from({ length: BATCH }, () => FACTS);
  const before = process.cpuUsage();
  for (let n = 0; n < batches; n += 1) await decider.decide(facts);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / (batches * BATCH);
}

async function run(context: CaseContext): Promise<Measured[]> {
  const [others, batches, rounds] = context.isShort ? [200, 50, 1] : [MANY - 1, 2_000, 5];
  const scene = await openScene(context, 'redis', { services: ['control-api'] });
  const [id] = await scene.addDestinations(1, { logTypes: [LOG_TYPE] });
  await addOthers(scene.postgres, others);
  const database = await context.keep(
    Promise.resolve(
      connectDatabase({
        ...{ databaseUrl: scene.postgres.url, poolMax: 2, applicationName: 'tocsin benchmark' },
        log: pino({ level: 'silent' }),
      }),
    ),
    (one) => one.close(),
  );
  const directory = createRoutingDirectory(database);
  const all = await directory.current();
  const inOrder = all.list.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const others10 = inOrder.filter((one) => one.id !== id).slice(0, FEW - 1);
  const few = { version: 1, list: all.list.filter((one) => one.id === id).concat(others10) };
  const deciderOf = (snapshot: RoutableSnapshot) =>
    createDecider({ destinations: { current: async () => snapshot } });
  const [ofFew, ofMany] = [deciderOf(few), deciderOf(all)];
  for (const one of [ofFew, ofMany]) await costOf(one, batches);
  const pairs = await alternate(
    rounds,
    () => costOf(ofFew, batches),
    () => costOf(ofMany, batches),
  );

  const following = createDecider({ destinations: directory });
  await following.decide([FACTS]);
  const turns: number[] = [];
  for (let n = 0; n < rounds; n += 1) {
    await scene.installation.api('control', 'PATCH', `/v1/destinations/${id}`, {
      displayName: `changed ${n}`,
    });
    turns.push(await longestTurn(() => following.decide([FACTS])));
  }
  return [
    { figure: ratioOf(pairs, (ms) => ms), detail: { few: pairs.quiet, many: pairs.struck } },
    { figure: median(turns), detail: { turns } },
  ];
}

export const ROUTING: MeasuredCase = {
  name: 'routing',
  about: `alerts are routed among ${MANY} destinations, and one of those is changed`,
  isTimed: true,
  claims: [
    {
      ...{ id: 'S6', part: 'alert', unit: '×', target: 1.5 },
      promise: `processor time to route an alert among ${MANY} destinations, against ${FEW}`,
    },
    {
      ...{ id: 'S6', part: 'change', unit: 'ms', target: 5 },
      promise: `how long a change of one of ${MANY} destinations holds the event loop`,
    },
  ],
  run,
};
