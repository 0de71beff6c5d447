import { describe, expect, test } from '@jest/globals';
import { parseCidrList } from './cidr-list.ts';
import { peerFault } from './peer-fault.ts';
import { createEgressPolicy } from './policy.ts';

const policy = createEgressPolicy({ allow: parseCidrList('127.0.0.0/8'), ownAddresses: () => [] });

describe('peerFault', () => {
  test('passes a public peer and one in an allowed range', () => {
    expect(peerFault(policy, 'example.com', 443, '1.1.1.1')).toBeNull();
    expect(peerFault(policy, 'receiver', 443, '127.0.0.1')).toBeNull();
    expect(peerFault(policy, 'receiver', 443, '::ffff:127.0.0.1')).toBeNull();
  });

  test('refuses a forbidden peer, and a forbidden name at a public peer', () => {
    expect(peerFault(policy, 'example.com', 443, '10.0.0.1')).toMatchObject({ code: 'egress_blocked' });
    expect(peerFault(policy, 'receiver', 443, '1.1.1.1')).toMatchObject({ code: 'egress_blocked' });
  });

  test('takes a peer that has gone for a reset connection, not for a forbidden address', () => {
    expect(peerFault(policy, 'example.com', 443, undefined)).toMatchObject({ code: 'ECONNRESET' });
  });
});
