import { z } from 'zod';
import { alertIdSchema } from './alert.ts';
import { boundedList } from './bounded-list.ts';
import { alertDetailSchema, alertViewSchema, deliveryViewSchema } from './delivery.ts';
import { defineEndpoint } from './endpoint.ts';
import { LIMITS } from './limits.ts';
import { instantSchema } from './query-values.ts';
import { uuidSchema } from './uuid.ts';
import { ALERT_STATUSES, ALERT_TYPES, DELIVERY_STATUSES, isPlainText, SEVERITIES } from './vocabulary.ts';

const plain = (charactersMax: number) =>
  z.string().max(charactersMax).refine(isPlainText, 'must not hold control characters');

const page = {
  limit: z.coerce.number().int().min(1).max(LIMITS.pageItemsMax).default(LIMITS.pageItemsDefault),
  cursor: z.string().max(512).optional(),
};

/** A filter that may be given once, repeated, or as a comma list. */
function anyOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z
    .preprocess(
      (value) => (Array.isArray(value) ? value : [value]).flatMap((part) => String(part).split(',')),
      boundedList(z.enum(values), { min: 1, max: LIMITS.listedMax }),
    )
    .meta({ type: 'array', items: { enum: [...values] } })
    .optional();
}

const received = {
  since: instantSchema.optional().meta({ description: 'Received at or after this time.' }),
  until: instantSchema.optional().meta({ description: 'Received before this time.' }),
};

export const alertsPageSchema = z.object({
  items: z.array(alertViewSchema),
  nextCursor: z.string().nullable(),
});
export const deliveriesPageSchema = z.object({
  items: z.array(deliveryViewSchema),
  nextCursor: z.string().nullable(),
});

export const listAlerts = defineEndpoint({
  id: 'listAlerts',
  method: 'get',
  path: '/v1/alerts',
  tag: 'Alerts',
  summary: 'List alerts, newest receipt first',
  scope: 'alerts:read',
  query: z.object({
    ...page,
    ...received,
    severity: anyOf(SEVERITIES),
    type: anyOf(ALERT_TYPES),
    status: anyOf(ALERT_STATUSES),
    logType: plain(LIMITS.filterItemCharactersMax).optional(),
    destinationId: uuidSchema.optional(),
    q: plain(500).optional().meta({ description: 'Part of the title, the name or an id.' }),
  }),
  success: { status: 200, schema: alertsPageSchema },
  problems: [],
});

export const getAlert = defineEndpoint({
  id: 'getAlert',
  method: 'get',
  path: '/v1/alerts/{alertId}',
  tag: 'Alerts',
  summary: 'One alert with its routing decision, its deliveries and all their attempts',
  scope: 'alerts:read',
  params: z.object({ alertId: alertIdSchema }),
  success: { status: 200, schema: alertDetailSchema },
  problems: ['not_found'],
});

export const resendAlert = defineEndpoint({
  id: 'resendAlert',
  method: 'post',
  path: '/v1/alerts/{alertId}/resend',
  tag: 'Deliveries',
  summary: 'Send an alert again',
  description:
    'Without `destinationIds`, its failed deliveries. With them, to exactly those destinations, also where it had not gone before. Either all of it happens or, with a 409, nothing.',
  scope: 'deliveries:resend',
  params: z.object({ alertId: alertIdSchema }),
  body: z
    .strictObject({ destinationIds: boundedList(uuidSchema, { min: 1, max: LIMITS.listedMax }).optional() })
    .default({}),
  bodyOptional: true,
  success: { status: 202, schema: z.object({ deliveries: z.array(deliveryViewSchema) }) },
  problems: ['not_found', 'delivery_in_progress', 'destination_unavailable'],
});

export const listDeliveries = defineEndpoint({
  id: 'listDeliveries',
  method: 'get',
  path: '/v1/deliveries',
  tag: 'Deliveries',
  summary: 'List deliveries, newest receipt first',
  scope: 'alerts:read',
  query: z.object({
    ...page,
    ...received,
    status: anyOf(DELIVERY_STATUSES),
    destinationId: uuidSchema.optional(),
  }),
  success: { status: 200, schema: deliveriesPageSchema },
  problems: [],
});

export const getDelivery = defineEndpoint({
  id: 'getDelivery',
  method: 'get',
  path: '/v1/deliveries/{id}',
  tag: 'Deliveries',
  summary: 'One delivery with all its attempts',
  scope: 'alerts:read',
  params: z.object({ id: uuidSchema }),
  success: { status: 200, schema: deliveryViewSchema },
  problems: ['not_found'],
});

export const resendDelivery = defineEndpoint({
  id: 'resendDelivery',
  method: 'post',
  path: '/v1/deliveries/{id}/resend',
  tag: 'Deliveries',
  summary: 'Send a delivery again, as a new round with its own ten retries',
  scope: 'deliveries:resend',
  params: z.object({ id: uuidSchema }),
  success: { status: 202, schema: deliveryViewSchema },
  problems: ['not_found', 'delivery_in_progress', 'destination_unavailable'],
});
