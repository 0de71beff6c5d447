import { describe, expect, test } from '@jest/globals';
import { classifyError, failedAddress } from './classify-error.ts';

const fault = (code: string, fields: object = {}) => Object.assign(new Error('canary'), { code, ...fields });

describe('an error of a request', () => {
  test.each([
    ['ECONNREFUSED', 'connection_refused'],
    ['ECONNRESET', 'connection_reset'],
    ['EPIPE', 'connection_reset'],
    ['ENOTFOUND', 'dns'],
    ['EAI_AGAIN', 'dns'],
    ['ESERVFAIL', 'dns'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ENETUNREACH', 'unreachable'],
    ['EPERM', 'unreachable'],
    ['ETIMEDOUT', 'timeout'],
    ['EPROTO', 'tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
    ['HPE_INVALID_CONSTANT', 'protocol'],
    ['HPE_HEADER_OVERFLOW', 'protocol'],
    ['EGRESS_BLOCKED', 'blocked_address'],
    ['EMFILE', 'internal'],
    ['ERR_INVALID_CHAR', 'internal'],
  ])('%s is %s', (code, expected) => {
    expect(classifyError(fault(code)).code).toBe(expected);
  });

  test('is judged by its causes too, as got wraps them', () => {
    const wrapped = Object.assign(new Error('', { cause: fault('EGRESS_BLOCKED') }), {
      code: 'ERR_GOT_REQUEST_ERROR',
    });
    expect(classifyError(wrapped).code).toBe('blocked_address');
  });

  test('of several addresses is the most telling of them', () => {
    const errors = [fault('ENETUNREACH'), fault('ECONNREFUSED', { address: '127.0.0.1', port: 9 })];
    const both = Object.assign(new AggregateError(errors), { code: 'ENETUNREACH' });
    const error = new Error('', { cause: both });
    expect(classifyError(error)).toEqual({
      code: 'connection_refused',
      message: 'the connection to 127.0.0.1:9 was refused (ECONNREFUSED)',
    });
    expect(failedAddress(error)).toBe('127.0.0.1:9');
  });

  test.each([null, undefined, 'canary', 7, new Error('canary'), fault('ERR_canary'.slice(0, 4))])(
    'that is unknown (%p) is ours, and its text is not shown',
    (error) => {
      const { code, message } = classifyError(error);
      expect(code).toBe('internal');
      expect(message).not.toContain('canary');
    },
  );

  test.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EHOSTUNREACH', 'ETIMEDOUT', 'HPE_INVALID_CONSTANT'])(
    '%s does not have its own text shown, which may hold anything',
    (code) => {
      expect(classifyError(fault(code)).message).not.toContain('canary');
    },
  );

  test('names the host, the address and the reason where they are known', () => {
    expect(classifyError(fault('ENOTFOUND', { hostname: 'a.example' })).message).toBe(
      'the host name a.example could not be resolved (ENOTFOUND)',
    );
    expect(classifyError(fault('EHOSTUNREACH', { address: '2001:db8::1', port: 443 })).message).toContain(
      '[2001:db8::1]:443',
    );
    expect(classifyError(fault('HPE_INVALID_CONSTANT', { reason: 'Expected HTTP/' })).message).toContain(
      'Expected HTTP/',
    );
  });

  test('has a message of one line and bounded length, whatever a certificate holds', () => {
    const { message } = classifyError(
      fault('ERR_TLS_CERT_ALTNAME_INVALID', { reason: 'a\nb'.repeat(10_000) }),
    );
    expect(message).not.toMatch(/\n/);
    expect(message.length).toBeLessThan(300);
  });

  test('may be a circle of causes', () => {
    const circle: Error & { cause?: unknown } = new Error('a');
    circle.cause = circle;
    expect(classifyError(circle).code).toBe('internal');
    expect(failedAddress(circle)).toBeNull();
  });
});
