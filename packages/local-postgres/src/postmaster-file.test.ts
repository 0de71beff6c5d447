import { expect, test } from '@jest/globals';
import { parsePostmasterFile } from './postmaster-file.ts';

const file = (state: string) => `4711\n/data\n1790000000\n36555\n\n127.0.0.1\n  123 4\n${state}`;

test('tells the process, the port and whether it is to be waited for', () => {
  expect(parsePostmasterFile(file('ready   \n'))).toEqual({ pid: 4711, port: 36_555, isBusy: false });
  expect(parsePostmasterFile(file('standby \n'))).toMatchObject({ isBusy: false });
  for (const state of ['starting\n', 'stopping\n', '']) {
    expect(parsePostmasterFile(file(state))).toMatchObject({ isBusy: true });
  }
});

test.each(['4711\n/data\n', '4711\n/data\n1\nnope\n', '4711\n/data\n1\n0\n'])(
  '%j has no port yet',
  (text) => {
    expect(parsePostmasterFile(text)).toEqual({ pid: 4711, port: null, isBusy: true });
  },
);

test.each(['', '\n', '-12\n', 'x\n'])('%j names no process', (text) => {
  expect(parsePostmasterFile(text)).toBeNull();
});
