import { encodeJson, scanJson } from '@tocsin/json';
import { z } from 'zod';
import { AWS_DATE_TIME } from './aws-date-time.ts';
import { boundedList, textOfAtMost } from './bounded-list.ts';
import { documented } from './documented.ts';
import { LIMITS } from './limits.ts';
import { ALERT_ID, JSON_OBJECT_TEXT, NEW_ALERT_ID } from './patterns.ts';
import { timeWords } from './time-words.ts';
import { ALERT_TYPES, CONDITIONS, SEVERITIES } from './vocabulary.ts';

/** The `alertId` of test payloads. An alert that arrives with it is neither stored nor routed. */
export const TEST_ALERT_ID = 'Test.Alert';

/** How the ids of alerts begin that Tocsin itself raises. */
export const RESERVED_ID_PREFIX = 'tocsin.';

const text = z.string();

const AWS_DATE_TIME_SHAPE = 'must be an AWSDateTime such as 2026-07-01T07:57:12Z, with an offset';

/** Strings as they came, `null` as if left out. */
function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined);
}

const listOf = (max: number) => boundedList(textOfAtMost(LIMITS.entryCharactersMax), { max });

export const alertIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,128}$/, 'must be 1 to 128 characters of A-Z a-z 0-9 . _ : -')
  .refine((id) => id !== '.' && id !== '..', 'must not be "." or ".."')
  .meta({ pattern: ALERT_ID });

/**
 * `alertContext` as a producer gives it: an object, or a string that holds the JSON of one.
 *
 * @returns its JSON text as it was written: `jsonText` where that is known, the string's object, or else what
 *   `JSON.stringify` makes of the object
 */
const contextSchema = z
  .unknown()
  .transform((value, context): string => {
    const refuse = (message: string) => {
      context.issues.push({ code: 'custom', message, input: value });
      return z.NEVER;
    };
    if (typeof value === 'string') {
      const read = readContextText(value);
      return read.kind === 'object' ? read.text : refuse(read.message);
    }
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? encodeJson(value) : refuse('must be an object, or a string that holds a JSON object');
  })
  .meta({
    anyOf: [
      { type: 'object', additionalProperties: true },
      { type: 'string', pattern: JSON_OBJECT_TEXT },
    ],
  });

/**
 * An alert as a producer sends it. Unknown keys are dropped; an optional field given as `null` counts as left out,
 * but for `destinations`, where `null` and absent mean the same by the routing rules.
 */
export const alertInputSchema = z
  .object({
    id: documented(text, 'The identifier of the detection that fired.', 'AWS.Root.Login'),
    createdAt: documented(
      text.regex(AWS_DATE_TIME, { error: ({ input }) => timeWords(String(input), AWS_DATE_TIME_SHAPE) }),
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
      optional(alertIdSchema.meta({ pattern: NEW_ALERT_ID })),
      'What makes the alert one and the same: an id seen before is a duplicate. Without it, a UUID is made.',
      'siem-4711',
    ),
    description: documented(optional(text), 'What the alert is about.', 'The root account was used.'),
    runbook: documented(optional(text), 'What to do about it.', 'Find out who it was; rotate the keys.'),
    tags: documented(optional(listOf(LIMITS.tagsMax)), 'Words to find the alert by.', ['aws', 'identity']),
    version: documented(optional(text), 'The version of the detection.', '3'),
    logTypes: documented(
      optional(listOf(LIMITS.logTypesMax)),
      'The kinds of log the alert was found in. For routing and for the record; never sent.',
      ['AWS.CloudTrail'],
    ),
    destinations: documented(
      optional(listOf(LIMITS.namedDestinationsMax)),
      'Destination ids or display names that override every filter; `[]` or `"SKIP"` sends nowhere. Never sent.',
      ['On-call pager'],
    ),
    outputIds: documented(
      optional(listOf(LIMITS.outputIdsMax)),
      'Destination ids that override every filter, where `destinations` is absent or null. Never sent.',
      ['0199f0a4-6b1e-7c3d-8e5f-0123456789ab'],
    ),
    alertContext: documented(
      optional(contextSchema),
      'Anything else about the alert, as an object or as a string that holds the JSON of one. Sent to the destinations that ask for it (`includeContext`) as it was written: no number rounded, no key moved. The pattern of the string is of a flat object; it may nest as one given as an object may.',
      { sourceIPAddress: '198.51.100.7' },
    ),
    dedupKey: documented(
      optional(textOfAtMost(LIMITS.dedupKeyCharactersMax)),
      'What alerts about one and the same thing have in common. For the record; never sent.',
      'db-1/disk',
    ),
    condition: documented(
      optional(z.enum(CONDITIONS)),
      'Whether what the alert is about goes on or is over; `firing` where it is left out. For the record; never sent.',
      'firing',
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

/** @returns the facts in a JSON text, as alerts and their jobs carry them; null where they cannot be read */
export function readRoutingFacts(text: string): RoutingFacts | null {
  try {
    return routingFactsSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

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

export type ContextRead = { kind: 'object'; text: string } | { kind: 'fault'; message: string };

/** Half of a surrogate pair, which UTF-8 has no bytes for. */
const LONE_SURROGATE = /[\ud800-\udfff]/gu;

/**
 * Reads an `alertContext` that was given as text.
 *
 * @returns the text of the object in it, without the white space around, as it was written; only halves of surrogate
 *   pairs become the escapes that mean them
 */
export function readContextText(text: string): ContextRead {
  let kind = '';
  const verdict = scanJson(new TextEncoder().encode(text), {
    depthMax: LIMITS.jsonDepthMax,
    reportDepth: 0,
    report: (value) => {
      kind = value.kind;
      return true;
    },
  });
  if (verdict.kind === 'too_deep')
    return { kind: 'fault', message: `must not nest deeper than ${LIMITS.jsonDepthMax} levels` };
  if (verdict.kind !== 'valid' || kind !== 'object')
    return { kind: 'fault', message: 'is a string, so it must hold the JSON of an object' };
  const escaped = text.replace(LONE_SURROGATE, (half) => `\\u${half.charCodeAt(0).toString(16)}`);
  return { kind: 'object', text: escaped.slice(escaped.indexOf('{'), escaped.lastIndexOf('}') + 1) };
}
