import type { HeaderField } from '@tocsin/contract';
import { checkHeaders } from './header-rules.ts';

/** A destination's custom headers, made ready once and not for each request. */
export interface CustomHeaders {
  /** Name, value, name, value…, as they go over the wire. */
  readonly flat: readonly string[];
  /** Names in lower case. */
  readonly names: ReadonlySet<string>;
}

/** @throws Error where a header breaks the rules of `checkHeaders`: it was not stored through them */
export function prepareCustomHeaders(headers: readonly HeaderField[]): CustomHeaders {
  const [fault] = checkHeaders(headers);
  if (fault !== undefined) throw new Error(`${fault.path} ${fault.message}`);
  return {
    flat: headers.flatMap(({ name, value }) => [name, value]),
    names: new Set(headers.map(({ name }) => name.toLowerCase())),
  };
}

export interface OwnHeaders {
  readonly userAgent: string;
  readonly contentLength: number;
  readonly webhookId: string;
  readonly timestampSeconds: number;
  /** Empty where nothing signs: then there is no such header. */
  readonly signature: string;
}

/**
 * Every header of a request but `Host` and `Connection`, in the order in which they are sent: ours, then the
 * custom ones, spelled as the operator did. A custom `Content-Type`, `Accept` or `User-Agent` replaces ours, since
 * a second line of any of them would make the request ambiguous; every other name of ours is forbidden to custom headers.
 *
 * A list and not an object: an object would lower-case got's names, put numeric names first and lose `__proto__`.
 */
export function listHeaders(own: OwnHeaders, custom: CustomHeaders): string[] {
  const list: string[] = [];
  if (!custom.names.has('content-type')) list.push('Content-Type', 'application/json');
  if (!custom.names.has('accept')) list.push('Accept', 'application/json');
  if (!custom.names.has('user-agent')) list.push('User-Agent', own.userAgent);
  list.push(
    // A compressed answer could grow without bound when it is decoded.
    'Accept-Encoding',
    'identity',
    'Content-Length',
    String(own.contentLength),
    'webhook-id',
    own.webhookId,
    'webhook-timestamp',
    String(own.timestampSeconds),
  );
  if (own.signature !== '') list.push('webhook-signature', own.signature);
  list.push(...custom.flat);
  return list;
}
