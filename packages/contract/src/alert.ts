import { z } from 'zod';
import { isAwsDateTime } from './aws-date-time.ts';
import { LIMITS } from './limits.ts';
import { ALERT_TYPES, SEVERITIES } from './vocabulary.ts';

/** The `alertId` of test payloads; no producer may use it. */
export const TEST_ALERT_ID = 'Test.Alert';

const text = z.string();

/** Strings as they came, `null` as if left out. */
function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined);
}

export const alertIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,128}$/, 'must be 1 to 128 characters of A-Z a-z 0-9 . _ : -')
  .refine((id) => id !== '.' && id !== '..', 'must not be "." or ".."');

function nestsDeeperThan(value: unknown, depth: number): boolean {
  if (value === null || typeof value !== 'object') return false;
  if (depth === 0) return true;
  return Object.values(value).some((inner) => nestsDeeperThan(inner, depth - 1));
}

const contextSchema = z
  .custom<Record<string, unknown>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'must be an object',
  )
  .refine((context) => !nestsDeeperThan(context, LIMITS.contextDepthMax), {
    error: `must not nest deeper than ${LIMITS.contextDepthMax} levels`,
  })
  .meta({ type: 'object', additionalProperties: true });

/**
 * An alert as a producer sends it. Unknown keys are dropped; an optional field given as `null` counts as left out,
 * but for `destinations`, where `null` and absent mean the same by the routing rules.
 */
export const alertInputSchema = z
  .object({
    id: text.meta({ description: "The detection's identifier." }),
    createdAt: text
      .refine(isAwsDateTime, 'must be an AWSDateTime such as 2026-07-01T07:57:12Z, with an offset')
      .meta({ description: 'AWSDateTime, passed through byte for byte.' }),
    severity: z.enum(SEVERITIES),
    type: z.enum(ALERT_TYPES),
    title: text,
    link: optional(text),
    name: optional(text),
    alertId: optional(
      alertIdSchema.refine((id) => id !== TEST_ALERT_ID, `"${TEST_ALERT_ID}" is kept for test alerts`),
    ),
    description: optional(text),
    runbook: optional(text),
    tags: optional(z.array(text)),
    version: optional(text),
    logTypes: optional(z.array(text)),
    destinations: optional(z.array(text)).meta({
      description:
        'Destination ids or display names that override every filter; `[]` or `"SKIP"` sends nowhere.',
    }),
    outputIds: optional(z.array(text)),
    alertContext: optional(contextSchema),
  })
  .meta({ id: 'AlertInput' });

export type AlertInput = z.output<typeof alertInputSchema>;

/** What routing looks at. */
export const routingFactsSchema = z.object({
  severity: z.enum(SEVERITIES),
  type: z.enum(ALERT_TYPES),
  logTypes: z.array(z.string()),
  destinations: z.array(z.string()).nullable(),
  outputIds: z.array(z.string()),
});
export type RoutingFacts = z.infer<typeof routingFactsSchema>;

/** @returns the part of an alert that decides where it goes, with its defaults. */
export function routingFactsOf(alert: AlertInput): RoutingFacts {
  return {
    severity: alert.severity,
    type: alert.type,
    logTypes: alert.logTypes ?? [],
    destinations: alert.destinations ?? null,
    outputIds: alert.outputIds ?? [],
  };
}
