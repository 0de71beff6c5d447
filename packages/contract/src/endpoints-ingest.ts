import { z } from 'zod';
import { defineEndpoint } from './endpoint.ts';
import { LIMITS } from './limits.ts';
import { fieldErrorSchema } from './problem.ts';

export const ingestResultSchema = z
  .object({
    index: z.int().meta({ description: 'Place in the request, from 0; blank NDJSON lines do not count.' }),
    alertId: z.string().nullable().meta({ description: 'Null for a rejected alert that gave no usable id.' }),
    status: z.enum(['accepted', 'duplicate', 'rejected', 'test']).meta({
      description:
        '`test` for the id `Test.Alert`: valid, in the audit log, neither stored nor sent anywhere.',
    }),
    differs: z.literal(true).optional().meta({
      description: 'A duplicate whose content is not the same as that of the alert which is stored.',
    }),
    error: z.object({ code: z.string(), message: z.string(), errors: z.array(fieldErrorSchema) }).optional(),
  })
  .meta({ id: 'IngestResult' });
export type IngestResult = z.infer<typeof ingestResultSchema>;

export const ingestSummarySchema = z
  .object({
    accepted: z.int(),
    duplicates: z.int(),
    rejected: z.int(),
    results: z.array(ingestResultSchema),
  })
  .meta({ id: 'IngestSummary' });
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
