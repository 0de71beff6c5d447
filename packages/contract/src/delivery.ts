import { z } from 'zod';
import { routingFactsSchema } from './alert.ts';
import { uuidSchema } from './uuid.ts';
import {
  ALERT_STATUSES,
  ALERT_TYPES,
  ATTEMPT_ERROR_CODES,
  ATTEMPT_TRIGGERS,
  DELIVERY_STATUSES,
  ROUTING_RULES,
  SEVERITIES,
} from './vocabulary.ts';

const time = z.iso.datetime();

/** Milliseconds from the start of the attempt's phases; null where a phase did not happen (a reused connection). */
export const timingsSchema = z.object({
  dnsMs: z.number().nullable(),
  connectMs: z.number().nullable(),
  tlsMs: z.number().nullable(),
  firstByteMs: z.number().nullable(),
});
export type Timings = z.infer<typeof timingsSchema>;

export const attemptErrorSchema = z.object({ code: z.enum(ATTEMPT_ERROR_CODES), message: z.string() });
export type AttemptError = z.infer<typeof attemptErrorSchema>;

/** One POST and what came of it, as the worker saw it. */
export const attemptResultSchema = z.object({
  startedAt: time,
  durationMs: z.number(),
  timings: timingsSchema,
  address: z.string().nullable(),
  repeated: z.boolean().default(false).meta({
    description:
      'Whether the POST was repeated at once, within this attempt, because a reused connection turned out closed before the request had left whole.',
  }),
  statusCode: z.int().nullable(),
  responseBody: z.string().nullable(),
  responseTruncated: z.boolean(),
  responseContentType: z.string().nullable(),
  location: z.string().nullable().default(null).meta({
    description: 'The `Location` of a redirect, which is not followed.',
  }),
  /** How long the receiver asked us to wait (`Retry-After` on 429 or 503), in milliseconds. */
  retryAfterMs: z.number().nullable(),
  error: attemptErrorSchema.nullable(),
});
export type AttemptResult = z.infer<typeof attemptResultSchema>;

export const attemptViewSchema = attemptResultSchema
  .omit({ retryAfterMs: true })
  .extend({ round: z.int(), number: z.int(), trigger: z.enum(ATTEMPT_TRIGGERS) })
  .meta({ id: 'Attempt' });
export type AttemptView = z.infer<typeof attemptViewSchema>;

export const deliveryViewSchema = z
  .object({
    id: uuidSchema,
    alertId: z.string(),
    destinationId: uuidSchema,
    destinationName: z.string(),
    alertTitle: z.string(),
    alertSeverity: z.enum(SEVERITIES),
    status: z.enum(DELIVERY_STATUSES),
    waitingFor: z.enum(['retry', 'destination_disabled', 'destination_limit', 'worker']).nullable().meta({
      description:
        'What an unfinished delivery waits for: the time of its retry, a disabled destination, room within the destination’s limit, or a worker.',
    }),
    round: z.int(),
    failureCode: z.string().nullable().meta({
      description: 'Why a failed delivery ended: the last attempt’s error code, or `expired`.',
    }),
    nextAttemptAt: time.nullable(),
    createdAt: time,
    updatedAt: time,
    attempts: z.array(attemptViewSchema),
  })
  .meta({ id: 'Delivery' });
export type DeliveryView = z.infer<typeof deliveryViewSchema>;

export const skippedSchema = z.object({ destinationId: uuidSchema, reason: z.string() });

/** A routing decision. `skipped` holds disabled destinations; with `explain`, every other one that was left out. */
export const decisionSchema = z
  .object({
    rule: z.enum(ROUTING_RULES),
    destinationIds: z.array(uuidSchema),
    skipped: z.array(skippedSchema),
    notes: z.array(z.string()),
  })
  .meta({ id: 'RoutingDecision' });
export type Decision = z.infer<typeof decisionSchema>;

export const alertViewSchema = z
  .object({
    id: z.string(),
    createdAt: z.string(),
    severity: z.enum(SEVERITIES),
    type: z.enum(ALERT_TYPES),
    link: z.string(),
    title: z.string(),
    name: z.string().nullable(),
    alertId: z.string(),
    description: z.string(),
    runbook: z.string(),
    tags: z.array(z.string()),
    version: z.string().nullable(),
    ...routingFactsSchema.pick({ logTypes: true, destinations: true, outputIds: true }).shape,
    alertContext: z.record(z.string(), z.unknown()).optional(),
    receivedAt: time,
    status: z.enum(ALERT_STATUSES),
    routing: decisionSchema.extend({ decidedAt: time }).nullable(),
  })
  .meta({ id: 'Alert' });
export type AlertView = z.infer<typeof alertViewSchema>;

export const alertDetailSchema = alertViewSchema
  .extend({ deliveries: z.array(deliveryViewSchema) })
  .meta({ id: 'AlertDetail' });
export type AlertDetail = z.infer<typeof alertDetailSchema>;

export const testResultSchema = z
  .object({
    success: z.boolean(),
    statusCode: z.int().nullable(),
    responseBody: z.string().nullable(),
    durationMs: z.number(),
    error: attemptErrorSchema.nullable(),
  })
  .meta({ id: 'TestResult' });
export type TestResult = z.infer<typeof testResultSchema>;
