import { describe, expect, test } from '@jest/globals';
import { badPortReason } from './bad-ports.ts';

describe('badPortReason', () => {
  const badPorts = Array.from({ length: 65_536 }, (_, port) => port).filter(
    (port) => badPortReason(port) !== null,
  );

  test('refuses 83 ports: the 82 that have a service, and 0', () => {
    expect(badPorts).toHaveLength(83);
    expect(badPorts[0]).toBe(0);
  });

  test('every port it refuses, but 0, is refused by the fetch of this Node, before it opens anything', async () => {
    for (const port of badPorts.slice(1)) {
      await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
        cause: { message: 'bad port' },
      });
    }
  });
});
