/** Framing, routing and content negotiation belong to the client; another value in one of these splits requests. */
export const RESERVED_HEADERS: readonly string[] = [
  'host',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'accept-encoding',
  'http2-settings',
];

/** `webhook-` is ours; the clouds' prefixes open their metadata services. */
export const RESERVED_HEADER_PREFIXES = [
  'proxy-',
  'webhook-',
  'x-amz-',
  'x-aws-',
  'x-goog',
  'metadata',
] as const;
