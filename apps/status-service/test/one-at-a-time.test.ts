import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { oneAtATime } from '../src/loop/one-at-a-time.ts';
import { createScene, type Scene } from './scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await createScene('one_at_a_time');
});
afterEach(() => scene?.close());

/** @returns null where another was at it, and then the work was not begun */
async function run(name: string): Promise<string | null> {
  let hasBegun = false;
  const result = await oneAtATime(scene.connect(), name, async () => {
    hasBegun = true;
    return 'done';
  });
  expect(hasBegun).toBe(result !== null);
  return result;
}

test('while a process is at something, another does not begin it, and may do something else', async () => {
  const seen = await oneAtATime(scene.database, 'it', async () => [await run('it'), await run('other')]);
  expect(seen).toEqual([null, 'done']);
  expect(await run('it')).toBe('done');
});

test('what failed may be done by the next', async () => {
  const failing = oneAtATime(scene.database, 'it', async () => {
    expect(await run('it')).toBeNull();
    throw new Error('failed');
  });
  await expect(failing).rejects.toThrow('failed');
  expect(await run('it')).toBe('done');
});
