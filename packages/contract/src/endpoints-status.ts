import { z } from 'zod';
import { alertIdSchema } from './alert.ts';
import { boundedList } from './bounded-list.ts';
import {
  alertDetailSchema,
  alertItemSchema,
  deliveryItemSchema,
  deliverySummarySchema,
  deliveryViewSchema,
} from './delivery.ts';
import { documented } from './documented.ts';
import { defineEndpoint } from './endpoint.ts';
import { LIMITS } from './limits.ts';
import { PLAIN_TEXT } from './patterns.ts';
import { commaList, instantSchema, pageLimit } from './query-values.ts';
import { uuidSchema } from './uuid.ts';
import {
  ALERT_STATUSES,
  ALERT_TYPES,
  DELIVERY_STATUSES,
  FAILURE_CODES,
  isPlainText,
  SEVERITIES,
} from './vocabulary.ts';

const DESTINATION_ID = '0199f0a4-6b1e-7c3d-8e5f-0123456789ab';
const DELIVERY_ID = '0199f0a4-6b1e-7c3d-8e5f-abcdef012345';
const CURSOR = 'WyIyMDI2LTA3LTAxIl0';

const plain = (charactersMax: number) =>
  z
    .string()
    .max(charactersMax)
    .refine(isPlainText, 'must not hold control characters')
    .meta({ pattern: PLAIN_TEXT });

const page = {
  limit: documented(
    pageLimit(LIMITS.pageItemsMax, LIMITS.pageItemsDefault),
    'How many items a page has at most.',
    50,
  ),
  cursor: documented(
    z.string().max(512).optional(),
    'Where the page begins: the `nextCursor` of the page before.',
    CURSOR,
  ),
};

/** A filter of some of the values that there are. */
const anyOf = <const T extends readonly [string, ...string[]]>(values: T, description: string) =>
  commaList(z.enum(values), { max: LIMITS.listedMax, description, example: values[0] });

const nextCursor = documented(
  z.string().nullable(),
  'The `cursor` of the next page; null on the last.',
  CURSOR,
);

const received = {
  since: documented(instantSchema.optional(), 'Received at or after this time.', '2026-07-01T00:00:00Z'),
  until: documented(instantSchema.optional(), 'Received before this time.', '2026-07-02T00:00:00Z'),
};

const q = documented(
  plain(500).optional(),
  'Words of the title, the name or the detection’s id, up to ten, each whole or, from three characters on, the beginning of one; or how the alertId begins.',
  'root sign',
);

export const alertsPageSchema = z.object({
  items: documented(z.array(alertItemSchema), 'The page’s alerts.'),
  nextCursor,
});
export const deliveriesPageSchema = z.object({
  items: documented(z.array(deliveryItemSchema), 'The page’s deliveries.'),
  nextCursor,
});

export const listAlerts = defineEndpoint({
  id: 'listAlerts',
  method: 'get',
  path: '/v1/alerts',
  tag: 'Alerts',
  summary: 'List alerts, newest receipt first',
  description:
    'A page has at most 1 MiB, and looks at a bounded part of what is stored: it may have fewer items than `limit`, even none, and a `nextCursor` all the same. A cursor is of use with the same filters alone.',
  scope: 'alerts:read',
  query: z.object({
    ...page,
    ...received,
    severity: anyOf(SEVERITIES, 'Alerts of these severities.'),
    type: anyOf(ALERT_TYPES, 'Alerts of these types.'),
    status: anyOf(ALERT_STATUSES, 'Alerts of these states.'),
    logType: documented(
      plain(LIMITS.filterItemCharactersMax).optional(),
      'Alerts found in this kind of log.',
      'AWS.CloudTrail',
    ),
    destinationId: documented(
      uuidSchema.optional(),
      'Alerts with a delivery to this destination.',
      DESTINATION_ID,
    ),
    tag: documented(plain(LIMITS.filterItemCharactersMax).optional(), 'Alerts with this tag.', 'aws'),
    q,
  }),
  success: { status: 200, schema: alertsPageSchema },
  problems: [],
});

export const getAlert = defineEndpoint({
  id: 'getAlert',
  method: 'get',
  path: '/v1/alerts/{alertId}',
  tag: 'Alerts',
  summary: 'One alert with its routing decision, its deliveries and their attempts',
  description:
    'Deliveries come in the order of their ids, 200 or 1 MiB at a time; the alert is the same with each. The whole answers of receivers are in the deliveries themselves.',
  scope: 'alerts:read',
  params: z.object({ alertId: documented(alertIdSchema, 'The alert’s id.', 'siem-4711') }),
  query: z.object({ cursor: page.cursor }),
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
    'Without `destinationIds`, its failed deliveries. With them, to exactly those destinations, also where it had not gone before; a delivery that waits for its retry is made due now. Either all of it happens or, with a 409, nothing.',
  scope: 'deliveries:resend',
  gate: 'changes',
  params: z.object({ alertId: documented(alertIdSchema, 'The alert’s id.', 'siem-4711') }),
  body: z
    .strictObject({
      destinationIds: documented(
        boundedList(uuidSchema, { min: 1, max: LIMITS.listedMax }).optional(),
        'The destinations to send it to; without them, those where its delivery failed.',
        [DESTINATION_ID],
      ),
    })
    .default({}),
  bodyOptional: true,
  success: {
    status: 202,
    schema: z.object({
      deliveries: documented(z.array(deliverySummarySchema), 'What is sent again: the first 200.'),
    }),
  },
  problems: ['not_found', 'delivery_in_progress', 'destination_unavailable'],
});

export const listDeliveries = defineEndpoint({
  id: 'listDeliveries',
  method: 'get',
  path: '/v1/deliveries',
  tag: 'Deliveries',
  summary: 'List deliveries, newest receipt first',
  description:
    'A page has at most 1 MiB, and looks at a bounded part of what is stored: it may have fewer items than `limit`, even none, and a `nextCursor` all the same. A cursor is of use with the same filters alone.',
  scope: 'alerts:read',
  query: z.object({
    ...page,
    ...received,
    status: anyOf(DELIVERY_STATUSES, 'Deliveries of these states.'),
    destinationId: documented(uuidSchema.optional(), 'Deliveries to this destination.', DESTINATION_ID),
    severity: anyOf(SEVERITIES, 'Deliveries of alerts of these severities.'),
    errorCode: anyOf(
      FAILURE_CODES,
      'Failed deliveries with these codes, and retried ones whose last attempt had one.',
    ),
    q,
  }),
  success: { status: 200, schema: deliveriesPageSchema },
  problems: [],
});

export const getDelivery = defineEndpoint({
  id: 'getDelivery',
  method: 'get',
  path: '/v1/deliveries/{id}',
  tag: 'Deliveries',
  summary: 'One delivery with its attempts',
  description: 'Attempts come 50 or 1 MiB at a time, the latest first; in a page, they are in order.',
  scope: 'alerts:read',
  params: z.object({ id: documented(uuidSchema, 'The delivery’s id.', DELIVERY_ID) }),
  query: z.object({ cursor: page.cursor }),
  success: { status: 200, schema: deliveryViewSchema },
  problems: ['not_found'],
});

export const resendDelivery = defineEndpoint({
  id: 'resendDelivery',
  method: 'post',
  path: '/v1/deliveries/{id}/resend',
  tag: 'Deliveries',
  summary: 'Send a delivery again, as a new round with retries of its own',
  description:
    'A delivery that waits for its retry is made due now instead: the next attempt of the same round. While an attempt is due or under way, 409 `delivery_in_progress`; to a destination that is disabled or deleted, 409 `destination_unavailable`.',
  scope: 'deliveries:resend',
  gate: 'changes',
  params: z.object({ id: documented(uuidSchema, 'The delivery’s id.', DELIVERY_ID) }),
  success: { status: 202, schema: deliveryViewSchema },
  problems: ['not_found', 'delivery_in_progress', 'destination_unavailable'],
});
