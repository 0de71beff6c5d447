import type { AttemptError, AttemptErrorCode } from '@tocsin/contract';
import { formatAddress } from './http-request.ts';
import { isCertificateFault, tlsWords } from './tls-words.ts';

const DETAIL_CHARACTERS_MAX = 200;
/** Causes of causes beyond this depth are not looked at; got nests two deep. */
const CAUSE_DEPTH_MAX = 5;

const CODES = new Map<string, AttemptErrorCode>([
  ['egress_blocked', 'blocked_address'],
  ['ECONNREFUSED', 'connection_refused'],
  ...codes('connection_reset', [
    'ECONNRESET',
    'ECONNABORTED',
    'EPIPE',
    'ENOTCONN',
    'ERR_STREAM_PREMATURE_CLOSE',
    'ERR_HTTP_CONTENT_LENGTH_MISMATCH',
  ]),
  ...codes('unreachable', [
    'EHOSTUNREACH',
    'ENETUNREACH',
    'EHOSTDOWN',
    'ENETDOWN',
    'EADDRNOTAVAIL',
    'EAFNOSUPPORT',
    // What a local firewall's refusal looks like.
    'EACCES',
    'EPERM',
  ]),
  ...codes('timeout', ['ETIMEDOUT', 'ESOCKETTIMEDOUT']),
  ...codes('dns', [
    'ENOTFOUND',
    'ENODATA',
    'EFORMERR',
    'ESERVFAIL',
    'ENOTIMP',
    'EREFUSED',
    'EBADQUERY',
    'EBADNAME',
    'EBADFAMILY',
    'EBADRESP',
    'ETIMEOUT',
    'EDESTRUCTION',
    'ECANCELLED',
  ]),
  ['EPROTO', 'tls'],
]);

/** Families of codes: getaddrinfo's, llhttp's, and those of Node's TLS and of OpenSSL's certificate checks. */
const FAMILIES: readonly [RegExp, AttemptErrorCode][] = [
  [/^EAI_/, 'dns'],
  [/^HPE_/, 'protocol'],
  [/^(ERR_(TLS|SSL|OSSL)_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERROR_IN_)/, 'tls'],
];

/** What `getaddrinfo` says of a name above 253 characters. */
const TOO_LONG = new Set(['EINVAL', 'ENAMETOOLONG']);

/** Of several failed connections, the error to report: the most telling first. */
const PRECEDENCE: readonly AttemptErrorCode[] = [
  'blocked_address',
  'tls',
  'protocol',
  'dns',
  'connection_reset',
  'connection_refused',
  'timeout',
  'unreachable',
];

/**
 * Classifies an error of a request by one of the codes of attempts; `internal` if it is neither the receiver's nor the
 * network's.
 *
 * The message is for operators. It is made of our own words, host names, addresses and libraries' reasons, never of an
 * unknown error's text, which may hold a URL's query or a header.
 *
 * @param error what was thrown; its causes and the errors of an `AggregateError` (one for each address that was
 *   tried) are looked at too
 */
export function classifyError(error: unknown): AttemptError {
  const faults = collect(error).map((fault) => ({ fault, code: codeOf(fault) }));
  const best = PRECEDENCE.map((code) => faults.findLast((candidate) => candidate.code === code)).find(
    (candidate) => candidate !== undefined,
  );
  if (best?.code === undefined) {
    return { code: 'internal', message: `the request could not be made (${nameOf(error)})` };
  }
  return { code: best.code, message: describe(best.code, best.fault) };
}

/** @returns the `ip:port` that could not be connected to, where the error or one of its causes names it */
export function failedAddress(error: unknown): string | null {
  for (const fault of collect(error)) {
    const address = addressOf(fault);
    if (address !== null) return address;
  }
  return null;
}

interface Fault {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly reason?: unknown;
  readonly hostname?: unknown;
  readonly syscall?: unknown;
  readonly address?: unknown;
  readonly port?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/** The error, its causes and their parts, outermost first. */
function collect(error: unknown, depth = 0): Fault[] {
  if (typeof error !== 'object' || error === null || depth > CAUSE_DEPTH_MAX) return [];
  const fault = error as Fault;
  const parts = Array.isArray(fault.errors) ? fault.errors : [];
  return [fault, ...[fault.cause, ...parts].flatMap((part) => collect(part, depth + 1))];
}

function codeOf({ code, syscall }: Fault): AttemptErrorCode | undefined {
  if (typeof code !== 'string') return undefined;
  if (isCertificateFault(code)) return 'tls';
  // Any failed look-up: EINVAL and ENAMETOOLONG mean a name that no resolver takes.
  if (typeof syscall === 'string' && /^(getaddrinfo|query)/.test(syscall)) return 'dns';
  return CODES.get(code) ?? FAMILIES.find(([family]) => family.test(code))?.[1];
}

function describe(code: AttemptErrorCode, fault: Fault): string {
  const label = String(fault.code);
  switch (code) {
    case 'blocked_address':
      return text(fault.message) ?? 'refused to connect to a forbidden address';
    case 'dns': {
      const host = text(fault.hostname);
      const named = `the host name ${host === undefined ? '' : `${host} `}`;
      return TOO_LONG.has(label)
        ? `${named}is too long (${label})`
        : `${named}could not be resolved (${label})`;
    }
    case 'connection_refused':
      return `the connection${endpoint(fault)} was refused (${label})`;
    case 'connection_reset':
      return `the connection was closed before the answer was complete (${label})`;
    case 'unreachable':
      return `the receiver${endpoint(fault)} cannot be reached (${label})`;
    case 'timeout':
      return `the connection${endpoint(fault)} timed out (${label})`;
    case 'tls':
      return `no secure connection: ${tlsWords(label, text(fault.reason), text(fault.message))} (${label})`;
    case 'protocol':
      return label === 'HPE_HEADER_OVERFLOW'
        ? `the answer's headers are too large (${label})`
        : `the answer is not HTTP: ${text(fault.reason) ?? 'it cannot be parsed'} (${label})`;
    default:
      return `the request could not be made (${label})`;
  }
}

function endpoint(fault: Fault): string {
  const address = addressOf(fault);
  return address === null ? '' : ` to ${address}`;
}

function addressOf({ address, port }: Fault): string | null {
  return typeof address === 'string' && typeof port === 'number' ? formatAddress(address, port) : null;
}

/** One line of bounded length: the receiver chooses its certificate's names. */
function text(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  return value.replace(/\p{Cc}+/gu, ' ').slice(0, DETAIL_CHARACTERS_MAX);
}

function nameOf(error: unknown): string {
  const { code, name } = (error ?? {}) as Fault;
  const label = [code, name].find((candidate) => typeof candidate === 'string');
  return label === undefined ? 'unknown' : String(label);
}

function codes(code: AttemptErrorCode, names: string[]): [string, AttemptErrorCode][] {
  return names.map((name) => [name, code]);
}
