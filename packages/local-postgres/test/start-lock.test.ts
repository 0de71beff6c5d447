import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import { LocalPostgresInUseError, lockStart } from '../src/start-lock.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'tocsin-start-lock-'));
const file = path.join(folder, 'starting.lock');
afterEach(() => rmSync(file, { force: true }));
afterAll(() => rmSync(folder, { recursive: true }));

test('one at a time has it, and nothing is left of it', () => {
  const release = lockStart(folder);
  expect(() => lockStart(folder)).toThrow(LocalPostgresInUseError);
  release();
  lockStart(folder)();
  expect(readdirSync(folder)).toEqual([]);
});

test('one that a killed process left is taken over', async () => {
  const gone = spawn('true');
  await once(gone, 'exit');
  writeFileSync(file, `${gone.pid}\n12345\n`);
  const release = lockStart(folder);
  expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`^${process.pid}\n`));
  release();
  expect(readdirSync(folder)).toEqual([]);
});

test('so is one of a process whose id another one has by now', () => {
  writeFileSync(file, `${process.ppid}\nlong ago\n`);
  lockStart(folder)();
  expect(readdirSync(folder)).toEqual([]);
});
