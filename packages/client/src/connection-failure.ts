import { ConnectionError, type ConnectionErrorCode } from './errors.ts';

const CODES: Record<string, ConnectionErrorCode> = {
  ECONNREFUSED: 'connection_refused',
  ECONNRESET: 'connection_reset',
  EPIPE: 'connection_reset',
  UND_ERR_SOCKET: 'connection_reset',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
};

const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)|_CERT/;

const SENTENCES: Record<ConnectionErrorCode, (origin: string) => string> = {
  connection_refused: (origin) => `Nothing is listening at ${origin}`,
  connection_reset: (origin) => `The connection to ${origin} broke before the answer was complete`,
  dns: (origin) => `The host name of ${origin} could not be resolved`,
  timeout: (origin) => `${origin} did not answer in time`,
  tls: (origin) => `No trusted TLS connection to ${origin} could be made`,
  unreachable: (origin) => `${origin} could not be reached`,
  unexpected_answer: (origin) => `What answered at ${origin} does not speak HTTP`,
};

/** OpenSSL's errors where the other side does not speak TLS. */
const NO_TLS = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNKNOWN_PROTOCOL|HTTP_REQUEST|RECORD_TOO/;
/** `…:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:../deps/…` */
const OPENSSL_ERROR = /\berror:[0-9A-F]+:[^:]*:[^:]*:([^:\n]*)/i;
const BLOCKED_PORT =
  'its port is one of those that no HTTP client asks; source: the bad ports of the Fetch standard';
/** Node's advice about its own options. */
const ADVICE = /; if the root CA is installed locally.*/s;

/** What to try where the scheme of the address may be wrong; otherwise empty. */
function schemeAdvice(code: ConnectionErrorCode, reason: string, origin: string): string {
  if (code === 'tls' && NO_TLS.test(reason))
    return ` It does not speak TLS: try ${origin.replace('https:', 'http:')}.`;
  return code === 'connection_reset' && origin.startsWith('http:')
    ? ` If it speaks TLS, its address is ${origin.replace('http:', 'https:')}.`
    : '';
}

/**
 * Node wraps the reason: `fetch failed` holds it as `cause`, and a name with several addresses one more level down.
 * Errors are recognised by shape, not by `instanceof`, which fails between realms (a test runner's, say).
 */
function reasonOf(error: unknown): { code: string; message: string } {
  let reason = error as { code?: unknown; message?: unknown; cause?: unknown };
  for (let depth = 0; depth < 5; depth += 1) {
    if (typeof reason.code === 'string') break;
    if (typeof reason.cause !== 'object' || reason.cause === null) break;
    reason = reason.cause;
  }
  const code = typeof reason.code === 'string' ? reason.code : '';
  return { code, message: typeof reason.message === 'string' ? reason.message : String(reason) };
}

/**
 * Says in one sentence why no answer came.
 *
 * @param error what `fetch` or the reading of its body threw
 * @param origin the server, without path and credentials
 */
export function connectionFailure(error: unknown, origin: string): ConnectionError {
  const reason = reasonOf(error);
  const code =
    CODES[reason.code] ??
    (reason.code.startsWith('HPE_')
      ? 'unexpected_answer'
      : TLS_CODE.test(reason.code)
        ? 'tls'
        : 'unreachable');
  const explained = reason.code === '' || code === 'tls' || code === 'unreachable';
  if (reason.message === 'bad port') reason.message = BLOCKED_PORT;
  const message = (OPENSSL_ERROR.exec(reason.message)?.[1] ?? reason.message).replace(ADVICE, '');
  const detail = explained ? message : reason.code;
  const advice = schemeAdvice(code, reason.code, origin);
  return new ConnectionError(code, `${SENTENCES[code](origin)} (${detail}).${advice}`, { cause: error });
}
