/**
 * What certificate faults mean, by Node's codes for them (the table "X509 certificate error codes" of its TLS page, whose
 * list is `X509ErrorCode` in its source). Node's own texts advise on Node's command line.
 */
const CERTIFICATE_FAULTS: Readonly<Record<string, string>> = {
  UNABLE_TO_GET_ISSUER_CERT: 'the certificate of its issuer is missing',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is issued by an authority that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate is issued by an authority that is not trusted, or the chain that it sends is not complete',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its chain of certificates ends in a self-signed one that is not trusted',
  CERT_UNTRUSTED: 'the authority of its certificate is not trusted for this',
  CERT_REJECTED: 'the authority of its certificate is marked as refused',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_REVOKED: 'its certificate is revoked',
  CERT_SIGNATURE_FAILURE: 'the signature of its certificate is wrong',
  CERT_CHAIN_TOO_LONG: 'its chain of certificates is too long',
  ERROR_IN_CERT_NOT_BEFORE_FIELD: 'its certificate has a start of validity that cannot be read',
  ERROR_IN_CERT_NOT_AFTER_FIELD: 'its certificate has an end of validity that cannot be read',
  UNABLE_TO_DECRYPT_CERT_SIGNATURE: 'the signature of its certificate cannot be read',
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY: 'the public key of its issuer cannot be read',
  UNABLE_TO_GET_CRL: 'a list of revoked certificates is missing',
  UNABLE_TO_DECRYPT_CRL_SIGNATURE: 'the signature of a list of revoked certificates cannot be read',
  CRL_SIGNATURE_FAILURE: 'the signature of a list of revoked certificates is wrong',
  CRL_NOT_YET_VALID: 'a list of revoked certificates is not valid yet',
  CRL_HAS_EXPIRED: 'a list of revoked certificates has expired',
  ERROR_IN_CRL_LAST_UPDATE_FIELD: 'a list of revoked certificates has a time that cannot be read',
  ERROR_IN_CRL_NEXT_UPDATE_FIELD: 'a list of revoked certificates has a time that cannot be read',
  INVALID_CA: 'a certificate of its chain may not issue certificates',
  PATH_LENGTH_EXCEEDED: 'its chain of certificates is longer than its authority allows',
  INVALID_PURPOSE: 'its certificate is not made for servers',
  HOSTNAME_MISMATCH: 'its certificate is for another name',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  ERR_TLS_CERT_ALTNAME_FORMAT: 'the names in its certificate cannot be read',
  OUT_OF_MEM: 'there was no memory to check its certificate',
  // A fault of a certificate that Node has no code for; its text says which.
  UNSPECIFIED: 'its certificate is not valid',
};

/** `…:error:0A000410:SSL routines:ssl3_read_bytes:tls alert handshake failure:../deps/…/rec_layer_s3.c:1605:…` */
const OPENSSL_ERROR = /\berror:[0-9A-F]+:[^:]*:[^:]*:(?<reason>[^:\n]*)/i;
/** Parts of Node's and OpenSSL's texts that are about their own programs. */
const NOT_FOR_OPERATORS =
  /; if the root CA is installed locally.*|\(?\S*(?:deps\/openssl|\.c:\d+)\S*\)?|--use-\S+/gs;

/** Whether a code is one of a certificate that was not accepted. */
export function isCertificateFault(code: string): boolean {
  return Object.hasOwn(CERTIFICATE_FAULTS, code);
}

/**
 * Says in plain words why there is no secure connection.
 *
 * @param reason OpenSSL's or Node's short text about it, where the error has one
 * @param message the error's text
 */
export function tlsWords(code: string, reason: string | undefined, message: string | undefined): string {
  const detail = plain(OPENSSL_ERROR.exec(message ?? '')?.groups?.reason ?? reason ?? message);
  const words = CERTIFICATE_FAULTS[code];
  if (words === undefined) return detail === '' ? 'TLS failed' : detail;
  const saysMore = code === 'UNSPECIFIED' || code.startsWith('ERR_TLS_CERT_ALTNAME');
  return saysMore && detail !== '' ? `${words} (${detail})` : words;
}

function plain(text: string | undefined): string {
  return (text ?? '').replace(NOT_FOR_OPERATORS, '').trim();
}
