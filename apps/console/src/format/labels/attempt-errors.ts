/** What each code of a failed attempt means; a test compares the texts with docs/errors.md. */
export const ATTEMPT_ERROR_MEANINGS = {
  timeout: 'The attempt took longer than its time limit. The message says what it was waiting for.',
  dns: 'The host name could not be resolved.',
  connection_refused: 'Nothing listens at the address and port.',
  connection_reset: 'The connection was closed before the answer was complete.',
  unreachable: 'The address cannot be reached: there is no route, or a firewall refuses.',
  tls: 'No secure connection: an unknown authority, a wrong name, an expired certificate, no common version.',
  blocked_address: 'The egress policy forbids the address.',
  protocol: 'The answer is not valid HTTP, is a 1xx such as 101, or its headers are larger than 16 KiB.',
  http_status: 'The receiver answered with a status other than 2xx. Redirects are not followed.',
  internal: 'Tocsin itself could not make the request.',
} as const;

export type AttemptErrorCode = keyof typeof ATTEMPT_ERROR_MEANINGS;

const ADVICE: Readonly<Record<Exclude<AttemptErrorCode, 'http_status'>, string>> = {
  timeout:
    'Make the receiver answer before it does its work, or raise the destination’s timeout (30 seconds at most).',
  dns: 'Check the name in the URL, and the resolver of the machine that delivers.',
  connection_refused: 'Start the receiver, or correct the port in the URL.',
  connection_reset: 'Look at the receiver’s log, and at proxies and firewalls on the way.',
  unreachable: 'Check routes and firewalls.',
  tls: 'Correct the certificate, or add its authority to the setting TOCSIN_EGRESS_CA_FILE.',
  blocked_address: 'Use a public address, or allow the range in the setting TOCSIN_EGRESS_ALLOW.',
  protocol: 'Check that an HTTP server answers at the URL, and that http or https is right.',
  internal: 'Look at the log of the service that sent it.',
};

/** @returns what to do about a failed attempt, by its code and, where there was an answer, its status */
export function adviceFor(code: AttemptErrorCode, statusCode: number | null): string {
  if (code !== 'http_status') return ADVICE[code];
  if (statusCode === null) return 'Look at what the receiver answered.';
  if (statusCode >= 300 && statusCode < 400)
    return 'The receiver has moved: enter the URL that it redirects to.';
  if (statusCode === 401 || statusCode === 403)
    return 'The receiver requires credentials: check the headers and their values.';
  if (statusCode === 404 || statusCode === 410) return 'There is nothing at this path: check the URL.';
  if (statusCode === 405) return 'The receiver accepts no POST at this path: check the URL.';
  if (statusCode === 429) return 'The receiver got too many requests: wait, and raise its limit.';
  if (statusCode >= 500) return 'The receiver itself failed: look at its log.';
  return 'The receiver rejected the request: its answer may say why.';
}
