import { expect, test } from '@jest/globals';
import { parseHosts } from './hosts-file.ts';

test('gives the addresses of each name, whatever its case, in the order of the file', () => {
  const hosts = parseHosts(
    '# static\n127.0.0.1\tlocalhost Localhost.LocalDomain # this machine\n\n::1 localhost\n10.1.2.3 receiver\r\n',
  );
  expect(hosts.get('localhost')).toEqual([
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ]);
  expect(hosts.get('localhost.localdomain')).toEqual([{ address: '127.0.0.1', family: 4 }]);
  expect(hosts.get('receiver')).toEqual([{ address: '10.1.2.3', family: 4 }]);
});

test('leaves out what is no address, an address with a zone, and a repetition', () => {
  const hosts = parseHosts('not-an-address a\nfe80::1%lo0 b\n#1.2.3.4 c\n1.2.3.4 d\n1.2.3.4 d\n1.2.3.4\n');
  expect([...hosts]).toEqual([['d', [{ address: '1.2.3.4', family: 4 }]]]);
});
