import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { isOpenToAll } from './location.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'tocsin-location-'));
chmodSync(root, 0o755);
afterAll(() => rmSync(root, { recursive: true }));

test('a folder that everybody may enter all the way is open, also before it exists', () => {
  expect(isOpenToAll(root)).toBe(true);
  expect(isOpenToAll(path.join(root, 'not', 'there', 'yet'))).toBe(true);
});

test('a private folder anywhere on the way closes it', () => {
  const closed = path.join(root, 'private');
  mkdirSync(path.join(closed, 'inside'), { recursive: true });
  chmodSync(closed, 0o700);
  expect(isOpenToAll(closed)).toBe(false);
  expect(isOpenToAll(path.join(closed, 'inside'))).toBe(false);
});
