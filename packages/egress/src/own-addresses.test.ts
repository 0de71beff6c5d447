import { networkInterfaces } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { createOwnAddresses } from './own-addresses.ts';

function interfaceWith(address: string): ReturnType<typeof networkInterfaces> {
  return {
    eth0: [{ address, netmask: '', mac: '', internal: false, cidr: null, family: 'IPv4' }],
    down: undefined,
  };
}

describe('createOwnAddresses', () => {
  test('lists the addresses of every interface of this machine', () => {
    const expected = Object.values(networkInterfaces()).flatMap(
      (list) => list?.map((one) => one.address) ?? [],
    );
    expect(expected.length).toBeGreaterThan(0);
    expect(createOwnAddresses()()).toEqual(expected);
  });

  test('reads again after five seconds, and not before', () => {
    let nowMs = 1_000;
    let address = '1.1.1.1';
    const ownAddresses = createOwnAddresses({
      readInterfaces: () => interfaceWith(address),
      nowMs: () => nowMs,
    });
    expect(ownAddresses()).toEqual(['1.1.1.1']);

    address = '8.8.8.8';
    nowMs += 4_999;
    expect(ownAddresses()).toEqual(['1.1.1.1']);
    nowMs += 1;
    expect(ownAddresses()).toEqual(['8.8.8.8']);
  });
});
