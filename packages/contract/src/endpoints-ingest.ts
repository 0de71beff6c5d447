import { z } from 'zod';
import { documented } from './documented.ts';
import { defineEndpoint } from './endpoint.ts';
import { LIMITS } from './limits.ts';
import { fieldErrorSchema } from './problem.ts';

const ingestErrorSchema = z.object({
  code: documented(z.string(), 'A code of a problem, as docs/errors.md lists them.', 'invalid_alert'),
  message: documented(z.string(), 'What is wrong, in words.', 'The alert is invalid.'),
  errors: documented(z.array(fieldErrorSchema), 'Each field that is at fault.'),
});

export const ingestResultSchema = z
  .object({
    index: documented(z.int(), 'Place in the request, from 0; blank NDJSON lines do not count.', 0),
    alertId: documented(
      z.string().nullable(),
      'The alert’s id; null for a rejected alert that gave no usable one.',
      'siem-4711',
    ),
    status: documented(
      z.enum(['accepted', 'duplicate', 'rejected', 'test']),
      'What became of it. `test` is for the id `Test.Alert`: valid, in the audit log, neither stored nor sent anywhere.',
      'accepted',
    ),
    differs: documented(
      z.literal(true).optional(),
      'A duplicate whose content is not the same as that of the alert which is stored; absent otherwise.',
      true,
    ),
    error: documented(ingestErrorSchema.optional(), 'Why it was rejected; absent where it was not.'),
  })
  .meta({ id: 'IngestResult', description: 'What became of one alert of a request.' });
export type IngestResult = z.infer<typeof ingestResultSchema>;

export const ingestSummarySchema = z
  .object({
    accepted: documented(z.int(), 'Alerts that are stored and will be delivered.', 1),
    duplicates: documented(z.int(), 'Alerts whose id was seen before.', 0),
    rejected: documented(z.int(), 'Alerts that were not stored.', 0),
    results: documented(z.array(ingestResultSchema), 'One for each alert, in the order of the request.'),
  })
  .meta({ id: 'IngestSummary', description: 'What became of the alerts of a request.' });
export type IngestSummary = z.infer<typeof ingestSummarySchema>;

export const postAlerts = defineEndpoint({
  id: 'postAlerts',
  method: 'post',
  path: '/v1/alerts',
  tag: 'Alerts',
  summary: 'Send alerts in',
  description:
    'One alert as an object, many as an array or as NDJSON. The answer comes once every accepted alert is committed. An `alertId` seen before is a duplicate: it is stored and delivered once, so a request may be repeated without harm.',
  scope: 'alerts:write',
  rawBody: ['application/json', 'application/x-ndjson'],
  bodyBytesMax: LIMITS.ingestBytesMax,
  success: { status: 202, schema: ingestSummarySchema },
  problems: ['invalid_alert', 'reserved_id', 'alert_too_large', 'too_many_alerts'],
});
