import { expect, test } from '@jest/globals';
import { portOfPidFile } from './cluster.ts';

test('the port is the fourth line of postmaster.pid', () => {
  expect(portOfPidFile('4711\n/data\n1790000000\n36555\n\n127.0.0.1\n  123 4\nready   \n')).toBe(36_555);
});

test.each(['', '4711\n/data\n', '4711\n/data\n1\nnope\n', '4711\n/data\n1\n0\n'])(
  '%j has no port',
  (text) => {
    expect(portOfPidFile(text)).toBeNull();
  },
);
