import { z } from 'zod';
import { boundedList } from './bounded-list.ts';
import { LIMITS } from './limits.ts';
import { uuidSchema } from './uuid.ts';
import { ALERT_TYPES, isPlainText, SEVERITIES, SKIP } from './vocabulary.ts';

/** What stands in for a secret in every answer; sent back in a PATCH it means "keep what is stored". */
export const MASK = '********';

const SIGNING_SECRET_BYTES_MIN = 24;
const SIGNING_SECRET_BYTES_MAX = 64;

/** Decodes `whsec_<base64>`; null where it is malformed or not 24 to 64 bytes. Source: Standard Webhooks, "Signature scheme". */
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
  );

function uniqueList<T extends z.ZodType>(item: T) {
  return boundedList(item, { max: LIMITS.filterItemsMax }).transform(
    (values) => [...new Set(values)] as z.output<T>[],
  );
}

const displayName = z
  .string()
  .min(1, { error: 'is required', abort: true })
  .max(LIMITS.displayNameCharactersMax)
  .refine((name) => name.trim() !== '', 'must not be blank')
  .refine(isPlainText, 'must not hold control characters')
  .refine(
    (name) => name !== SKIP,
    `must not be "${SKIP}", which in an alert’s destinations means to send nowhere`,
  );

const delayMs = z.number().min(10).max(LIMITS.retryDelayMsMax);

const retrySchema = z.strictObject({
  maxRetries: z.int().min(0).max(LIMITS.retriesMax, `must be at most ${LIMITS.retriesMax}`),
  baseDelayMs: delayMs,
  factor: z.number().min(1).max(LIMITS.retryFactorMax),
  maxDelayMs: delayMs,
});
/** When a failed attempt is made again: `min(maxDelayMs, baseDelayMs · factor^(n-1))` before retry n. */
export type RetryPolicy = z.infer<typeof retrySchema>;

export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  maxRetries: 10,
  baseDelayMs: 5_000,
  factor: 3,
  maxDelayMs: 6 * 60 * 60 * 1000,
};

/** A header as an update names it: without a value, the stored one is kept. */
const headerPatchSchema = z.strictObject({ name: z.string().min(1), value: z.string().optional() });
const headerSchema = z.strictObject({ name: z.string().min(1), value: z.string() });
export type HeaderField = z.infer<typeof headerSchema>;

const fields = {
  displayName,
  url: z.string().min(1, 'is required').max(LIMITS.urlCharactersMax),
  severities: uniqueList(z.enum(SEVERITIES)),
  alertTypes: uniqueList(z.enum(ALERT_TYPES)).refine((types) => types.length > 0, 'must not be empty'),
  logTypes: uniqueList(
    z
      .string()
      .min(1)
      .max(LIMITS.filterItemCharactersMax)
      .refine(isPlainText, 'must not hold control characters'),
  ),
  requireLogType: z.boolean(),
  includeContext: z.boolean(),
  enabled: z.boolean(),
  timeoutMs: z.int().min(1_000).max(30_000),
  rateLimitPerSecond: z.number().positive().max(100_000).nullable(),
  maxInFlight: z.int().min(1).max(10_000),
};

export const DEFAULT_TIMEOUT_MS = 10_000;
export const DEFAULT_MAX_IN_FLIGHT = 256;

/** A destination as it is created. Only name and URL are required. Unknown keys are refused, so that a typo is seen. */
export const destinationInputSchema = z
  .strictObject({
    id: uuidSchema.optional(),
    displayName: fields.displayName,
    url: fields.url,
    severities: fields.severities.default([...SEVERITIES]),
    alertTypes: fields.alertTypes.default([...ALERT_TYPES]),
    logTypes: fields.logTypes.default([]),
    requireLogType: fields.requireLogType.default(false),
    headers: boundedList(headerSchema, { max: LIMITS.headersPerDestinationMax }).default([]),
    signingSecret: signingSecretSchema.nullish(),
    includeContext: fields.includeContext.default(false),
    enabled: fields.enabled.default(true),
    timeoutMs: fields.timeoutMs.default(DEFAULT_TIMEOUT_MS),
    retry: retrySchema.partial().default({}),
    rateLimitPerSecond: fields.rateLimitPerSecond.default(null),
    maxInFlight: fields.maxInFlight.default(DEFAULT_MAX_IN_FLIGHT),
  })
  .meta({ id: 'DestinationInput' });
export type DestinationInput = z.output<typeof destinationInputSchema>;

/** A change to a destination: what is left out stays as it is. */
export const destinationPatchSchema = z
  .strictObject({
    displayName: fields.displayName.optional(),
    url: fields.url.optional(),
    severities: fields.severities.optional(),
    alertTypes: fields.alertTypes.optional(),
    logTypes: fields.logTypes.optional(),
    requireLogType: fields.requireLogType.optional(),
    headers: boundedList(headerPatchSchema, { max: LIMITS.headersPerDestinationMax }).optional(),
    signingSecret: z.union([signingSecretSchema, z.literal(MASK)]).nullish(),
    includeContext: fields.includeContext.optional(),
    enabled: fields.enabled.optional(),
    timeoutMs: fields.timeoutMs.optional(),
    retry: retrySchema.partial().optional(),
    rateLimitPerSecond: fields.rateLimitPerSecond.optional(),
    maxInFlight: fields.maxInFlight.optional(),
  })
  .meta({ id: 'DestinationPatch' });
export type DestinationPatch = z.output<typeof destinationPatchSchema>;

const time = z.iso.datetime();

export const destinationHealthSchema = z
  .object({
    delivered: z.int(),
    failed: z.int(),
    waiting: z.int().meta({ description: 'Deliveries that are open and not handed to the queue yet.' }),
    queued: z.int().meta({ description: 'Deliveries in the queue or in flight.' }),
    consecutiveFailures: z.int(),
    lastSuccessAt: time.nullable(),
    lastFailureAt: time.nullable(),
    lastErrorCode: z.string().nullable(),
  })
  .meta({ id: 'DestinationHealth' });
export type DestinationHealth = z.infer<typeof destinationHealthSchema>;

/** A destination as it is shown: secrets masked. */
export const destinationViewSchema = z
  .object({
    id: uuidSchema,
    displayName: z.string(),
    url: z.string(),
    severities: z.array(z.enum(SEVERITIES)),
    alertTypes: z.array(z.enum(ALERT_TYPES)),
    logTypes: z.array(z.string()),
    requireLogType: z.boolean(),
    headers: z.array(headerSchema).meta({ description: `Values are write-only and shown as "${MASK}".` }),
    signingSecret: z.literal(MASK).nullable(),
    includeContext: z.boolean(),
    enabled: z.boolean(),
    timeoutMs: z.int(),
    retry: retrySchema,
    rateLimitPerSecond: z.number().nullable(),
    maxInFlight: z.int(),
    health: destinationHealthSchema,
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Destination' });
export type DestinationView = z.infer<typeof destinationViewSchema>;
