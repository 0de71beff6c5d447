import { describe, expect, test } from '@jest/globals';
import { parseCidrList } from './cidr-list.ts';
import { createEgressPolicy, type EgressPolicy } from './policy.ts';

const OWN = '93.184.216.99';

function policyAllowing(ranges: string, ownAddresses = () => [OWN, '2606:2800:220:1::99']): EgressPolicy {
  return createEgressPolicy({ allow: parseCidrList(ranges), ownAddresses });
}

describe('judgeAddress', () => {
  test.each(['1.1.1.1', '2606:2800:220:1::1', '::ffff:1.1.1.1'])('allows the public address %s', (ip) => {
    expect(policyAllowing('').judgeAddress(ip)).toEqual({ allowed: true });
  });

  test('says what a forbidden address is, and where that is laid down', () => {
    expect(policyAllowing('').judgeAddress('10.0.0.1')).toEqual({
      allowed: false,
      reason: 'private address (RFC 1918)',
    });
    expect(policyAllowing('').judgeAddress('4000::1')).toEqual({
      allowed: false,
      reason: 'not a global unicast address (outside 2000::/3)',
    });
  });

  test.each(['', 'example.com', '0x7f.1', '2130706433', 'fe80::1%eth0', '2606:2800::1%1', '[::1]'])(
    'refuses %j, which is no address in strict notation',
    (ip) => {
      expect(policyAllowing('').judgeAddress(ip).allowed).toBe(false);
      expect(policyAllowing('0.0.0.0/0,::/0').judgeAddress(ip).allowed).toBe(false);
    },
  );

  test.each([OWN, `::ffff:${OWN}`, '2606:2800:220:1::99', '2606:2800:220:1:0:0:0:99'])(
    "refuses this machine's own public address %s",
    (ip) => {
      expect(policyAllowing('').judgeAddress(ip)).toEqual({
        allowed: false,
        reason: "one of this machine's own addresses",
      });
    },
  );

  test('knows an own address in any notation that the interfaces may list it in', () => {
    const policy = policyAllowing('', () => [
      '::FFFF:1.1.1.1',
      '2606:2800:0220:0001:0:0:0:0077',
      'fe80::1%eth0',
    ]);
    expect(policy.judgeAddress('1.1.1.1').allowed).toBe(false);
    expect(policy.judgeAddress('2606:2800:220:1::77').allowed).toBe(false);
    expect(policy.judgeAddress('8.8.8.8').allowed).toBe(true);
  });

  test('looks at own addresses anew each time', () => {
    let own: string[] = [];
    const policy = policyAllowing('', () => own);
    expect(policy.judgeAddress('1.1.1.1').allowed).toBe(true);
    own = ['1.1.1.1'];
    expect(policy.judgeAddress('1.1.1.1').allowed).toBe(false);
  });

  test('refuses everything not allow-listed while own addresses cannot be read', () => {
    const policy = policyAllowing('10.0.0.0/8', () => {
      throw new Error('EPERM');
    });
    expect(policy.judgeAddress('1.1.1.1').allowed).toBe(false);
    expect(policy.judgeAddress('10.0.0.1').allowed).toBe(true);
  });

  test('allowed ranges lift the address and own-address rules for what falls into them, and nothing else', () => {
    const policy = policyAllowing(`127.0.0.0/8,${OWN},fd00::/8`);
    for (const ip of ['127.0.0.1', '::ffff:127.0.0.1', OWN, 'fd00::1']) {
      expect(policy.judgeAddress(ip)).toEqual({ allowed: true });
    }
    for (const ip of ['126.0.0.0', '10.0.0.1', '::1', 'fc00::1', '2606:2800:220:1::99']) {
      expect(policy.judgeAddress(ip).allowed).toBe(ip === '126.0.0.0');
    }
  });
});

const FORBIDDEN_NAMES = [
  'localhost',
  'LOCALHOST',
  'localhost.',
  'localhost..',
  'a.localhost',
  'printer.local',
  'cluster.local',
  'db.corp.internal.',
  'router.home.arpa',
  'home.arpa',
  'receiver',
  'com.',
  'ｌｏｃａｌｈｏｓｔ',
];

describe('judgeHost', () => {
  test.each(FORBIDDEN_NAMES)('refuses the name %s', (name) => {
    expect(policyAllowing('').judgeHost(name).allowed).toBe(false);
  });

  test.each(FORBIDDEN_NAMES)('leaves the name %s to its addresses when ranges are allowed', (name) => {
    expect(policyAllowing('10.0.0.0/8').judgeHost(name).allowed).toBe(true);
  });

  test.each([
    'example.com',
    'example.com.',
    'localhost.example.com',
    'mylocal',
    'example.notlocal',
    'my_hook.example.com',
  ])('judges the name %s by its labels, not by parts of them', (name) => {
    expect(policyAllowing('').judgeHost(name).allowed).toBe(name !== 'mylocal');
  });

  test.each([
    '127.0.0.1',
    '127.0.0.1.',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '[::1]',
    '::1',
    '[::ffff:7f00:1]',
    '１２７.0.0.1',
  ])('judges the literal %s as the address it stands for', (host) => {
    expect(policyAllowing('').judgeHost(host)).toMatchObject({
      allowed: false,
      reason: expect.stringContaining('loopback'),
    });
  });

  test.each([
    '',
    '.',
    '[fe80::1%25eth0]',
    'fe80::1%eth0',
    'a b.com',
    'x@127.0.0.1',
    '127.0.0.1/x',
    'a\tb.com',
    '256.1.1.1',
    '127.0.0.1%00.example.com',
    '[10.0.0.1',
    '110.0.0.1]',
  ])('refuses %j as no host, whatever is allowed', (host) => {
    expect(policyAllowing('0.0.0.0/0,::/0').judgeHost(host)).toEqual({
      allowed: false,
      reason: 'not a valid host',
    });
  });
});

describe('judgeAnswer', () => {
  test('allows a name whose addresses are all public', () => {
    expect(policyAllowing('').judgeAnswer('example.com', ['1.1.1.1', '2606:2800:220:1::1'])).toEqual({
      allowed: true,
    });
  });

  test('refuses a name if one address among several is forbidden, wherever it stands', () => {
    const policy = policyAllowing('');
    expect(policy.judgeAnswer('example.com', ['1.1.1.1', '10.0.0.1']).allowed).toBe(false);
    expect(policy.judgeAnswer('example.com', ['10.0.0.1', '1.1.1.1']).allowed).toBe(false);
  });

  test('does not tell what the name resolves to', () => {
    expect(policyAllowing('').judgeAnswer('example.com', ['10.1.2.3'])).toEqual({
      allowed: false,
      reason: 'resolves to a forbidden address: private address (RFC 1918)',
    });
  });

  test.each(FORBIDDEN_NAMES)(
    'allows the forbidden name %s only if every address is in an allowed range',
    (name) => {
      const policy = policyAllowing('127.0.0.0/8,::1');
      expect(policy.judgeAnswer(name, ['127.0.0.1', '::1'])).toEqual({ allowed: true });
      expect(policy.judgeAnswer(name, ['127.0.0.1', '1.1.1.1']).allowed).toBe(false);
      expect(policy.judgeAnswer(name, ['1.1.1.1']).allowed).toBe(false);
      expect(policyAllowing('').judgeAnswer(name, ['1.1.1.1']).allowed).toBe(false);
    },
  );

  test('refuses a name without addresses and a scoped address', () => {
    const policy = policyAllowing('fe80::/10');
    expect(policy.judgeAnswer('example.com', []).allowed).toBe(false);
    expect(policy.judgeAnswer('example.com', ['fe80::1%eth0']).allowed).toBe(false);
  });
});

describe('judgePort', () => {
  test.each([0, 22, 25, 6000, 10080, -1, 65_536, 1.5, Number.NaN])(
    'refuses %d whatever is allowed',
    (port) => {
      expect(policyAllowing('0.0.0.0/0,::/0').judgePort(port).allowed).toBe(false);
    },
  );

  test.each([80, 443, 8081, 8443, 65_535])('allows %d', (port) => {
    expect(policyAllowing('').judgePort(port)).toEqual({ allowed: true });
  });
});

describe('the reason', () => {
  const policy = policyAllowing('');
  const reasonOf = (verdict: ReturnType<EgressPolicy['judgeHost']>) =>
    verdict.allowed ? null : verdict.reason;

  test.each([
    ['localhost', 'names under "localhost" are not public (RFC 6761)'],
    ['printer.local', 'names under "local" are not public (RFC 6762)'],
    ['db.internal', 'names under "internal" are not public (reserved by ICANN in 2024)'],
    ['home.arpa', 'names under "home.arpa" are not public (RFC 8375)'],
    ['receiver', 'a name of a single label is not public'],
  ])('for the name %s is that %s', (name, reason) => {
    expect(reasonOf(policy.judgeHost(name))).toBe(reason);
    expect(reasonOf(policy.judgeAnswer(name, ['1.1.1.1']))).toBe(reason);
  });

  test('for an answer is what is wrong with it', () => {
    expect(reasonOf(policy.judgeAnswer('a b.com', ['1.1.1.1']))).toBe('not a valid host');
    expect(reasonOf(policy.judgeAnswer('example.com', []))).toBe('resolves to no address');
    expect(reasonOf(policy.judgeAnswer('10.0.0.1', ['10.0.0.1']))).toBe('private address (RFC 1918)');
    expect(reasonOf(policy.judgeAnswer('example.com', ['fe80::1%eth0']))).toBe(
      'resolves to a forbidden address: not an IP address, or one with a zone id',
    );
  });

  test('for a port is what it is, or that it is none', () => {
    expect(reasonOf(policy.judgePort(25))).toBe(
      'port 25 is one of the ports that browsers block (WHATWG Fetch)',
    );
    expect(reasonOf(policy.judgePort(65_536))).toBe('65536 is not a port');
  });

  test('while own addresses cannot be read is that', () => {
    const blind = policyAllowing('', () => {
      throw new Error('EPERM');
    });
    expect(reasonOf(blind.judgeAddress('1.1.1.1'))).toBe(
      "this machine's own addresses can't be read, so none can be told apart from them",
    );
  });
});

describe("what is Tocsin's own", () => {
  const asked: number[] = [];
  const policy = createEgressPolicy({
    allow: parseCidrList('127.0.0.0/8'),
    ownAddresses: () => [],
    reserved: {
      add: () => undefined,
      known: async (port) => void asked.push(port),
      isReservedName: (name, port) => name === 'db.example.com' && port === 5432,
      isReservedAddress: (address, port) => address.toString() === '127.0.0.1' && port === 5432,
    },
  });
  const refused = {
    allowed: false,
    reason: "it is one of Tocsin's own services (a listener, its database, its queues), whatever is allowed",
  };

  test('is refused by address and by name, whatever is allowed, at its port alone', () => {
    for (const host of ['127.0.0.1', 'db.example.com']) {
      expect(policy.judgeHost(host, 5432)).toEqual(refused);
      expect(policy.judgeHost(host, 443)).toEqual({ allowed: true });
      expect(policy.judgeHost(host)).toEqual({ allowed: true });
    }
    expect(policy.judgeHost('127.0.0.2', 5432)).toEqual({ allowed: true });
  });

  test('is refused in the answer for any name', () => {
    expect(policy.judgeAnswer('a.example.com', ['127.0.0.2', '127.0.0.1'], 5432)).toEqual(refused);
    expect(policy.judgeAnswer('a.example.com', ['127.0.0.1'], 443)).toEqual({ allowed: true });
    expect(policy.judgeAnswer('a.example.com', ['127.0.0.1'])).toEqual({ allowed: true });
  });

  test('is asked about by port; without any there is nothing to wait for', async () => {
    await policy.known(5432);
    expect(asked).toEqual([5432]);
    const plain = policyAllowing('127.0.0.0/8');
    await expect(plain.known(5432)).resolves.toBeUndefined();
    expect(plain.judgeHost('127.0.0.1', 5432)).toEqual({ allowed: true });
    expect(plain.judgeAnswer('db.example.com', ['127.0.0.1'], 5432)).toEqual({ allowed: true });
  });
});
