import { z } from 'zod';
import { boundedList } from './bounded-list.ts';
import { documented } from './documented.ts';
import { defineEndpoint } from './endpoint.ts';
import { LIMITS } from './limits.ts';
import { instantSchema } from './query-values.ts';
import { time } from './time.ts';
import { uuidSchema } from './uuid.ts';
import { FAILURE_CODES, SEVERITIES } from './vocabulary.ts';

/** Deliveries that have ended, and so can be sent again. */
export const CLOSED_STATUSES = ['succeeded', 'failed', 'cancelled'] as const;

/** Stands alone: alerts that a destination's routing would choose today, and that have no delivery to it. */
export const MISSING = 'missing';

/** What a bulk resend may be of. */
export const RESENT_STATUSES = [...CLOSED_STATUSES, MISSING] as const;

export const RESEND_STATES = ['running', 'done', 'cancelled'] as const;

const DESTINATION_ID = '0199f0a4-6b1e-7c3d-8e5f-0123456789ab';
const RESEND_ID = '0199f0a4-6b1e-7c3d-8e5f-456789abcdef';

const atLeast = documented(
  z.boolean().optional(),
  'True where more may match than were counted: counting ends once 200,000 deliveries were looked at, and for `missing` after 5 s. Left out elsewhere.',
  true,
);

export const bulkResendSchema = z
  .object({
    id: documented(uuidSchema, 'The bulk resend’s id.', RESEND_ID),
    destinationId: documented(uuidSchema.nullable(), 'Only this destination; null for all.', DESTINATION_ID),
    destinationName: documented(
      z.string().nullable(),
      'Its display name, also where it was deleted since; null for all.',
      'On-call pager',
    ),
    status: documented(
      z.array(z.enum(RESENT_STATUSES)),
      'Deliveries of these states; `missing` for alerts that had no delivery to the destination.',
      ['failed'],
    ),
    severities: documented(
      z.array(z.enum(SEVERITIES)).nullable(),
      'Alerts of these severities; null for all.',
      ['CRITICAL'],
    ),
    errorCodes: documented(
      z.array(z.enum(FAILURE_CODES)).nullable(),
      'Deliveries that failed for these reasons; null for any.',
      ['timeout'],
    ),
    since: time('Received at or after this time.'),
    until: time('Received before this time.'),
    state: documented(z.enum(RESEND_STATES), 'Whether it is under way.', 'running'),
    matched: documented(
      z.int(),
      'Deliveries that matched when it was requested; for `missing`, alerts that had none.',
      120,
    ),
    atLeast,
    resent: documented(
      z.int(),
      'Deliveries that began a new round so far; for `missing`, those that were made.',
      80,
    ),
    skipped: documented(
      z.int(),
      'Deliveries passed over: sent again by somebody else since, or their destination is disabled or deleted.',
      1,
    ),
    createdBy: documented(
      z.string(),
      'Who requested it: the API key’s id and name.',
      'k7Qd2mXa (Operations)',
    ),
    createdAt: time('When it was requested.'),
    updatedAt: time('When it last got further.'),
  })
  .meta({ id: 'BulkResend', description: 'Many deliveries that are sent again together.' });
export type BulkResend = z.infer<typeof bulkResendSchema>;
/** How many deliveries match a bulk resend; for `missing`, also the oldest alert and how many are `CRITICAL`. */
export type MatchCount = Pick<BulkResend, 'matched' | 'atLeast'> & {
  oldestReceivedAt?: string | null | undefined;
  critical?: number | undefined;
};

export const resendProgressSchema = bulkResendSchema
  .extend({
    outcome: documented(
      z.object({
        queued: documented(z.int(), 'Deliveries that began a new round.', 80),
        succeeded: documented(z.int(), 'Of those, the ones that have succeeded by it.', 70),
        open: documented(z.int(), 'Of those, still under way.', 6),
        failed: documented(z.int(), 'Of those, ended without success.', 4),
      }),
      'What became of what was sent again.',
    ),
  })
  .meta({ id: 'BulkResendProgress', description: 'How far a bulk resend is, and what became of it.' });
export type BulkResendProgress = z.infer<typeof resendProgressSchema>;

const byId = z.object({ id: documented(uuidSchema, 'The bulk resend’s id.', RESEND_ID) });

export const createResend = defineEndpoint({
  id: 'createResend',
  method: 'post',
  path: '/v1/resends',
  tag: 'Bulk resends',
  summary: 'Send many deliveries again, by destination, state, severity, error and time of receipt',
  description:
    'With the status `missing` it sends to one destination the alerts that today’s routing would send there and that have no delivery to it: what was skipped while it was disabled, or came before it was created. They go out at a limited rate, behind fresh alerts; to a paused destination, none until it is resumed. With `dryRun` it only counts, and `id` in the answer is null. The same request while the first is still running answers with the first, and so does a request with the `id` of an earlier one: nothing is sent twice. A key has at most 100 under way, and starts 120 in a minute.',
  scope: 'deliveries:resend',
  gate: 'reads',
  body: z
    .strictObject({
      id: documented(
        uuidSchema.optional(),
        'Chosen by the caller, to make asking again harmless.',
        RESEND_ID,
      ),
      destinationId: documented(
        uuidSchema.optional(),
        'Only this destination; without it, all. Required for `missing`.',
        DESTINATION_ID,
      ),
      status: documented(
        z
          .union([
            z.enum(RESENT_STATUSES),
            boundedList(z.enum(RESENT_STATUSES), { min: 1, max: LIMITS.listedMax }),
          ])
          .transform((status) => [...new Set([status].flat())].sort()),
        'Deliveries of this state, or of these; `missing` stands alone.',
        ['failed'],
      ),
      severities: documented(
        boundedList(z.enum(SEVERITIES), { min: 1, max: SEVERITIES.length }).optional(),
        'Only alerts of these severities; without it, of any.',
        ['CRITICAL', 'HIGH'],
      ),
      errorCodes: documented(
        boundedList(z.enum(FAILURE_CODES), { min: 1, max: FAILURE_CODES.length }).optional(),
        'Only deliveries that failed for one of these reasons; without it, for any. Not with `missing`.',
        ['timeout', 'connection_refused'],
      ),
      since: documented(instantSchema, 'Received at or after this time.', '2026-07-01T00:00:00Z'),
      until: documented(instantSchema, 'Received before this time.', '2026-07-02T00:00:00Z'),
      dryRun: documented(z.boolean().default(false), 'Only count.', false),
    })
    // A text that is no time was refused before, with its own message.
    .refine(({ since, until }) => !(Date.parse(since) >= Date.parse(until)), {
      path: ['until'],
      message: 'must be later than since',
    })
    .refine(({ status }) => !status.includes(MISSING) || status.length === 1, {
      path: ['status'],
      message: 'missing stands alone: alerts without a delivery have no other state',
    })
    .refine(({ status, destinationId }) => !status.includes(MISSING) || destinationId !== undefined, {
      path: ['destinationId'],
      message: 'is required for missing: name the destination that they are to go to',
    })
    .refine(({ status, errorCodes }) => !status.includes(MISSING) || errorCodes === undefined, {
      path: ['errorCodes'],
      message: 'does not go with missing: nothing has been tried yet',
    }),
  success: {
    status: 202,
    schema: z.object({
      id: documented(
        uuidSchema.nullable(),
        'The bulk resend’s id; null where it was only counted.',
        RESEND_ID,
      ),
      matched: documented(z.int(), 'Deliveries that match; for `missing`, alerts that have none.', 120),
      atLeast,
      oldestReceivedAt: documented(
        z.iso.datetime().nullable().optional(),
        'Of a dry run for `missing`: when the oldest of these alerts was received; null where there is none.',
        '2026-07-01T08:00:00.000Z',
      ),
      critical: documented(
        z.int().optional(),
        'Of a dry run for `missing`: how many of these alerts are `CRITICAL`; a lower bound where `atLeast` is true.',
        3,
      ),
    }),
  },
  problems: ['id_taken', 'destination_unavailable'],
});

export const listResends = defineEndpoint({
  id: 'listResends',
  method: 'get',
  path: '/v1/resends',
  tag: 'Bulk resends',
  summary: 'The latest bulk resends, newest first',
  scope: 'alerts:read',
  success: {
    status: 200,
    schema: z.object({ items: documented(z.array(bulkResendSchema), 'The latest bulk resends.') }),
  },
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
  success: { status: 200, schema: resendProgressSchema },
  problems: ['not_found'],
});

export const cancelResend = defineEndpoint({
  id: 'cancelResend',
  method: 'delete',
  path: '/v1/resends/{id}',
  tag: 'Bulk resends',
  summary: 'Stop a bulk resend; what was sent again by then stays so',
  scope: 'deliveries:resend',
  gate: 'changes',
  params: byId,
  success: { status: 204, schema: null },
  problems: ['not_found'],
});
