import { describe, expect, test } from '@jest/globals';
import { classifyError, failedAddress } from './classify-error.ts';

const fault = (code: string, fields: object = {}) => Object.assign(new Error('canary'), { code, ...fields });

/** All codes of Node's table of X.509 faults (tls.md, "X509 certificate error codes"). */
const X509_CODES =
  `UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_CRL UNABLE_TO_DECRYPT_CERT_SIGNATURE UNABLE_TO_DECRYPT_CRL_SIGNATURE
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY CERT_SIGNATURE_FAILURE CRL_SIGNATURE_FAILURE CERT_NOT_YET_VALID CERT_HAS_EXPIRED
  CRL_NOT_YET_VALID CRL_HAS_EXPIRED ERROR_IN_CERT_NOT_BEFORE_FIELD ERROR_IN_CERT_NOT_AFTER_FIELD
  ERROR_IN_CRL_LAST_UPDATE_FIELD ERROR_IN_CRL_NEXT_UPDATE_FIELD OUT_OF_MEM DEPTH_ZERO_SELF_SIGNED_CERT
  SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_GET_ISSUER_CERT_LOCALLY UNABLE_TO_VERIFY_LEAF_SIGNATURE CERT_CHAIN_TOO_LONG
  CERT_REVOKED INVALID_CA PATH_LENGTH_EXCEEDED INVALID_PURPOSE CERT_UNTRUSTED CERT_REJECTED HOSTNAME_MISMATCH`.split(
    /\s+/,
  );

const eachOf = (expected: string, codes: string) =>
  codes.split(/\s+/).map((code): [string, string] => [code, expected]);

describe('an error of a request', () => {
  test.each([
    ['ECONNREFUSED', 'connection_refused'],
    ...eachOf(
      'connection_reset',
      'ECONNRESET ECONNABORTED EPIPE ENOTCONN ERR_STREAM_PREMATURE_CLOSE ERR_HTTP_CONTENT_LENGTH_MISMATCH',
    ),
    ...eachOf(
      'dns',
      `ENOTFOUND ENODATA EFORMERR ESERVFAIL ENOTIMP EREFUSED EBADQUERY EBADNAME EBADFAMILY EBADRESP ETIMEOUT
      EDESTRUCTION ECANCELLED EAI_AGAIN`,
    ),
    ...eachOf(
      'unreachable',
      'EHOSTUNREACH ENETUNREACH EHOSTDOWN ENETDOWN EADDRNOTAVAIL EAFNOSUPPORT EACCES EPERM',
    ),
    ...eachOf('timeout', 'ETIMEDOUT ESOCKETTIMEDOUT'),
    ['EPROTO', 'tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
    ['UNSPECIFIED', 'tls'],
    ...X509_CODES.map((code): [string, string] => [code, 'tls']),
    ['ERR_OSSL_EVP_UNSUPPORTED', 'tls'],
    ['CRL_OF_TOMORROW', 'tls'],
    ['HPE_INVALID_CONSTANT', 'protocol'],
    ['HPE_HEADER_OVERFLOW', 'protocol'],
    ['egress_blocked', 'blocked_address'],
    ['EMFILE', 'internal'],
    ['ERR_INVALID_CHAR', 'internal'],
    ['NOT_EAI_AGAIN', 'internal'],
    ['NOT_HPE_INVALID_CONSTANT', 'internal'],
    ['NOT_ERR_TLS_X', 'internal'],
  ])('%s is %s', (code, expected) => {
    expect(classifyError(fault(code)).code).toBe(expected);
  });

  test('is judged by its causes too, as got wraps them', () => {
    const wrapped = Object.assign(new Error('', { cause: fault('egress_blocked') }), {
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

  test.each(['getaddrinfo', 'queryA', 'queryAaaa'])(
    'of a look-up is dns, whatever its code (%s)',
    (syscall) => {
      for (const code of ['EINVAL', 'ENAMETOOLONG', 'EMFILE', 'EWHATEVER']) {
        expect(classifyError(fault(code, { syscall })).code).toBe('dns');
      }
      expect(classifyError(fault('EINVAL', { syscall: 'getaddrinfo', hostname: 'a.example' })).message).toBe(
        'the host name a.example is too long (EINVAL)',
      );
    },
  );

  const OPENSSL =
    '40B7:error:0A000410:SSL routines:ssl3_read_bytes:ssl/tls alert handshake failure:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:916:SSL alert number 40';
  test.each([
    ['EPROTO', { message: `write EPROTO ${OPENSSL}` }, 'ssl/tls alert handshake failure'],
    [
      'ERR_SSL_X',
      { message: OPENSSL, reason: 'ssl/tls alert handshake failure' },
      'ssl/tls alert handshake failure',
    ],
    [
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      {
        message:
          'unable to verify the first certificate; if the root CA is installed locally, try running Node.js with --use-system-ca',
      },
      'its certificate is issued by an authority that is not trusted, or the chain that it sends is not complete',
    ],
    [
      'UNSPECIFIED',
      { message: 'EE certificate key too weak' },
      'its certificate is not valid (EE certificate key too weak)',
    ],
    [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      { reason: "Host: a.test. is not in the cert's altnames: DNS:b.test" },
      "its certificate is for another name (Host: a.test. is not in the cert's altnames: DNS:b.test)",
    ],
    ['CERT_HAS_EXPIRED', { message: 'certificate has expired' }, 'its certificate has expired'],
    ['ERR_SSL_Y', { message: '' }, 'TLS failed'],
  ])('of TLS (%s) is said in plain words', (code, fields, words) => {
    expect(classifyError(fault(code, fields)).message).toBe(`no secure connection: ${words} (${code})`);
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

  test.each([
    [fault('ECONNREFUSED', { syscall: 'connect' }), 'connection_refused'],
    [fault('EMFILE', { syscall: 'requery' }), 'internal'],
    [Object.assign(new Error(), { syscall: 'getaddrinfo' }), 'internal'],
    [Object.assign(new Error(), { syscall: 'getaddrinfo', code: 7 }), 'internal'],
  ])('of another system call, or without a code, is not dns (%#)', (error, code) => {
    expect(classifyError(error).code).toBe(code);
  });

  const at = { address: '192.0.2.1', port: 443 };
  test.each([
    [fault('egress_blocked'), 'canary'],
    [Object.assign(new Error(), { code: 'egress_blocked' }), 'refused to connect to a forbidden address'],
    [fault('ENOTFOUND'), 'the host name could not be resolved (ENOTFOUND)'],
    [fault('ENAMETOOLONG', { syscall: 'getaddrinfo' }), 'the host name is too long (ENAMETOOLONG)'],
    [fault('ECONNREFUSED'), 'the connection was refused (ECONNREFUSED)'],
    [fault('ECONNREFUSED', at), 'the connection to 192.0.2.1:443 was refused (ECONNREFUSED)'],
    [fault('EPIPE', at), 'the connection was closed before the answer was complete (EPIPE)'],
    [fault('EHOSTDOWN', at), 'the receiver to 192.0.2.1:443 cannot be reached (EHOSTDOWN)'],
    [fault('ETIMEDOUT', at), 'the connection to 192.0.2.1:443 timed out (ETIMEDOUT)'],
    [fault('HPE_HEADER_OVERFLOW'), "the answer's headers are too large (HPE_HEADER_OVERFLOW)"],
    [fault('HPE_X', { reason: '' }), 'the answer is not HTTP: it cannot be parsed (HPE_X)'],
    [fault('HPE_X', { reason: 'Expected\u0000\tHTTP/' }), 'the answer is not HTTP: Expected HTTP/ (HPE_X)'],
    [fault('EMFILE'), 'the request could not be made (EMFILE)'],
    [new TypeError('canary'), 'the request could not be made (TypeError)'],
    [undefined, 'the request could not be made (unknown)'],
  ])('is said in words (%#)', (error, message) => {
    expect(classifyError(error).message).toBe(message);
  });

  test('shows at most 200 characters of what is not ours', () => {
    const { message } = classifyError(fault('HPE_X', { reason: 'x'.repeat(201) }));
    expect(message).toBe(`the answer is not HTTP: ${'x'.repeat(200)} (HPE_X)`);
  });

  const TELLING = [
    'egress_blocked',
    'EPROTO',
    'HPE_X',
    'ENOTFOUND',
    'ECONNRESET',
    'ECONNREFUSED',
    'ETIMEDOUT',
    'ENETUNREACH',
  ];
  test.each(TELLING.slice(1).map((code, place) => [TELLING[place] as string, code]))(
    '%s says more than %s, whichever comes first',
    (more, less) => {
      const of = (codes: string[]) =>
        classifyError(new AggregateError(codes.map((code) => fault(code)))).message;
      expect(of([more, less])).toBe(of([more]));
      expect(of([less, more])).toBe(of([more]));
    },
  );

  test('is looked for five causes deep, and no deeper', () => {
    const nested = (depth: number): Error =>
      depth === 0 ? fault('ECONNREFUSED', at) : new Error('', { cause: nested(depth - 1) });
    expect(classifyError(nested(5)).code).toBe('connection_refused');
    expect(classifyError(nested(6)).code).toBe('internal');
  });

  test.each([{ address: '192.0.2.1' }, { port: 443 }, {}])('has no address in %j', (fields) => {
    expect(failedAddress(fault('ECONNREFUSED', fields))).toBeNull();
  });
});
