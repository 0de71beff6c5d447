import { describe, expect, test } from '@jest/globals';
import { type Address, parseAddress } from './address.ts';
import { createReservedEndpoints } from './reserved-endpoints.ts';

const at = (text: string) => parseAddress(text) as Address;
const OWN = ['127.0.0.1', '::1', '10.0.0.7'];

function create(names: Record<string, string[]> = {}) {
  let atMs = 0;
  const asked: string[] = [];
  const reserved = createReservedEndpoints({
    isOwnAddress: (address) => OWN.some((own) => at(own).toString() === address.toString()),
    resolve: async (name) => {
      asked.push(name);
      const found = names[name];
      if (found === undefined) throw new Error('not found');
      return found.map((address) => ({ address, family: 4 }));
    },
    nowMs: () => atMs,
  });
  return { reserved, asked, names, pass: (ms: number) => (atMs += ms) };
}

describe("what is Tocsin's own", () => {
  test('is a listener at every address of this machine, and at no other', () => {
    const { reserved } = create();
    reserved.add({ host: null, port: 8080 });
    for (const own of [...OWN, '::ffff:127.0.0.1']) {
      expect(reserved.isReservedAddress(at(own), 8080)).toBe(true);
      expect(reserved.isReservedAddress(at(own), 8081)).toBe(false);
    }
    expect(reserved.isReservedAddress(at('10.0.0.8'), 8080)).toBe(false);
  });

  test('is an address that a setting names, and where that is this machine, all of its addresses', () => {
    const { reserved } = create();
    reserved.add({ host: '10.9.9.9', port: 5432 }, { host: '127.0.0.1', port: 6379 });
    expect(reserved.isReservedAddress(at('10.9.9.9'), 5432)).toBe(true);
    expect(reserved.isReservedAddress(at('10.9.9.9'), 6379)).toBe(false);
    expect(reserved.isReservedAddress(at('10.0.0.7'), 6379)).toBe(true);
  });

  test('is a name that a setting names, and whatever it resolves to', async () => {
    const { reserved, asked, names, pass } = create({ postgres: ['172.18.0.5'] });
    reserved.add({ host: 'postgres', port: 5432 }, { host: 'gone', port: 5432 });
    expect(reserved.isReservedName('postgres', 5432)).toBe(true);
    expect(reserved.isReservedName('postgres', 80)).toBe(false);
    await reserved.known(80);
    expect(asked).toEqual([]);
    await reserved.known(5432);
    await reserved.known(5432);
    expect(asked.filter((name) => name === 'postgres')).toHaveLength(1);
    expect(reserved.isReservedAddress(at('172.18.0.5'), 5432)).toBe(true);
    expect(reserved.isReservedAddress(at('172.18.0.6'), 5432)).toBe(false);
    names.postgres = ['172.18.0.6'];
    pass(60_000);
    await reserved.known(5432);
    expect(reserved.isReservedAddress(at('172.18.0.6'), 5432)).toBe(true);
    delete names.postgres;
    pass(60_000);
    await reserved.known(5432);
    expect(reserved.isReservedAddress(at('172.18.0.6'), 5432)).toBe(true);
  });
});
