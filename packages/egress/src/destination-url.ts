import type { EgressPolicy, EgressVerdict } from './policy.ts';

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** Control characters (C0, DEL, C1): the URL parser strips some and encodes others. */
const CONTROL_CHARACTER = /\p{Cc}/u;
/** The form with exactly two slashes. The URL parser also takes `http:host`, `http:/host` and `http:\\host`. */
const PLAIN_FORM = /^https?:\/\/(?<authority>[^/?#\\]+)(?<path>[^?#]*)/i;

type Check = { ok: true; url: URL } | { ok: false; message: string };

/**
 * Checks a URL before it is saved as a destination. Refuses what is no plain http(s) URL, carries a user name
 * or password, or would be stored as something other than what was typed (the WHATWG URL parser silently drops
 * tabs, line ends and outer spaces and turns backslashes round), and any host or port the policy forbids.
 * A name is not resolved here: it is judged again with its addresses at every connect.
 *
 * @returns the parsed URL, or a message for the operator who typed it.
 */
export function checkDestinationUrl(
  text: string,
  policy: Pick<EgressPolicy, 'judgeHost' | 'judgePort'>,
): Check {
  const fault = textFault(text);
  if (fault !== null) return { ok: false, message: fault };

  const url = URL.parse(text);
  if (url === null) return { ok: false, message: 'the URL is not valid' };

  const port = url.port === '' ? DEFAULT_PORTS[url.protocol] : Number(url.port);
  if (port === undefined) return { ok: false, message: 'the URL must begin with http:// or https://' };

  const refusal = firstReason(policy.judgePort(port), policy.judgeHost(url.hostname, port));
  if (refusal !== null) return { ok: false, message: `nothing may be sent to ${url.host}: ${refusal}` };
  return { ok: true, url };
}

function textFault(text: string): string | null {
  if (text === '') return 'the URL must not be empty';
  if (CONTROL_CHARACTER.test(text)) return 'the URL must not contain control characters, tabs or line ends';
  if (text !== text.trim()) return 'the URL must not begin or end with a space';
  if (!text.isWellFormed()) return 'the URL contains half of a surrogate pair';

  const form = PLAIN_FORM.exec(text)?.groups;
  if (form === undefined) return 'the URL must begin with http:// or https:// and a host';
  if (form.path?.includes('\\')) return 'the URL must not contain a backslash before its query';
  if (form.authority?.includes('@')) return 'the URL must not contain a user name or password';
  return null;
}

function firstReason(...verdicts: EgressVerdict[]): string | null {
  const refused = verdicts.find((verdict) => !verdict.allowed);
  return refused === undefined || refused.allowed ? null : refused.reason;
}
