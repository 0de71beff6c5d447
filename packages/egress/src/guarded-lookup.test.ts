import type { LookupAddress } from 'node:dns';
import { describe, expect, test } from '@jest/globals';
import { createGuardedLookup, type LookupOptions, type ResolveAll } from './guarded-lookup.ts';
import { createEgressPolicy } from './policy.ts';

const policy = createEgressPolicy({ allow: [], ownAddresses: () => [] });
const DUAL: LookupAddress[] = [
  { address: '2606:2800:220:1::1', family: 6 },
  { address: '1.1.1.1', family: 4 },
];

function lookUp(
  options: Omit<LookupOptions, 'port'>,
  resolve: ResolveAll = (_name, _options, callback) => callback(null, DUAL),
): Promise<unknown> {
  const look = createGuardedLookup({ policy, resolve });
  return look('example.com', { port: 443, ...options }).catch((error: unknown) => error);
}

describe('createGuardedLookup', () => {
  test('returns the very addresses it judged, in their order', async () => {
    expect(await lookUp({})).toEqual(DUAL);
  });

  test.each([4, 'IPv4'] as const)('returns only the family asked for (%s)', async (family) => {
    expect(await lookUp({ family })).toEqual([DUAL[1]]);
  });

  test.each([6, 'IPv6'] as const)('returns only the family asked for (%s)', async (family) => {
    expect(await lookUp({ family })).toEqual([DUAL[0]]);
  });

  test('finds nothing if there is no address of the family asked for', async () => {
    const onlyV4: ResolveAll = (_name, _options, callback) =>
      callback(null, [{ address: '1.1.1.1', family: 4 }]);
    expect(await lookUp({ family: 6 }, onlyV4)).toMatchObject({ code: 'ENOTFOUND' });
  });

  test('asks for all addresses of all families, with the hints of the caller', async () => {
    const asked: unknown[] = [];
    await lookUp({ family: 4, hints: 32 }, (name, options, callback) => {
      asked.push([name, options]);
      callback(null, DUAL);
    });
    expect(asked).toEqual([['example.com', { all: true, hints: 32 }]]);
  });

  test('judges an answer that is no address as forbidden', async () => {
    const odd: ResolveAll = (_name, _options, callback) =>
      callback(null, [{ address: 'fe80::1%eth0', family: 6 }]);
    expect(await lookUp({}, odd)).toMatchObject({ code: 'egress_blocked' });
  });
});
