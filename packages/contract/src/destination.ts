import { z } from 'zod';
import { boundedList } from './bounded-list.ts';
import { attemptErrorSchema } from './delivery.ts';
import { RATE_LIMIT_MIN } from './destination-limit.ts';
import { documented } from './documented.ts';
import { LIMITS } from './limits.ts';
import {
  DISPLAY_NAME,
  HEADER_NAME,
  HEADER_VALUE,
  NEW_HEADER_VALUE,
  PLAIN_TEXT,
  PUBLIC_URL,
  SIGNING_SECRET,
} from './patterns.ts';
import { time, timeOrNull } from './time.ts';
import { uuidSchema } from './uuid.ts';
import { ALERT_TYPES, HEALTH_STATES, isPlainText, SEVERITIES, SKIP } from './vocabulary.ts';

/** What stands in for a secret in every answer; sent back in a PATCH it means "keep what is stored". */
export const MASK = '********';

const SIGNING_SECRET_BYTES_MIN = 24;
const SIGNING_SECRET_BYTES_MAX = 64;

/**
 * Decodes `whsec_<base64>`; null where it is malformed or not 24 to 64 bytes. Source: Standard Webhooks, "Signature
 * scheme".
 */
export function decodeSigningSecret(secret: string): Buffer | null {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  if (encoded === undefined || encoded.length % 4 !== 0) return null;
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.length >= SIGNING_SECRET_BYTES_MIN && bytes.length <= SIGNING_SECRET_BYTES_MAX ? bytes : null;
}

export const signingSecretSchema = z
  .string()
  .refine(
    (secret) => decodeSigningSecret(secret) !== null,
    'must be "whsec_" and the base64 of 24 to 64 bytes',
  )
  .meta({ pattern: SIGNING_SECRET });

function uniqueList<T extends z.ZodType>(item: T, min = 0) {
  return boundedList(item, { min, max: LIMITS.filterItemsMax }).transform(
    (values) => [...new Set(values)] as z.output<T>[],
  );
}

const NAME_MAX = LIMITS.displayNameCharactersMax;

const displayName = z
  .string()
  .trim()
  .min(1, { abort: true })
  // Characters as people count them: an emoji is one, though JavaScript counts two.
  .refine((name) => [...name].length <= NAME_MAX, `must have at most ${NAME_MAX} characters`)
  .meta({ maxLength: NAME_MAX })
  .refine(isPlainText, 'must not hold control characters or line breaks')
  .refine(
    (name) => !uuidSchema.safeParse(name).success,
    'must not have the form of an id, for which an alert’s destinations would take it',
  )
  .refine(
    (name) => name !== SKIP,
    `must not be "${SKIP}", which in an alert’s destinations means to send nowhere`,
  );

const delayMs = z.number().min(10).max(LIMITS.retryDelayMsMax);

const retrySchema = z.strictObject({
  maxRetries: documented(z.int().min(0).max(LIMITS.retriesMax), 'Attempts after the first.', 10),
  baseDelayMs: documented(delayMs, 'The delay before the first retry.', 5_000),
  factor: documented(
    z.number().min(1).max(LIMITS.retryFactorMax),
    'What each delay is multiplied by for the next.',
    3,
  ),
  maxDelayMs: documented(
    delayMs,
    'No delay grows beyond this. Then a jitter of up to 20 % to either side is applied; a receiver may ask for a longer delay, of 6 hours at most.',
    21_600_000,
  ),
});
/**
 * When a failed attempt is made again: `min(maxDelayMs, baseDelayMs · factor^(n-1))` before retry n, with jitter, and
 * lengthened by `Retry-After`.
 */
export type RetryPolicy = z.infer<typeof retrySchema>;

export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  maxRetries: 10,
  baseDelayMs: 5_000,
  factor: 3,
  maxDelayMs: 6 * 60 * 60 * 1000,
};

const headerName = documented(
  z.string().min(1).meta({ pattern: HEADER_NAME, minLength: undefined }),
  'The header’s name; not one that Tocsin sets, such as `Host`. No header is given twice.',
  'X-Team',
);
const headerValue = (pattern: string) => z.string().meta({ pattern });

/** A header as an update names it: without a value, the stored one is kept. */
const headerPatchSchema = z.strictObject({
  name: headerName,
  value: documented(
    headerValue(HEADER_VALUE).optional(),
    'Its value; without one, the stored one is kept.',
    'secops',
  ),
});
const headerSchema = z.strictObject({
  name: headerName,
  value: documented(
    headerValue(NEW_HEADER_VALUE),
    'Its value: printable ASCII, without spaces at its ends.',
    'secops',
  ),
});
const headerViewSchema = z.object({
  name: documented(z.string(), 'The header’s name.', 'X-Team'),
  value: documented(z.string(), 'The mask.', MASK),
});
export type HeaderField = z.infer<typeof headerSchema>;

const fields = {
  displayName: documented(
    displayName.meta({ pattern: DISPLAY_NAME, minLength: undefined, maxLength: undefined }),
    'The name it is shown by; no other destination has it.',
    'On-call pager',
  ),
  url: documented(
    z
      .string()
      .min(1)
      .max(LIMITS.urlCharactersMax)
      .meta({ format: 'uri', pattern: PUBLIC_URL, minLength: undefined, maxLength: undefined }),
    'Where alerts are POSTed to: `http` or `https`, without user or password, at a public address. The pattern is of names and usual ports; addresses and other ports are taken too, unless they are refused for what they are.',
    'https://hooks.example.com/tocsin',
  ),
  severities: documented(
    uniqueList(z.enum(SEVERITIES)),
    'The severities it takes; with none, it is reached only by alerts that name it.',
    ['CRITICAL', 'HIGH'],
  ),
  alertTypes: documented(
    uniqueList(z.enum(ALERT_TYPES), 1).meta({ minItems: 1 }),
    'The alert types it takes; at least one.',
    ['RULE', 'SYSTEM_ERROR'],
  ),
  logTypes: documented(
    uniqueList(
      z
        .string()
        .min(1)
        .max(LIMITS.filterItemCharactersMax)
        .refine(isPlainText, 'must not hold control characters')
        .meta({ pattern: PLAIN_TEXT }),
    ),
    'The log types it takes, of which an alert must have one; empty takes all.',
    ['AWS.CloudTrail'],
  ),
  requireLogType: documented(
    z.boolean(),
    'Whether an alert without log types is left out where `logTypes` is not empty.',
    false,
  ),
  includeContext: documented(z.boolean(), 'Whether `alertContext` is sent as a thirteenth key.', false),
  enabled: documented(z.boolean(), 'Whether alerts are routed and sent to it.', true),
  paused: documented(
    z.boolean(),
    'Whether its deliveries wait: alerts are routed to it as ever, nothing is sent, and everything goes out once it is resumed. No retry is used up.',
    false,
  ),
  timeoutMs: documented(
    z.int().min(1_000).max(30_000),
    'How long one attempt may take, from the look-up of the name to the end of the answer.',
    10_000,
  ),
  rateLimitPerSecond: documented(
    z.number().min(RATE_LIMIT_MIN).max(100_000).nullable(),
    'The most attempts a second, over all workers; null for no limit.',
    50,
  ),
  maxInFlight: documented(
    z.int().min(1).max(10_000),
    'The most attempts at the same time: the upper end of its limit, which follows how the receiver answers.',
    256,
  ),
};

const EXAMPLE_ID = '0199f0a4-6b1e-7c3d-8e5f-0123456789ab';
const EXAMPLE_SECRET = 'whsec_TUZLQ1hHV1FSWUdLWkZPSUhKS1BMVFZO';
const signingSecretText =
  'What attempts are signed with (Standard Webhooks): `whsec_` and the base64 of 24 to 64 bytes; null for none.';
const retryText = 'When a failed attempt is made again. What is left out is as the installation has it.';

export const DEFAULT_TIMEOUT_MS = 10_000;
export const DEFAULT_MAX_IN_FLIGHT = 256;

/** A destination as it is created. Only name and URL are required. Unknown keys are refused, so that a typo is seen. */
export const destinationInputSchema = z
  .strictObject({
    id: documented(uuidSchema.optional(), 'Chosen by the caller; without it, one is made.', EXAMPLE_ID),
    displayName: fields.displayName,
    url: fields.url,
    severities: fields.severities.default([...SEVERITIES]),
    alertTypes: fields.alertTypes.default([...ALERT_TYPES]),
    logTypes: fields.logTypes.default([]),
    requireLogType: fields.requireLogType.default(false),
    headers: documented(
      boundedList(headerSchema, { max: LIMITS.headersPerDestinationMax }),
      'Headers that every attempt carries; their values are never shown again.',
    ).default([]),
    signingSecret: documented(signingSecretSchema.nullish(), signingSecretText, EXAMPLE_SECRET),
    includeContext: fields.includeContext.default(false),
    enabled: fields.enabled.default(true),
    paused: fields.paused.default(false),
    timeoutMs: fields.timeoutMs.default(DEFAULT_TIMEOUT_MS),
    retry: documented(retrySchema.partial(), retryText).default({}),
    rateLimitPerSecond: fields.rateLimitPerSecond.default(null),
    maxInFlight: fields.maxInFlight.default(DEFAULT_MAX_IN_FLIGHT),
  })
  .meta({ id: 'DestinationInput', description: 'A destination to be made. Unknown keys are refused.' });
export type DestinationInput = z.output<typeof destinationInputSchema>;

const keptSigningSecret = documented(
  z.union([signingSecretSchema, z.literal(MASK)]).nullish(),
  `A new secret; null removes it, and "${MASK}" keeps it as leaving it out does.`,
  EXAMPLE_SECRET,
);

/**
 * A destination as it is replaced, or made under an id that the caller chose: what is left out has its default, but for
 * secrets, which stay.
 */
export const destinationReplacementSchema = destinationInputSchema
  .extend({
    headers: documented(
      boundedList(headerPatchSchema, { max: LIMITS.headersPerDestinationMax }).optional(),
      'The whole list. A header without a value keeps the one it has; without the list, all headers stay.',
    ),
    signingSecret: keptSigningSecret,
  })
  .meta({
    id: 'DestinationReplacement',
    description: 'A destination as a whole. What is left out has its default, but for secrets, which stay.',
  });
export type DestinationReplacement = z.output<typeof destinationReplacementSchema>;

/**
 * A change to a destination: what is left out stays as it is, so no field has its default. The fields keep the order of
 * a replacement.
 */
export const destinationPatchSchema = destinationReplacementSchema
  .omit({ id: true })
  .extend({
    ...z.strictObject(fields).partial().shape,
    headers: documented(
      boundedList(headerPatchSchema, { max: LIMITS.headersPerDestinationMax }).optional(),
      'The whole new list; a header without a value keeps the one it has.',
    ),
    retry: documented(retrySchema.partial().optional(), retryText),
  })
  .meta({
    id: 'DestinationPatch',
    description: 'A change to a destination: what is left out stays as it is.',
  });
export type DestinationPatch = z.output<typeof destinationPatchSchema>;

export const destinationHealthSchema = z
  .object({
    state: documented(
      z.enum(HEALTH_STATES),
      'How it is: `paused` or `disabled`; else by the attempts of the last 15 minutes, and no fewer than the last 20: `healthy` where at least 95 % succeeded, `degraded` where at least half did, `failing` below that.',
      'degraded',
    ),
    since: time('When this state began.'),
    successRate: documented(
      z.number().min(0).max(1).nullable(),
      'The share of those attempts that succeeded; null where none is known, as before the first.',
      0.93,
    ),
    responseP50Ms: documented(
      z.int().nullable(),
      'The receiver’s own response time in those attempts, the median; null where no attempt was answered or timed out. A timeout counts with its deadline.',
      84,
    ),
    responseP95Ms: documented(
      z.int().nullable(),
      'The response time that 95 % of them did not exceed; null where the median is.',
      310,
    ),
    lastError: documented(
      attemptErrorSchema
        .extend({
          code: documented(z.string(), 'A stable code, as docs/errors.md lists them.', 'http_status'),
        })
        .nullable(),
      'Why an attempt last failed; null where none did.',
    ),
    undelivered: documented(z.int(), 'Deliveries that are open now, wherever they wait.', 3),
    limit: documented(
      z.int(),
      'How many deliveries it may have queued or under way now, waiting retries apart: it follows how the receiver answers, up to `maxInFlight`.',
      32,
    ),
    circuitOpenedAt: timeOrNull(
      'Since when its circuit is open: its attempts failed, and it gets one at a time, until two in a row succeed. Null where it is closed.',
    ),
    heldUntil: timeOrNull(
      'Nothing is sent before this time: the receiver asked for that, did not answer with an open circuit, or has all that workers do for it at once. Null where it is not held.',
    ),
    succeeded: documented(z.int(), 'Rounds that succeeded: a delivery’s first, or a resend.', 1_204),
    failed: documented(z.int(), 'Rounds that failed.', 2),
    waiting: documented(z.int(), 'Deliveries that are open and not handed to the queue yet.', 0),
    queued: documented(z.int(), 'Deliveries in the queue or in flight.', 3),
    consecutiveFailures: documented(z.int(), 'Attempts that have failed since the last success.', 0),
    lastSuccessAt: timeOrNull('When an attempt last succeeded; null where none did.'),
    lastFailureAt: timeOrNull('When an attempt last failed; null where none did.'),
  })
  .meta({ id: 'DestinationHealth', description: 'How deliveries to a destination go.' });
export type DestinationHealth = z.infer<typeof destinationHealthSchema>;

/** A destination as it is shown: secrets masked. */
export const destinationViewSchema = z
  .object({
    id: documented(uuidSchema, 'The destination’s id.', EXAMPLE_ID),
    displayName: documented(z.string(), 'The name it is shown by.', 'On-call pager'),
    url: documented(
      z.string(),
      'Where alerts are POSTed to. Path and query are secrets: without the scope `destinations:write` it is the origin alone.',
      'https://hooks.example.com/tocsin',
    ),
    severities: documented(z.array(z.enum(SEVERITIES)), 'The severities it takes.', ['CRITICAL', 'HIGH']),
    alertTypes: documented(z.array(z.enum(ALERT_TYPES)), 'The alert types it takes.', ['RULE']),
    logTypes: documented(z.array(z.string()), 'The log types it takes; empty for all.', ['AWS.CloudTrail']),
    requireLogType: fields.requireLogType,
    headers: documented(
      z.array(headerViewSchema),
      `Headers that every attempt carries. Values are write-only and shown as "${MASK}".`,
    ),
    signingSecret: documented(
      z.literal(MASK).nullable(),
      'Whether attempts are signed: the mask, or null.',
      MASK,
    ),
    includeContext: fields.includeContext,
    enabled: fields.enabled,
    paused: fields.paused,
    timeoutMs: documented(z.int(), 'How long one attempt may take.', 10_000),
    retry: documented(retrySchema, 'When a failed attempt is made again.'),
    rateLimitPerSecond: documented(
      z.number().nullable(),
      'The most attempts a second, over all workers; null for no limit.',
      50,
    ),
    maxInFlight: documented(z.int(), 'The most attempts at the same time: the upper end of its limit.', 256),
    health: destinationHealthSchema,
    createdAt: time('When it was made.'),
    updatedAt: time('When it was last changed.'),
  })
  .meta({ id: 'Destination', description: 'A destination as it is shown: secrets masked.' });
export type DestinationView = z.infer<typeof destinationViewSchema>;

const droppedSecrets = documented(
  z.array(z.string()).optional(),
  'Secrets that are gone, since the URL’s origin or path changed and they were not given again; absent where there are none. A key without the scope `destinations:read` sees `headers`, and no header’s name.',
  ['headers.X-Api-Key', 'signingSecret'],
);

/** The answer to a change. A key that may not read destinations sees nothing that a GET would refuse. */
export const changedDestinationSchema = z.union([
  destinationViewSchema
    .extend({ droppedSecrets })
    .meta({ id: 'ChangedDestination', description: 'A destination after a change: secrets masked.' }),
  z
    .object({
      id: documented(uuidSchema, 'The destination’s id.', EXAMPLE_ID),
      updatedAt: time('When it was last changed.'),
      droppedSecrets,
    })
    .meta({
      id: 'ChangedDestinationReference',
      description: 'The answer to a key without the scope `destinations:read`.',
    }),
]);
export type ChangedDestination = z.infer<typeof changedDestinationSchema>;
