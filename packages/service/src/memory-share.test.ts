import { expect, test } from '@jest/globals';
import { bodyRoomBytes, readMemoryFacts } from './memory-share.ts';

const MIB = 1024 * 1024;

test.each([
  [
    'the control group',
    { constrainedBytes: 512 * MIB, totalBytes: 24_576 * MIB, heapBytesMax: 4_096 * MIB },
    128,
  ],
  [
    'the machine, where Node names a limit beyond it',
    { constrainedBytes: 2 ** 64, totalBytes: 1_024 * MIB, heapBytesMax: 4_096 * MIB },
    256,
  ],
  [
    'the machine, where there is no limit',
    { constrainedBytes: 0, totalBytes: 1_024 * MIB, heapBytesMax: 4_096 * MIB },
    256,
  ],
  [
    'the machine, where nothing is known',
    { constrainedBytes: undefined, totalBytes: 1_024 * MIB, heapBytesMax: 4_096 * MIB },
    256,
  ],
  ['the heap', { constrainedBytes: 512 * MIB, totalBytes: 24_576 * MIB, heapBytesMax: 256 * MIB }, 64],
])('a quarter of the smallest: %s', (_, facts, mebibytes) => {
  expect(bodyRoomBytes(facts)).toBe(mebibytes * MIB);
});

test('this process has some', () => {
  expect(bodyRoomBytes(readMemoryFacts())).toBeGreaterThan(0);
});
