import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { createWatchedFile } from './watched-file.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'tocsin-watched-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a file is read when it appears, changes or goes away, a few seconds later at most', () => {
  const file = path.join(folder, 'hosts');
  let now = 0;
  let parsed = 0;
  const read = createWatchedFile({
    path: file,
    parse: (text) => {
      parsed += 1;
      return text;
    },
    absent: 'nothing',
    nowMs: () => now,
  });
  expect(read()).toBe('nothing');
  writeFileSync(file, 'one');
  expect(read()).toBe('nothing');
  now += 5_000;
  expect([read(), read()]).toEqual(['one', 'one']);
  now += 5_000;
  expect([read(), parsed]).toEqual(['one', 1]);
  writeFileSync(file, 'two, longer');
  now += 5_000;
  expect([read(), parsed]).toEqual(['two, longer', 2]);
  rmSync(file);
  now += 5_000;
  expect(read()).toBe('nothing');
});
