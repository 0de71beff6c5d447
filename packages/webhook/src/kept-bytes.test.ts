import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createKeptBytes } from './kept-bytes.ts';

const BYTES_MAX = 4_096;

test('the first bytes are kept, however they come, in at most twice their memory', () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes)));
  fc.assert(
    fc.property(chunks, (some) => {
      const kept = createKeptBytes(BYTES_MAX);
      for (const chunk of some) kept.add(chunk);
      const all = Buffer.concat(some).subarray(0, BYTES_MAX);
      expect(kept.bytes().equals(all)).toBe(true);
      expect(kept.bytes().buffer.byteLength).toBeLessThanOrEqual(Math.max(512, 2 * all.length));
    }),
  );
});

test('a piece of a large chunk does not keep the chunk', () => {
  const kept = createKeptBytes(BYTES_MAX);
  kept.add(Buffer.allocUnsafeSlow(1024 * 1024));
  expect(kept.bytes().length).toBe(BYTES_MAX);
  expect(kept.bytes().buffer.byteLength).toBe(BYTES_MAX);
});

test('nothing is kept once it is cleared, and what comes then is', () => {
  const kept = createKeptBytes(BYTES_MAX);
  kept.add(Buffer.from('before'));
  kept.clear();
  expect(kept.bytes().buffer.byteLength).toBe(0);
  kept.add(Buffer.from('after'));
  expect(kept.bytes().toString()).toBe('after');
});
