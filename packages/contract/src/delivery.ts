import { z } from 'zod';
import { routingFactsSchema } from './alert.ts';
import { documented } from './documented.ts';
import { time, timeOrNull } from './time.ts';
import { uuidSchema } from './uuid.ts';
import {
  ALERT_STATUSES,
  ALERT_TYPES,
  ATTEMPT_ERROR_CODES,
  ATTEMPT_TRIGGERS,
  CONDITIONS,
  DELIVERY_STATUSES,
  ROUTING_RULES,
  SEVERITIES,
  SKIP_REASONS,
} from './vocabulary.ts';

export const DESTINATION_STATES = ['enabled', 'disabled', 'deleted'] as const;
export type DestinationState = (typeof DESTINATION_STATES)[number];

/**
 * How long each phase of the attempt took, in milliseconds; null where a phase did not happen (on a reused connection)
 * or did not end.
 */
export const timingsSchema = z.object({
  dnsMs: documented(z.number().nullable(), 'Looking up the name.', 1.8),
  connectMs: documented(z.number().nullable(), 'Opening the connection.', 12.4),
  tlsMs: documented(z.number().nullable(), 'The TLS handshake.', 31.5),
  firstByteMs: documented(
    z.number().nullable(),
    'From the sent request to the first byte of the answer.',
    80.2,
  ),
});
export type Timings = z.infer<typeof timingsSchema>;

export const attemptErrorSchema = z.object({
  code: documented(
    z.enum(ATTEMPT_ERROR_CODES),
    'A stable code, as docs/errors.md lists them.',
    'http_status',
  ),
  message: documented(z.string(), 'What went wrong, in words.', 'The receiver answered 500.'),
});
export type AttemptError = z.infer<typeof attemptErrorSchema>;

const statusCode = documented(
  z.int().nullable(),
  'The status of the answer; null where there was none.',
  500,
);
const responseBody = documented(
  z.string().nullable(),
  'The answer’s body, at most its first 16 KiB; null where there was none.',
  'Internal Server Error',
);
const durationMs = documented(z.number(), 'From the start of the attempt to its end.', 83.4);
const error = documented(attemptErrorSchema.nullable(), 'Why it failed; null where it did not.');

/** One POST and its result, as the worker saw it. */
export const attemptResultSchema = z.object({
  startedAt: time('When the attempt began.'),
  durationMs,
  timings: documented(
    timingsSchema,
    'How long each phase took, in milliseconds; null for a phase that did not happen, as on a reused connection.',
  ),
  address: documented(z.string().nullable(), 'The address it went to, and its port.', '203.0.113.9:443'),
  repeated: documented(
    z.boolean().default(false),
    'Whether the POST was made a second time at once, because a reused connection turned out closed before the request had left whole.',
    false,
  ),
  statusCode,
  responseBody,
  responseTruncated: documented(z.boolean(), 'Whether the body was longer than what is kept.', false),
  responseContentType: documented(z.string().nullable(), 'The answer’s content type.', 'text/plain'),
  location: documented(
    z.string().nullable().default(null),
    'Where a redirect points to (it is not followed), at most 2,048 characters; null for any other answer.',
    'https://sso.example.com/login',
  ),
  /** How long the receiver asked us to wait (`Retry-After` on 429 or 503), in milliseconds. */
  retryAfterMs: z.number().nullable(),
  error,
});
export type AttemptResult = z.infer<typeof attemptResultSchema>;

export const attemptViewSchema = attemptResultSchema
  .omit({ retryAfterMs: true })
  .extend({
    round: documented(z.int(), 'The round it belongs to: 1 for the first, one more for each resend.', 1),
    number: documented(z.int(), 'Its number in its round, from 1.', 1),
    trigger: documented(z.enum(ATTEMPT_TRIGGERS), 'What made it happen.', 'auto'),
  })
  .meta({ id: 'Attempt', description: 'One HTTP POST of a delivery, and what came of it.' });
export type AttemptView = z.infer<typeof attemptViewSchema>;

const deliveryState = {
  id: documented(
    uuidSchema,
    'The delivery’s id, which destinations get as `webhook-id` on every attempt.',
    '0199f0a4-6b1e-7c3d-8e5f-abcdef012345',
  ),
  alertId: documented(z.string(), 'The alert that is delivered.', 'siem-4711'),
  destinationId: documented(
    uuidSchema,
    'The destination it goes to.',
    '0199f0a4-6b1e-7c3d-8e5f-0123456789ab',
  ),
  destinationName: documented(z.string(), 'The destination’s display name.', 'On-call pager'),
  destinationState: documented(
    z.enum(DESTINATION_STATES),
    'Whether the destination is there to be sent to: a delivery to one that is disabled or deleted cannot be resent.',
    'enabled',
  ),
  alertTitle: documented(z.string(), 'The alert’s title.', 'Root signed in without MFA'),
  alertSeverity: documented(z.enum(SEVERITIES), 'The alert’s severity.', 'HIGH'),
  status: documented(z.enum(DELIVERY_STATUSES), 'How far it is.', 'retrying'),
  waitingFor: documented(
    z
      .enum([
        'retry',
        'destination_disabled',
        'destination_paused',
        'queues',
        'destination_circuit',
        'destination_rate_limit',
        'destination_limit',
        'worker',
      ])
      .nullable(),
    'What an unfinished delivery waits for: the time of its retry; a disabled or paused destination; queues that are full or unavailable; a destination whose circuit is open, since it fails; its rate limit, or room within its limit; or a worker.',
    'retry',
  ),
  round: documented(z.int(), 'Its latest round: 1 for the first, one more for each resend.', 1),
  failureCode: documented(
    z.string().nullable(),
    'Why a failed delivery ended: the last attempt’s error code, or `expired`.',
    null,
  ),
  nextAttemptAt: timeOrNull('When the next attempt is due; null where none is planned.'),
  createdAt: time('When the delivery was made.'),
  updatedAt: time('When it last changed.'),
  attemptCount: documented(z.int().min(0), 'How many attempts its latest round had so far.', 1),
};

const ANSWER_START = 'The first 200 characters of the answer’s body; null where there was none.';

/** A delivery in a list. */
export const deliveryItemSchema = z
  .object({
    ...deliveryState,
    lastAttempt: documented(
      z
        .object({
          statusCode,
          responseBody: documented(z.string().nullable(), ANSWER_START, 'Internal Server Error'),
          error,
        })
        .nullable(),
      'What came of the latest attempt; null before the first.',
    ),
  })
  .meta({ id: 'DeliveryItem', description: 'A delivery in a list, with its latest attempt.' });
export type DeliveryItem = z.infer<typeof deliveryItemSchema>;

/** A delivery among its alert's. */
export const deliverySummarySchema = z
  .object({
    ...deliveryState,
    attempts: documented(
      z.array(
        attemptViewSchema
          .extend({ responseBody: documented(z.string().nullable(), ANSWER_START, 'Internal Server Error') })
          .meta({ id: 'AttemptSummary', description: 'An attempt with the beginning of its answer.' }),
      ),
      'What was attempted, in order: the latest 20, with the beginning of each answer. The delivery itself has all of it.',
    ),
  })
  .meta({ id: 'DeliverySummary', description: 'A delivery among those of its alert.' });
export type DeliverySummary = z.infer<typeof deliverySummarySchema>;

export const deliveryViewSchema = z
  .object({
    ...deliveryState,
    attempts: documented(
      z.array(attemptViewSchema),
      'What was attempted, in order. Of many attempts, the latest that make a page.',
    ),
    nextCursor: documented(
      z.string().nullable(),
      'The `cursor` that answers with the attempts before these; null where there are none.',
      null,
    ),
  })
  .meta({ id: 'Delivery', description: 'One alert due at one destination.' });
export type DeliveryView = z.infer<typeof deliveryViewSchema>;

export const skippedSchema = z.object({
  destinationId: documented(
    uuidSchema,
    'The destination that was left out.',
    '0199f0a4-6b1e-7c3d-8e5f-cdef01234567',
  ),
  reason: documented(z.enum(SKIP_REASONS), 'Why it was left out.', 'disabled'),
});

/** A routing decision. `skipped` holds disabled destinations; with `explain`, every other one that was left out. */
export const decisionSchema = z
  .object({
    rule: documented(
      z.enum(ROUTING_RULES),
      'The rule that decided: the alert’s `destinations`, its `outputIds`, or the destinations’ filters.',
      'filters',
    ),
    destinationIds: documented(z.array(uuidSchema), 'Where the alert goes.', [
      '0199f0a4-6b1e-7c3d-8e5f-0123456789ab',
    ]),
    skipped: documented(
      z.array(skippedSchema),
      'Disabled destinations that were left out; with `explain`, every other one too.',
    ),
    notes: documented(z.array(z.string()), 'What else is worth knowing, such as an unknown name.', []),
  })
  .meta({ id: 'RoutingDecision', description: 'Where an alert goes, and why.' });
export type Decision = z.infer<typeof decisionSchema>;

/** An alert in a list. */
export const alertItemSchema = z
  .object({
    id: documented(z.string(), 'The identifier of the detection that fired.', 'AWS.Root.Login'),
    createdAt: documented(
      z.string(),
      'When the alert was made, as its producer wrote it.',
      '2026-07-01T07:57:12Z',
    ),
    severity: documented(z.enum(SEVERITIES), 'How urgent the alert is.', 'HIGH'),
    type: documented(z.enum(ALERT_TYPES), 'What kind of detection, or of error, it comes from.', 'RULE'),
    link: documented(z.string(), 'Where to read more.', 'https://siem.example/alerts/4711'),
    title: documented(z.string(), 'What happened, in one line.', 'Root signed in without MFA'),
    name: documented(z.string().nullable(), 'The detection’s name.', 'Root sign-in'),
    alertId: documented(z.string(), 'The alert’s id.', 'siem-4711'),
    tags: documented(z.array(z.string()), 'Words to find the alert by.', ['aws', 'identity']),
    version: documented(z.string().nullable(), 'The version of the detection.', '3'),
    ...routingFactsSchema.pick({ logTypes: true, destinations: true, outputIds: true }).shape,
    dedupKey: documented(
      z.string().nullable(),
      'What alerts about one and the same thing have in common.',
      'db-1/disk',
    ),
    condition: documented(
      z.enum(CONDITIONS),
      'Whether what the alert is about goes on or is over.',
      'firing',
    ),
    receivedAt: time('When Tocsin accepted it.'),
    status: documented(z.enum(ALERT_STATUSES), 'How far its deliveries are, taken together.', 'succeeded'),
    routing: documented(
      decisionSchema.extend({ decidedAt: time('When it was decided.') }).nullable(),
      'The routing decision; null until it is made.',
    ),
    counts: documented(
      z.object({
        open: documented(z.int().min(0), 'Pending and retrying ones.', 0),
        succeeded: documented(z.int().min(0), 'Those that succeeded.', 3),
        failed: documented(z.int().min(0), 'Those that failed.', 0),
        cancelled: documented(z.int().min(0), 'Those that were cancelled.', 0),
      }),
      'How many of its deliveries are in which state.',
    ),
  })
  .meta({ id: 'Alert', description: 'An alert in a list: without description, runbook and context.' });
export type AlertItem = z.infer<typeof alertItemSchema>;

export const alertDetailSchema = alertItemSchema
  .extend({
    description: documented(z.string(), 'What the alert is about.', 'The root account was used.'),
    runbook: documented(z.string(), 'What to do about it.', 'Find out who it was; rotate the keys.'),
    alertContext: documented(
      z.record(z.string(), z.unknown()).optional(),
      'What else its producer said: JSON text as it was written, so that numbers may have more digits than a double holds. Absent where it said nothing.',
      { sourceIPAddress: '198.51.100.7' },
    ),
    deliveries: documented(
      z.array(deliverySummarySchema),
      'Its deliveries with their attempts, as many as make a page.',
    ),
    nextCursor: documented(
      z.string().nullable(),
      'The `cursor` that answers with further deliveries; null where there are none.',
      null,
    ),
  })
  .meta({ id: 'AlertDetail', description: 'An alert as it was accepted, with its deliveries.' });
export type AlertDetail = z.infer<typeof alertDetailSchema>;

export const testResultSchema = z
  .object({
    success: documented(z.boolean(), 'Whether the receiver answered 2xx, in whole and in time.', false),
    statusCode,
    responseBody,
    durationMs,
    error,
  })
  .meta({ id: 'TestResult', description: 'What came of a test alert.' });
export type TestResult = z.infer<typeof testResultSchema>;
