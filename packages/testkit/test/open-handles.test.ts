import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { expectNoLeaks, leakedSince, openHandles } from '../src/index.ts';

describe('the leak check', () => {
  test('names what is open that was not before, and is content once it is closed', async () => {
    const before = openHandles();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    expect(leakedSince(before)).toEqual(['1 more TCPServerWrap']);
    await expect(expectNoLeaks(before, { timeoutMs: 1 })).rejects.toThrow('1 more TCPServerWrap');
    server.close();
    await expectNoLeaks(before);
  });

  test('does not mind fewer', () => {
    expect(leakedSince(new Map([['Timeout', 3]]), new Map([['Timeout', 1]]))).toEqual([]);
  });
});
