import { X509Certificate } from 'node:crypto';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Builds the TLS context that trusts the given authorities besides the default ones. Given to TLS as plain
 * `ca`, they would replace the defaults, and all of them would be read again for every connection.
 *
 * @param pem one or more PEM certificates, the content of `TOCSIN_EGRESS_CA_FILE`.
 * @throws {Error} if there is no certificate in it or one can't be read: OpenSSL itself would ignore that, and
 * the fault would only show as destinations that fail.
 */
export function trustBesidesDefaults(pem: string): SecureContext {
  const certificates = pem.match(PEM_CERTIFICATE) ?? [];
  if (certificates.length === 0) throw new Error('the CA file holds no PEM certificate');
  certificates.forEach((certificate, index) => {
    try {
      new X509Certificate(certificate);
    } catch (cause) {
      throw new Error(`certificate ${index + 1} in the CA file can't be read`, { cause });
    }
  });
  return createSecureContext({ ca: [...getCACertificates('default'), ...certificates] });
}
