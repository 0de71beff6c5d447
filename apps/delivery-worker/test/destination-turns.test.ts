import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { connectDatabase, type Database } from '@tocsin/store';
import { createTestDatabase, type TestDatabase } from '@tocsin/testkit';
import { createDestinationTurns, type DestinationTurns, type Turn } from '../src/destination-turns.ts';

const A = '00000000-0000-4000-8000-00000000000a';
const B = '00000000-0000-4000-8000-00000000000b';

let home: TestDatabase;
let database: Database;
/** As two workers have them. */
let turns: DestinationTurns[];

beforeAll(async () => {
  home = await createTestDatabase('turns', { isMigrated: true });
  database = connectDatabase({
    databaseUrl: home.url,
    poolMax: 4,
    applicationName: 'test',
    log: { info: () => undefined, warn: () => undefined },
  });
});
beforeEach(async () => {
  await database.pool.query('DELETE FROM destination_turns');
  turns = [createDestinationTurns(database), createDestinationTurns(database)];
});
afterAll(async () => {
  for (const one of turns) await one.close();
  await database?.close();
  await home?.drop();
});

const many = (count: number, rate: number, destinationId = A) =>
  Promise.all(Array.from({ length: count }, (_, n) => turns[n % 2]!.take(destinationId, rate)));
const taken = (all: Turn[]) => all.filter(({ kind }) => kind === 'taken').length;
const reach = async (): Promise<number> => {
  const { rows } = await database.pool.query(
    `SELECT extract(epoch FROM next_at - now())::double precision AS s FROM destination_turns`,
  );
  return rows[0].s;
};

test('two workers together take a second of turns ahead, and no more', async () => {
  const all = await many(500, 50);
  // 50 a second, one for the start, and what became free while the second worker asked.
  expect(taken(all)).toBeGreaterThanOrEqual(49);
  expect(await reach()).toBeLessThanOrEqual(1.03);
  const again = await many(500, 50);
  expect(await reach()).toBeLessThanOrEqual(1.03);
  const later = again.filter(({ kind }) => kind === 'later');
  expect(later.length).toBeGreaterThan(0);
});

test('what one worker has taken, another one does not take', async () => {
  const nextAt = async (): Promise<number> => {
    const { rows } = await database.pool.query(
      `SELECT extract(epoch FROM next_at)::double precision * 1000 AS ms FROM destination_turns`,
    );
    return rows[0].ms;
  };
  await Promise.all(Array.from({ length: 10 }, () => turns[0]!.take(A, 20)));
  const before = await nextAt();
  await Promise.all(Array.from({ length: 5 }, () => turns[1]!.take(A, 20)));
  // By five intervals of 51 ms; by more where the others' turns have passed meanwhile.
  expect((await nextAt()) - before).toBeGreaterThan(254);
});

test('turns are evenly spaced, a little below the limit', async () => {
  const all = await Promise.all(Array.from({ length: 10 }, () => turns[0]!.take(A, 20)));
  expect(all).toEqual(all.map((_, n) => ({ kind: 'taken', waitMs: expect.closeTo(n * 51, 6) })));
});

test('what is not taken is asked for again when its turn is near', async () => {
  const all = await Promise.all(Array.from({ length: 4 }, () => turns[0]!.take(A, 0.5)));
  expect(all).toEqual([
    { kind: 'taken', waitMs: 0 },
    { kind: 'later', afterMs: expect.closeTo(1_540, 6) },
    { kind: 'later', afterMs: expect.closeTo(3_580, 6) },
    { kind: 'later', afterMs: 5_000 },
  ]);
});

test('a destination takes nothing of another’s', async () => {
  await many(100, 1);
  expect(await turns[0]!.take(B, 1)).toEqual({ kind: 'taken', waitMs: 0 });
});

test('a limit that was raised is not held to what was taken before', async () => {
  await turns[0]!.take(A, 0.01);
  expect(await reach()).toBeGreaterThan(90);
  await turns[0]!.take(A, 100);
  await turns[0]!.take(A, 100);
  expect(await reach()).toBeLessThanOrEqual(1.03);
});

test('many destinations have their turns in one statement, whatever limits are stored', async () => {
  const ids = Array.from(
    { length: 100 },
    (_, n) => `00000000-0000-4000-8000-0000000001${String(n).padStart(2, '0')}`,
  );
  let statements = 0;
  const query = database.pool.query.bind(database.pool) as (...given: unknown[]) => Promise<never>;
  const counted = createDestinationTurns({
    pool: {
      query: (...given: unknown[]) => {
        statements += 1;
        return query(...given);
      },
    } as never,
    outage: database.outage,
  });
  const rates = [1e-300, Number.MIN_VALUE, 0.001, 1, 50, 100_000];
  const ask = () =>
    Promise.all(ids.flatMap((id, n) => [1, 2].map(() => counted.take(id, rates[n % rates.length]!))));
  const first = await ask();
  expect(statements).toBeLessThanOrEqual(2);
  expect(first.filter((_, n) => n % 2 === 0).every(({ kind }) => kind === 'taken')).toBe(true);
  const again = await ask();
  expect(again.slice(0, 2)).toEqual([
    { kind: 'later', afterMs: 5_000 },
    { kind: 'later', afterMs: 5_000 },
  ]);
  await counted.close();
});

test('in two workers, which ask for the same in different orders, nobody waits for ever', async () => {
  const ids = [A, B];
  const rounds = Array.from({ length: 20 }, () =>
    Promise.all(
      turns.map((worker, n) =>
        Promise.all((n === 0 ? ids : ids.toReversed()).map((id) => worker.take(id, 1_000))),
      ),
    ),
  );
  expect((await Promise.all(rounds)).flat(2).every(({ kind }) => kind === 'taken')).toBe(true);
});
