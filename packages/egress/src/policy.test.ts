import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseCidrList } from './cidr-list.ts';
import { badPortReason, createEgressPolicy, type EgressPolicy } from './policy.ts';

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

/**
 * The ranges of the table again, as first and last address: written independently, and compared as numbers by other
 * code.
 */
const FORBIDDEN_IPV4: readonly (readonly [string, string])[] = [
  ['0.0.0.0', '0.255.255.255'],
  ['10.0.0.0', '10.255.255.255'],
  ['100.64.0.0', '100.127.255.255'],
  ['127.0.0.0', '127.255.255.255'],
  ['168.63.129.16', '168.63.129.16'],
  ['169.254.0.0', '169.254.255.255'],
  ['172.16.0.0', '172.31.255.255'],
  ['192.0.0.0', '192.0.0.255'],
  ['192.0.2.0', '192.0.2.255'],
  ['192.31.196.0', '192.31.196.255'],
  ['192.52.193.0', '192.52.193.255'],
  ['192.88.99.0', '192.88.99.255'],
  ['192.168.0.0', '192.168.255.255'],
  ['192.175.48.0', '192.175.48.255'],
  ['198.18.0.0', '198.19.255.255'],
  ['198.51.100.0', '198.51.100.255'],
  ['203.0.113.0', '203.0.113.255'],
  ['224.0.0.0', '255.255.255.255'],
];

/** The first and the last 32 bits of each hole in 2000::/3; 2620:4f:8000::/48 is tested on its own. */
const FORBIDDEN_IPV6_WORDS: readonly (readonly [number, number])[] = [
  [0x2001_0000, 0x2001_01ff],
  [0x2001_0db8, 0x2001_0db8],
  [0x2002_0000, 0x2002_ffff],
  [0x3ffe_0000, 0x3ffe_ffff],
  [0x3fff_0000, 0x3fff_0fff],
];
const AS112_WORD = 0x2620_004f;

const policy = createEgressPolicy({ allow: [], ownAddresses: () => [] });
const isAllowed = (ip: string) => policy.judgeAddress(ip).allowed;

function ipv4ToNumber(ip: string): number {
  return ip.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

function numberToIpv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.');
}

function isForbiddenNumber(value: number): boolean {
  return FORBIDDEN_IPV4.some(([first, last]) => ipv4ToNumber(first) <= value && value <= ipv4ToNumber(last));
}

function wordToIpv6(word: number, rest = '::'): string {
  return `${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}${rest}`;
}

function isForbiddenWord(word: number): boolean {
  if (word < 0x2000_0000 || word > 0x3fff_ffff) return true;
  return FORBIDDEN_IPV6_WORDS.some(([first, last]) => first <= word && word <= last);
}

const boundary = fc.constantFrom(...FORBIDDEN_IPV4.flat().map(ipv4ToNumber));
const nearBoundary = fc
  .tuple(boundary, fc.integer({ min: -2, max: 2 }))
  .map(([edge, offset]) => Math.min(0xffff_ffff, Math.max(0, edge + offset)));
const anyIpv4 = fc.oneof(fc.integer({ min: 0, max: 0xffff_ffff }), nearBoundary);

describe('public IPv4 addresses', () => {
  test.each(FORBIDDEN_IPV4)(
    '%s to %s is forbidden, and its neighbours are judged on their own',
    (first, last) => {
      const [from, to] = [ipv4ToNumber(first), ipv4ToNumber(last)];
      expect(isAllowed(first)).toBe(false);
      expect(isAllowed(last)).toBe(false);
      for (const neighbour of [from - 1, to + 1].filter((value) => value >= 0 && value <= 0xffff_ffff)) {
        expect([numberToIpv4(neighbour), isAllowed(numberToIpv4(neighbour))]).toEqual([
          numberToIpv4(neighbour),
          !isForbiddenNumber(neighbour),
        ]);
      }
    },
  );

  test('every address is judged as the ranges say', () => {
    fc.assert(
      fc.property(anyIpv4, (value) => isAllowed(numberToIpv4(value)) === !isForbiddenNumber(value)),
      { numRuns: 5_000 },
    );
  });

  test('an IPv4-mapped address is judged exactly as its IPv4 address, in either notation', () => {
    fc.assert(
      fc.property(anyIpv4, (value) => {
        const ip = numberToIpv4(value);
        const verdict = policy.judgeAddress(ip);
        const hex = `${(value >>> 16).toString(16)}:${(value & 0xffff).toString(16)}`;
        expect(policy.judgeAddress(`::ffff:${ip}`)).toEqual(verdict);
        expect(policy.judgeAddress(`0:0:0:0:0:FFFF:${hex}`)).toEqual(verdict);
        expect(policy.judgeHost(`[::ffff:${hex}]`)).toEqual(verdict);
      }),
    );
  });

  test('every numeric notation of a host is judged as its address', () => {
    fc.assert(
      fc.property(anyIpv4, (value) => {
        const verdict = policy.judgeAddress(numberToIpv4(value));
        for (const host of [
          `${value}`,
          `0x${value.toString(16)}`,
          `0${value.toString(8)}`,
          `${numberToIpv4(value)}.`,
        ]) {
          expect(policy.judgeHost(host)).toEqual(verdict);
        }
      }),
    );
  });
});

describe('the reason', () => {
  test.each([
    ['0.1.2.3', '"this network" address (RFC 791)'],
    ['10.0.0.1', 'private address (RFC 1918)'],
    ['100.64.0.1', 'shared (carrier-grade NAT) address (RFC 6598)'],
    ['127.0.0.1', 'loopback address (RFC 1122)'],
    ['172.16.0.1', 'private address (RFC 1918)'],
    ['192.0.2.1', 'documentation address (RFC 5737)'],
    ['192.31.196.1', 'AS112 address (RFC 7535)'],
    ['192.52.193.1', 'AMT relay address (RFC 7450)'],
    ['192.88.99.1', '6to4 relay address (RFC 7526)'],
    ['192.168.0.1', 'private address (RFC 1918)'],
    ['192.175.48.1', 'AS112 address (RFC 7534)'],
    ['198.18.0.1', 'benchmarking address (RFC 2544)'],
    ['198.51.100.1', 'documentation address (RFC 5737)'],
    ['203.0.113.1', 'documentation address (RFC 5737)'],
    ['224.0.0.1', 'multicast address (RFC 5771)'],
    ['2001:db8::1', 'documentation address (RFC 3849)'],
    ['2620:4f:8000::1', 'AS112 address (RFC 7534)'],
    ['3ffe::1', '6bone address, returned to IANA (RFC 3701)'],
    ['3fff::1', 'documentation address (RFC 9637)'],
    ['169.254.169.254', 'link-local or cloud metadata address (RFC 3927)'],
    ['168.63.129.16', 'cloud platform address (Azure wire server)'],
    ['192.0.0.192', 'protocol assignment address (RFC 6890)'],
    ['255.255.255.255', 'broadcast address (RFC 8190)'],
    ['255.255.255.254', 'reserved address (RFC 1112)'],
    ['2001::1', 'Teredo address (RFC 4380)'],
    ['2001:2::1', 'benchmarking address (RFC 5180)'],
    ['2001:10::1', 'ORCHID (RFC 4843)'],
    ['2001:20::1', 'ORCHIDv2 (RFC 7343)'],
    ['2001:1::1', 'protocol assignment address (RFC 2928)'],
    ['2002:7f00:1::', '6to4 address (RFC 3056)'],
    ['::', 'unspecified address (RFC 4291)'],
    ['::1', 'loopback address (RFC 4291)'],
    ['::7f00:1', 'IPv4-compatible address (RFC 4291, deprecated)'],
    ['64:ff9b::a9fe:a9fe', 'NAT64 address (RFC 6052)'],
    ['64:ff9b:1::1', 'local NAT64 address (RFC 8215)'],
    ['100::1', 'discard-only address (RFC 6666)'],
    ['100:0:0:1::1', 'dummy address (RFC 9780)'],
    ['5f00::1', 'segment routing address (RFC 9602)'],
    ['fd00:ec2::254', 'unique local address (RFC 4193)'],
    ['fe80::1', 'link-local address (RFC 4291)'],
    ['fec0::1', 'site-local address (RFC 3879, deprecated)'],
    ['ff02::1', 'multicast address (RFC 4291)'],
    ['4000::1', 'not a global unicast address (outside 2000::/3)'],
  ])('for %s is that it is a %s', (ip, reason) => {
    expect(policy.judgeAddress(ip)).toEqual({ allowed: false, reason });
  });
});

describe('public IPv6 addresses', () => {
  const edges = fc.constantFrom(...FORBIDDEN_IPV6_WORDS.flat(), 0x2000_0000, 0x3fff_ffff);
  const nearEdge = fc.tuple(edges, fc.integer({ min: -2, max: 2 })).map(([edge, offset]) => edge + offset);
  const anyWord = fc.oneof(
    fc.integer({ min: 0, max: 0xffff_ffff }),
    fc.integer({ min: 0x2000_0000, max: 0x3fff_ffff }),
    nearEdge,
  );
  const anyRest = fc.constantFrom('::', '::1', ':ffff:ffff:ffff:ffff:ffff:ffff');

  test('only 2000::/3 without its holes is public', () => {
    fc.assert(
      fc.property(anyWord, anyRest, (word, rest) => {
        fc.pre(word !== AS112_WORD);
        return isAllowed(wordToIpv6(word, rest)) === !isForbiddenWord(word);
      }),
      { numRuns: 5_000 },
    );
  });

  test.each([
    ['2620:4f:7fff:ffff:ffff:ffff:ffff:ffff', true],
    ['2620:4f:8000::', false],
    ['2620:4f:8000:ffff:ffff:ffff:ffff:ffff', false],
    ['2620:4f:8001::', true],
    ['::', false],
    ['::1', false],
    ['::7f00:1', false],
    ['64:ff9b::a00:1', false],
    ['64:ff9b:1::1', false],
    ['100::1', false],
    ['5f00::1', false],
    ['fe80::1', false],
    ['ff0e::1', false],
    ['2000::', true],
    ['2003::1', true],
    ['2606:2800:220:1:248:1893:25c8:1946', true],
  ])('%s: %s', (ip, allowed) => {
    expect(isAllowed(ip)).toBe(allowed);
  });
});
