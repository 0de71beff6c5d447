import { encodeJson } from '@tocsin/json';
import { z } from 'zod';
import { readContextText } from './alert-context.ts';
import { isAwsDateTime } from './aws-date-time.ts';
import { boundedList, textOfAtMost } from './bounded-list.ts';
import { LIMITS } from './limits.ts';
import { ALERT_TYPES, CONDITIONS, SEVERITIES } from './vocabulary.ts';

/** The `alertId` of test payloads. An alert that arrives with it is neither stored nor routed. */
export const TEST_ALERT_ID = 'Test.Alert';

/** How the ids of alerts begin that Tocsin itself raises. */
export const RESERVED_ID_PREFIX = 'tocsin.';

const text = z.string();

/** Strings as they came, `null` as if left out. */
function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined);
}

const listOf = (max: number) => boundedList(textOfAtMost(LIMITS.entryCharactersMax), { max });

export const alertIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,128}$/, 'must be 1 to 128 characters of A-Z a-z 0-9 . _ : -')
  .refine((id) => id !== '.' && id !== '..', 'must not be "." or ".."');

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
    anyOf: [{ type: 'object', additionalProperties: true }, { type: 'string' }],
    description:
      'For destinations that ask for it: sent on as it was written, no number rounded and no key moved. A string holds the JSON of an object, which is sent in its place.',
    examples: [{ account: '123456789012', eventTime: 1_782_892_632 }],
  });

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
    alertId: optional(alertIdSchema),
    description: optional(text),
    runbook: optional(text),
    tags: optional(listOf(LIMITS.tagsMax)),
    version: optional(text),
    logTypes: optional(listOf(LIMITS.logTypesMax)),
    destinations: optional(listOf(LIMITS.namedDestinationsMax)).meta({
      description:
        'Destination ids or display names that override every filter; `[]` or `"SKIP"` sends nowhere.',
    }),
    outputIds: optional(listOf(LIMITS.outputIdsMax)),
    alertContext: optional(contextSchema),
    dedupKey: optional(textOfAtMost(LIMITS.dedupKeyCharactersMax)).meta({
      description: 'What alerts about the same thing have in common. For the record and for filters.',
    }),
    condition: optional(z.enum(CONDITIONS)).meta({
      description: 'Whether what the alert is about goes on or is over; `firing` where it is left out.',
    }),
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
