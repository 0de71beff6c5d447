import { PassThrough } from 'node:stream';
import { expect, test } from '@jest/globals';
import type { CommandContext } from '../context.ts';
import { confirm } from './confirm.ts';

function terminal(isTTY = true) {
  const stdin = Object.assign(new PassThrough(), { isTTY });
  const stderr = Object.assign(new PassThrough(), { isTTY });
  return { stdin, stderr, context: { stdin, stderr } as unknown as CommandContext };
}

test.each([
  ['y\n', true],
  ['Yes\n', true],
  ['n\n', false],
  ['\n', false],
  ['sure\n', false],
  ['\u0004', false],
  ['\u0003', false],
])('typing %j is %s', async (typed, answer) => {
  const { stdin, stderr, context } = terminal();
  const answered = confirm('Delete it?', undefined, context);
  stdin.write(typed);
  await expect(answered).resolves.toBe(answer);
  expect(String(stderr.read())).toContain('Delete it? [y/N]');
});

test('a terminal that goes away says no', async () => {
  const { stdin, context } = terminal();
  const answered = confirm('Delete it?', undefined, context);
  stdin.end();
  await expect(answered).resolves.toBe(false);
});

test('nothing is asked where nobody can answer, or where --yes was given', async () => {
  await expect(confirm('Delete it?', undefined, terminal(false).context)).resolves.toBe(true);
  await expect(confirm('Delete it?', true, terminal().context)).resolves.toBe(true);
});
