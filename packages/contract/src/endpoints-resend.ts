import { z } from 'zod';
import { boundedList } from './bounded-list.ts';
import { defineEndpoint } from './endpoint.ts';
import { LIMITS } from './limits.ts';
import { instantSchema } from './query-values.ts';
import { uuidSchema } from './uuid.ts';

const time = z.iso.datetime();

/** Deliveries that have ended, and so can be sent again. */
export const CLOSED_STATUSES = ['succeeded', 'failed', 'cancelled'] as const;

export const RESEND_STATES = ['running', 'done', 'cancelled'] as const;

export const bulkResendSchema = z
  .object({
    id: uuidSchema,
    destinationId: uuidSchema.nullable(),
    status: z.array(z.enum(CLOSED_STATUSES)),
    since: time,
    until: time,
    state: z.enum(RESEND_STATES),
    matched: z.int().meta({ description: 'Deliveries that matched when it was asked for.' }),
    resent: z.int().meta({ description: 'Deliveries that began a new round so far.' }),
    skipped: z.int().meta({
      description:
        'Deliveries passed over: sent again by somebody else since, or their destination is disabled or deleted.',
    }),
    createdBy: z.string(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'BulkResend' });
export type BulkResend = z.infer<typeof bulkResendSchema>;

const byId = z.object({ id: uuidSchema });

export const createResend = defineEndpoint({
  id: 'createResend',
  method: 'post',
  path: '/v1/resends',
  tag: 'Bulk resends',
  summary: 'Send many deliveries again, by destination, state and time of receipt',
  description:
    'With `dryRun` it only counts, and `id` in the answer is null. The same request while the first is still running answers with the first, and so does a request with the `id` of an earlier one: nothing is sent twice.',
  scope: 'deliveries:resend',
  body: z
    .strictObject({
      id: uuidSchema.optional().meta({ description: 'Chosen by the caller, to make asking again harmless.' }),
      destinationId: uuidSchema.optional(),
      status: z
        .union([
          z.enum(CLOSED_STATUSES),
          boundedList(z.enum(CLOSED_STATUSES), { min: 1, max: LIMITS.listedMax }),
        ])
        .transform((status) => [...new Set([status].flat())].sort()),
      since: instantSchema.meta({ description: 'Received at or after this time.' }),
      until: instantSchema.meta({ description: 'Received before this time.' }),
      dryRun: z.boolean().default(false),
    })
    // What is no time at all has been refused before, with its own message.
    .refine(({ since, until }) => !(Date.parse(since) >= Date.parse(until)), {
      path: ['until'],
      message: 'must be later than since',
    }),
  success: { status: 202, schema: z.object({ id: uuidSchema.nullable(), matched: z.int() }) },
  problems: ['id_taken', 'destination_unavailable'],
});

export const listResends = defineEndpoint({
  id: 'listResends',
  method: 'get',
  path: '/v1/resends',
  tag: 'Bulk resends',
  summary: 'The latest bulk resends, newest first',
  scope: 'alerts:read',
  success: { status: 200, schema: z.object({ items: z.array(bulkResendSchema) }) },
  problems: [],
});

export const getResend = defineEndpoint({
  id: 'getResend',
  method: 'get',
  path: '/v1/resends/{id}',
  tag: 'Bulk resends',
  summary: 'How far a bulk resend is',
  scope: 'alerts:read',
  params: byId,
  success: { status: 200, schema: bulkResendSchema },
  problems: ['not_found'],
});

export const cancelResend = defineEndpoint({
  id: 'cancelResend',
  method: 'delete',
  path: '/v1/resends/{id}',
  tag: 'Bulk resends',
  summary: 'Stop a bulk resend; what was sent again by then stays so',
  scope: 'deliveries:resend',
  params: byId,
  success: { status: 204, schema: null },
  problems: ['not_found'],
});
