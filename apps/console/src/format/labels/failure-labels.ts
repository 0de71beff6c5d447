/** Why an attempt failed or a delivery ended, for people. */
export interface FailureLabels {
  meaning: string;
  advice: string;
}

const FAILURES: Readonly<Record<string, FailureLabels>> = {
  timeout: {
    meaning: 'The destination did not answer in time',
    advice:
      'Make the receiver answer before it does its work, or raise the destination’s timeout (30 s at most).',
  },
  dns: {
    meaning: 'The host name could not be resolved',
    advice: 'Check the name in the URL, and the resolver of the machine that delivers.',
  },
  connection_refused: {
    meaning: 'Nothing listens at the address',
    advice: 'Start the receiver, or correct the port in the URL.',
  },
  connection_reset: {
    meaning: 'The connection was closed before the answer was complete',
    advice: 'Look at the receiver’s log, and at proxies and firewalls on the way.',
  },
  unreachable: {
    meaning: 'No route leads to the address',
    advice: 'Check routes and firewalls.',
  },
  tls: {
    meaning: 'No secure connection could be made',
    advice: 'Correct the receiver’s certificate, or add its authority to TOCSIN_EGRESS_CA_FILE.',
  },
  blocked_address: {
    meaning: 'Tocsin may not send to this address',
    advice: 'Use a public address, or allow the range in TOCSIN_EGRESS_ALLOW.',
  },
  protocol: {
    meaning: 'The answer is not valid HTTP',
    advice: 'Check that an HTTP server answers at the URL, and that http or https is right.',
  },
  http_status: {
    meaning: 'The destination answered with an error',
    advice: 'Look at the response body of the last attempt. Redirects are not followed.',
  },
  internal: {
    meaning: 'Tocsin could not make the request',
    advice: 'Look at Tocsin’s own log.',
  },
  expired: {
    meaning: 'The delivery did not succeed within its time limit',
    advice: 'Repair the receiver, then resend.',
  },
};

/** The codes, for a select field. */
export const FAILURE_CODES: readonly string[] = Object.keys(FAILURES);

/** @param code of an attempt's error or a delivery's end; an unknown one is shown as it is */
export function failureLabels(code: string): FailureLabels {
  return Object.hasOwn(FAILURES, code) ? FAILURES[code]! : { meaning: code, advice: 'Look at the attempts.' };
}
