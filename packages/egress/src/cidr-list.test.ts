import { describe, expect, test } from '@jest/globals';
import { cidrContains, parseAddress } from './address.ts';
import { type CidrList, CidrListError, parseCidrList } from './cidr-list.ts';

function contains(list: CidrList, ip: string): boolean {
  const address = parseAddress(ip);
  return address !== null && list.some((cidr) => cidrContains(cidr, address));
}

describe('parseCidrList', () => {
  test.each(['', '   ', ',', ' , '])('takes %j for an empty list', (text) => {
    expect(parseCidrList(text)).toEqual([]);
  });

  test('reads ranges of both families, with spaces around them', () => {
    const list = parseCidrList(' 10.20.0.0/16 ,fd00:1::/32');
    expect(list.map((cidr) => cidr.text)).toEqual(['10.20.0.0/16', 'fd00:1::/32']);
    expect(
      ['10.20.0.0', '10.20.255.255', 'fd00:1::', 'fd00:1:ffff::1'].map((ip) => contains(list, ip)),
    ).toEqual([true, true, true, true]);
    expect(['10.19.255.255', '10.21.0.0', 'fd00:2::', 'fd00::ffff'].map((ip) => contains(list, ip))).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  test('takes an address without a length for that address alone', () => {
    const list = parseCidrList('10.0.0.7,fd00::7');
    expect(['10.0.0.7', 'fd00::7'].map((ip) => contains(list, ip))).toEqual([true, true]);
    expect(['10.0.0.6', '10.0.0.8', 'fd00::6', 'fd00::8'].some((ip) => contains(list, ip))).toBe(false);
  });

  test.each(['::ffff:10.0.0.0/104', '::ffff:a00:0/104'])('reads the mapped range %s as IPv4', (text) => {
    const list = parseCidrList(text);
    expect(['10.0.0.0', '10.255.255.255', '::ffff:10.1.2.3'].map((ip) => contains(list, ip))).toEqual([
      true,
      true,
      true,
    ]);
    expect(['9.255.255.255', '11.0.0.0', '::a00:1'].some((ip) => contains(list, ip))).toBe(false);
  });

  test('keeps IPv4, mapped or not, out of IPv6 ranges, the widest included', () => {
    const list = parseCidrList('::/0');
    expect(contains(list, 'fd00::1')).toBe(true);
    expect(contains(list, '10.0.0.1')).toBe(false);
    expect(contains(list, '::ffff:10.0.0.1')).toBe(false);
  });

  test('takes 0.0.0.0/0 for all of IPv4 and nothing of IPv6', () => {
    const list = parseCidrList('0.0.0.0/0');
    expect(['0.0.0.0', '255.255.255.255'].every((ip) => contains(list, ip))).toBe(true);
    expect(contains(list, '::1')).toBe(false);
  });

  test.each([
    'localhost',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '10.0.0.0/00',
    '10.0.0.0/8x',
    '10.0.0.0/x8',
    '10.0.0.0/8/8',
    '10.0.0.0/',
    '/8',
    '10.0.0/8',
    '010.0.0.0/8',
    '0x7f.0.0.1',
    '10.0.0.0/255.0.0.0',
    'fe80::1%eth0',
    'fd00::/129',
    '::ffff:10.0.0.0/33',
    '::ffff:0:0/80',
    '[::1]',
    '10.1.2.3/8',
    'fd00::1/8',
    '10.128.0.0/8',
    '0.0.0.0/08',
    '::ffff:10.0.0.1/104',
  ])('refuses %j and names it', (text) => {
    expect(() => parseCidrList(`10.0.0.0/8, ${text}`)).toThrow(CidrListError);
    expect(() => parseCidrList(`10.0.0.0/8, ${text}`)).toThrow(`"${text}"`);
  });

  test('names every faulty entry at once', () => {
    expect(() => parseCidrList('nonsense,10.0.0.0/8,10.0.0.0/64')).toThrow(/"nonsense".*"10\.0\.0\.0\/64"/);
  });

  test.each([
    ['localhost/8', '"localhost/8" is not an address range: "localhost" is not an IP address'],
    [
      '10.0.0.0/33',
      '"10.0.0.0/33" is not an address range: the prefix length must be a whole number from 0 to 32',
    ],
    [
      'fd00::/129',
      '"fd00::/129" is not an address range: the prefix length must be a whole number from 0 to 128',
    ],
    [
      '::ffff:10.0.0.0/95',
      '"::ffff:10.0.0.0/95" is not an address range: the prefix length must be a whole number from 96 to 128',
    ],
    ['10.1.2.3/8', '"10.1.2.3/8" is not an address range: its address has bits set beyond the first 8'],
    [
      '10.1.2.3/8,::ffff:10.0.0.1/104',
      '"10.1.2.3/8" is not an address range: its address has bits set beyond the first 8; ' +
        '"::ffff:10.0.0.1/104" is not an address range: its address has bits set beyond the first 104',
    ],
  ])('says what is wrong with %s', (text, message) => {
    const error = expect.objectContaining({ name: 'CidrListError', code: 'invalid_cidr_list', message });
    expect(() => parseCidrList(text)).toThrow(error);
  });

  test.each([
    ['10.0.0.128/25', '10.0.0.128', '10.0.0.127'],
    ['10.0.0.0/31', '10.0.0.1', '10.0.0.2'],
    ['fd00:0:0:8000::/49', 'fd00:0:0:8000::1', 'fd00:0:0:7fff::1'],
    ['::ffff:0:0/96', '255.255.255.255', '::1'],
  ])('takes %s to the bit', (text, inside, outside) => {
    const list = parseCidrList(text);
    expect([contains(list, inside), contains(list, outside)]).toEqual([true, false]);
  });
});
