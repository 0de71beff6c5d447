import { z } from 'zod';
import { AWS_DATE_TIME } from './aws-date-time.ts';
import { documented } from './documented.ts';
import { LIMITS } from './limits.ts';
import { ALERT_ID } from './patterns.ts';
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
  .refine((id) => id !== '.' && id !== '..', 'must not be "." or ".."')
  .meta({ pattern: ALERT_ID });

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
    id: documented(text, 'The identifier of the detection that fired.', 'AWS.Root.Login'),
    createdAt: documented(
      text.regex(AWS_DATE_TIME, 'must be an AWSDateTime such as 2026-07-01T07:57:12Z, with an offset'),
      'When the alert was made, as an AWSDateTime: the offset is compulsory, the seconds are optional, and so is a fraction of one to nine digits. Destinations get it byte for byte.',
      '2026-07-01T07:57:12Z',
    ),
    severity: documented(z.enum(SEVERITIES), 'How urgent the alert is.', 'HIGH'),
    type: documented(
      z.enum(ALERT_TYPES),
      'What kind of detection, or of error, the alert comes from.',
      'RULE',
    ),
    title: documented(text, 'What happened, in one line.', 'Root signed in without MFA'),
    link: documented(
      optional(text),
      'Where to read more. Without it, destinations get the address of the alert’s page in the console.',
      'https://siem.example/alerts/4711',
    ),
    name: documented(optional(text), 'The detection’s name.', 'Root sign-in'),
    alertId: documented(
      optional(
        alertIdSchema.refine((id) => id !== TEST_ALERT_ID, `"${TEST_ALERT_ID}" is kept for test alerts`),
      ),
      'What makes the alert one and the same: an id seen before is a duplicate. Without it, a UUID is made.',
      'siem-4711',
    ),
    description: documented(optional(text), 'What the alert is about.', 'The root account was used.'),
    runbook: documented(optional(text), 'What to do about it.', 'Find out who it was; rotate the keys.'),
    tags: documented(optional(z.array(text)), 'Words to find the alert by.', ['aws', 'identity']),
    version: documented(optional(text), 'The version of the detection.', '3'),
    logTypes: documented(
      optional(z.array(text)),
      'The kinds of log the alert was found in. For routing and for the record; never sent.',
      ['AWS.CloudTrail'],
    ),
    destinations: documented(
      optional(z.array(text)),
      'Destination ids or display names that override every filter; `[]` or `"SKIP"` sends nowhere. Never sent.',
      ['On-call pager'],
    ),
    outputIds: documented(
      optional(z.array(text)),
      'Destination ids that override every filter, where `destinations` is absent or null. Never sent.',
      ['0199f0a4-6b1e-7c3d-8e5f-0123456789ab'],
    ),
    alertContext: documented(
      optional(contextSchema),
      'Anything else about the alert. Sent to the destinations that ask for it (`includeContext`).',
      { sourceIPAddress: '198.51.100.7' },
    ),
  })
  .meta({
    id: 'AlertInput',
    description: 'An alert as a producer sends it. Unknown keys are ignored; an optional field may be null.',
  });

export type AlertInput = z.output<typeof alertInputSchema>;

/** What routing looks at. */
export const routingFactsSchema = z.object({
  severity: z.enum(SEVERITIES),
  type: z.enum(ALERT_TYPES),
  logTypes: documented(z.array(z.string()), 'The kinds of log the alert was found in.', ['AWS.CloudTrail']),
  destinations: documented(
    z.array(z.string()).nullable(),
    'The destinations that the alert itself named; null where it left them to routing.',
    ['On-call pager'],
  ),
  outputIds: documented(z.array(z.string()), 'The output ids that the alert itself named.', []),
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
