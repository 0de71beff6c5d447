import { describe, expect, test } from '@jest/globals';
import { parseCidrList } from './cidr-list.ts';
import { checkDestinationUrl } from './destination-url.ts';
import { createEgressPolicy } from './policy.ts';

const strict = createEgressPolicy({ allow: [], ownAddresses: () => ['93.184.216.99'] });
const loopbackAllowed = createEgressPolicy({ allow: parseCidrList('127.0.0.0/8'), ownAddresses: () => [] });

describe('checkDestinationUrl', () => {
  test.each([
    'https://hooks.example.com/in?token=a%20b#part',
    'HTTPS://EXAMPLE.com:8443/In',
    'https://münchen.example/',
    'https://example.com./',
    'https://example.com/?u=http://user@127.0.0.1/\\',
    'https://1.1.1.1/',
    'https://[2606:2800:220:1::1]/',
  ])('accepts %s', (text) => {
    const check = checkDestinationUrl(text, strict);
    expect(check).toEqual({ ok: true, url: new URL(text) });
  });

  test.each([
    ['', /empty/],
    ['example.com', /http:\/\/ or https:\/\//],
    ['ftp://example.com/', /http:\/\/ or https:\/\//],
    ['https:example.com', /http:\/\/ or https:\/\//],
    ['https:/example.com/', /http:\/\/ or https:\/\//],
    ['https:///example.com/', /http:\/\/ or https:\/\//],
    ['https:\\\\example.com\\', /http:\/\/ or https:\/\//],
    ['https://example.com\\@127.0.0.1/', /backslash/],
    ['https://example.com/a\\b', /backslash/],
    [' https://example.com/', /space/],
    ['https://example.com/ ', /space/],
    ['https://example.com/\u00a0', /space/],
    ['https://exa\tmple.com/', /control/],
    ['https://example.com/\n', /control/],
    ['https://example.com/\r\nX-Evil: 1', /control/],
    ['https://example.com/\u0000', /control/],
    ['https://example.com/\u007f', /control/],
    ['https://example.com/\u0085', /control/],
    ['https://example.com/\ud800', /surrogate/],
    ['https://user:password@example.com/', /user name/],
    ['https://user@example.com/', /user name/],
    ['https://@example.com/', /user name/],
    ['https://exa mple.com/', /not valid/],
    ['https://example.com:99999/', /not valid/],
    ['https://256.1.1.1/', /not valid/],
    ['https://[::1', /not valid/],
    ['https://[fe80::1%25eth0]/', /not valid/],
    ['http://127.0.0.1/', /127\.0\.0\.1: loopback address \(RFC 1122\)/],
    ['http://0x7f.1/', /loopback/],
    ['http://%31%32%37.0.0.1/', /loopback/],
    ['http://[::ffff:10.0.0.1]/', /private/],
    ['http://93.184.216.99/', /own addresses/],
    ['http://receiver/', /single label/],
    ['http://LOCALHOST./', /localhost/],
    ['http://example.com:25/', /port 25/],
    ['https://example.com:0/', /port 0/],
  ])('refuses %j with a message that says why', (text, message) => {
    expect(checkDestinationUrl(text, strict)).toEqual({ ok: false, message: expect.stringMatching(message) });
  });

  test('an allowed range lifts a literal inside it, and leaves names to the connect', () => {
    expect(checkDestinationUrl('http://127.0.0.1:8081/', loopbackAllowed).ok).toBe(true);
    expect(checkDestinationUrl('http://localhost:8081/', loopbackAllowed).ok).toBe(true);
    expect(checkDestinationUrl('http://10.0.0.1/', loopbackAllowed).ok).toBe(false);
  });

  test('no allowed range lifts a port', () => {
    expect(checkDestinationUrl('http://127.0.0.1:6379/', loopbackAllowed).ok).toBe(true);
    expect(checkDestinationUrl('http://127.0.0.1:25/', loopbackAllowed).ok).toBe(false);
  });
});
