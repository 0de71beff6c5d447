import { expect, test } from '@jest/globals';
import type { Commit } from './committer.ts';
import { wakeWhereRoomIsBack } from './wake-where-room-is-back.ts';

test('room that comes back during a commit without it wakes who releases what waits since', async () => {
  const world = { isRoom: false, woken: 0, end: () => {} };
  const commit = (() =>
    new Promise((resolve) => {
      world.end = () => resolve({ result: 'done' });
    })) as unknown as Commit;
  const waking = wakeWhereRoomIsBack(commit, {
    hasRoom: async () => world.isRoom,
    wake: () => {
      world.woken += 1;
    },
  });
  const commitWith = (hasRoom: boolean) => waking('reports', { plans: [], outcomes: [] }, { hasRoom });

  const still = commitWith(false);
  world.end();
  expect(await still).toEqual({ result: 'done' });
  expect(world.woken).toBe(0);

  const back = commitWith(false);
  world.isRoom = true;
  world.end();
  await back;
  expect(world.woken).toBe(1);

  const there = commitWith(true);
  world.end();
  await there;
  expect(world.woken).toBe(1);
});
