import { z } from 'zod';
import { alertInputSchema } from './alert.ts';
import { boundedList } from './bounded-list.ts';
import { decisionSchema, testResultSchema } from './delivery.ts';
import {
  changedDestinationSchema,
  destinationInputSchema,
  destinationPatchSchema,
  destinationReplacementSchema,
  destinationViewSchema,
  signingSecretSchema,
} from './destination.ts';
import { documented } from './documented.ts';
import { defineEndpoint } from './endpoint.ts';
import { LIMITS } from './limits.ts';
import { CURSOR, PLAIN_NAME } from './patterns.ts';
import { commaList, pageLimit } from './query-values.ts';
import { time, timeOrNull } from './time.ts';
import { uuidSchema } from './uuid.ts';
import { HEALTH_STATES, isPlainText, SCOPES } from './vocabulary.ts';

const DESTINATION_ID = '0199f0a4-6b1e-7c3d-8e5f-0123456789ab';
const SIGNING_SECRET = 'whsec_TUZLQ1hHV1FSWUdLWkZPSUhKS1BMVFZO';
const KEY_ID = 'k7Qd2mXa';
const DESTINATIONS_CURSOR = 'b24tY2FsbCBwYWdlcg';
const AUDIT_CURSOR = 'NDI';
const KEYS_CURSOR = 'MTc4MjkxNDQwMDAwMDAwMCBrN1FkMm1YYQ';

const byId = z.object({ id: documented(uuidSchema, 'The destination’s id.', DESTINATION_ID) });
const nextCursor = documented(
  z.string().nullable(),
  'The `cursor` of the next page; null on the last.',
  AUDIT_CURSOR,
);
const limitText = 'How many items a page has at most.';
const cursor = (charactersMax: number) => z.string().max(charactersMax).meta({ pattern: CURSOR });
const cursorText = 'Where the page begins: the `nextCursor` of the page before.';

const page = {
  limit: documented(pageLimit(LIMITS.pageItemsMax, LIMITS.pageItemsDefault), limitText, 50),
  cursor: documented(cursor(512).optional(), cursorText, AUDIT_CURSOR),
};

export const listDestinations = defineEndpoint({
  id: 'listDestinations',
  method: 'get',
  path: '/v1/destinations',
  tag: 'Destinations',
  summary: 'List destinations by display name',
  scope: 'destinations:read',
  query: z.object({
    limit: documented(pageLimit(1_000, 100), limitText, 100),
    // Made of a display name, of which each of 100 characters may take four bytes.
    cursor: documented(cursor(2_048).optional(), cursorText, DESTINATIONS_CURSOR),
    q: documented(
      z
        .string()
        .min(1)
        .max(200)
        .refine(isPlainText, 'must not hold control characters or line breaks')
        .optional(),
      'A part of the display name or of the id, in any case. URLs are not searched.',
      'pager',
    ),
    health: commaList(z.enum(HEALTH_STATES), {
      max: HEALTH_STATES.length,
      description: 'Destinations in these states of health.',
      example: 'failing',
    }),
  }),
  success: {
    status: 200,
    schema: z.object({
      items: documented(z.array(destinationViewSchema), 'The page’s destinations.'),
      nextCursor,
    }),
  },
  problems: [],
});

const SECRETS_DROPPED =
  'Where the origin or the path of the URL changes, header values and signing secrets are given again in the same request, or dropped; `droppedSecrets` names them. A header without a value is refused then.';
const IF_MATCH =
  'With `If-Match`, the change is made only where the `ETag` is still that; it changes with every change of the settings, not with health.';

export const createDestination = defineEndpoint({
  id: 'createDestination',
  method: 'post',
  path: '/v1/destinations',
  tag: 'Destinations',
  summary: 'Add a destination',
  scope: 'destinations:write',
  gate: 'changes',
  body: destinationInputSchema,
  success: { status: 201, schema: destinationViewSchema },
  problems: ['display_name_taken', 'id_taken', 'limit_reached'],
});

export const getDestination = defineEndpoint({
  id: 'getDestination',
  method: 'get',
  path: '/v1/destinations/{id}',
  tag: 'Destinations',
  summary: 'One destination with its health',
  scope: 'destinations:read',
  params: byId,
  success: { status: 200, schema: destinationViewSchema },
  problems: ['not_found'],
});

export const updateDestination = defineEndpoint({
  id: 'updateDestination',
  method: 'patch',
  path: '/v1/destinations/{id}',
  tag: 'Destinations',
  summary: 'Change a destination',
  description: `What is left out stays. \`headers\`, where given, is the whole new list; a header without a value keeps the value it has. A \`signingSecret\` of null removes it. ${SECRETS_DROPPED} ${IF_MATCH}`,
  scope: 'destinations:write',
  gate: 'changes',
  params: byId,
  body: destinationPatchSchema,
  success: { status: 200, schema: changedDestinationSchema },
  problems: ['not_found', 'precondition_failed', 'display_name_taken', 'limit_reached'],
});

export const putDestination = defineEndpoint({
  id: 'putDestination',
  method: 'put',
  path: '/v1/destinations/{id}',
  tag: 'Destinations',
  summary: 'Create, replace or revive the destination with this id',
  description: `What is left out has its default, but for secrets, which stay. A destination that was deleted comes back with what is given and no secret of its former life; what was open at its deletion stays cancelled. ${SECRETS_DROPPED} ${IF_MATCH} With \`If-None-Match: *\` it creates or revives, and replaces nothing.`,
  scope: 'destinations:write',
  gate: 'changes',
  params: byId,
  body: destinationReplacementSchema,
  success: { status: 200, schema: changedDestinationSchema, mayCreate: true },
  problems: ['precondition_failed', 'display_name_taken', 'limit_reached'],
});

export const deleteDestination = defineEndpoint({
  id: 'deleteDestination',
  method: 'delete',
  path: '/v1/destinations/{id}',
  tag: 'Destinations',
  summary: 'Delete a destination; its open deliveries are cancelled, its history stays',
  description:
    'Its secrets are deleted and cannot be restored. `PUT` revives the id. `If-Match` as for `PATCH`.',
  scope: 'destinations:write',
  gate: 'changes',
  params: byId,
  success: { status: 204, schema: null },
  problems: ['not_found', 'precondition_failed'],
});

export const testDestination = defineEndpoint({
  id: 'testDestination',
  method: 'post',
  path: '/v1/destinations/{id}/test',
  tag: 'Destinations',
  summary: 'Send a test alert to a saved destination and wait for its answer',
  scope: 'destinations:write',
  params: byId,
  success: { status: 200, schema: testResultSchema },
  problems: ['not_found'],
});

export const testDraft = defineEndpoint({
  id: 'testDraft',
  method: 'post',
  path: '/v1/destinations/test',
  tag: 'Destinations',
  summary: 'Send a test alert to a destination that is not saved',
  description: 'The body is a destination as for creating one; the display name may be left out.',
  scope: 'destinations:write',
  body: destinationInputSchema.extend({
    displayName: destinationInputSchema.shape.displayName.default('Draft'),
  }),
  success: { status: 200, schema: testResultSchema },
  problems: [],
});

export const rotateSecret = defineEndpoint({
  id: 'rotateSecret',
  method: 'post',
  path: '/v1/destinations/{id}/rotate-secret',
  tag: 'Destinations',
  summary: 'Make a new signing secret; the old one signs too for 24 hours',
  description:
    'The new secret is shown in this answer and never again. A body may give the secret to use. Each secret that was replaced signs until its own end, the latest five at most.',
  scope: 'destinations:write',
  gate: 'changes',
  params: byId,
  body: z
    .strictObject({
      signingSecret: documented(
        signingSecretSchema.optional(),
        'The secret to use; without it, one is made.',
        SIGNING_SECRET,
      ),
    })
    .default({}),
  bodyOptional: true,
  success: {
    status: 200,
    schema: z.object({
      signingSecret: documented(z.string(), 'The new secret.', SIGNING_SECRET),
      previousSignsUntil: timeOrNull('Until when the one before signs too; null where there was none.'),
    }),
  },
  problems: ['not_found', 'precondition_failed'],
});

export const listLogTypes = defineEndpoint({
  id: 'listLogTypes',
  method: 'get',
  path: '/v1/log-types',
  tag: 'Destinations',
  summary: 'Log types that alerts had, by name; at most 1,000',
  scope: 'destinations:read',
  success: {
    status: 200,
    schema: z.object({ items: documented(z.array(z.string()), 'Log types, by name.', ['AWS.CloudTrail']) }),
  },
  problems: [],
});

export const previewRoute = defineEndpoint({
  id: 'previewRoute',
  method: 'post',
  path: '/v1/route',
  tag: 'Routing',
  summary: 'Where an alert would go; nothing is sent',
  scope: 'alerts:read',
  query: z.object({
    explain: z
      .stringbool({ error: 'must be true or false' })
      .default(false)
      .meta({
        type: 'boolean',
        description: 'Name every other destination with the reason it was left out.',
        examples: [true],
      }),
  }),
  body: alertInputSchema,
  bodyBytesMax: LIMITS.routeBytesMax,
  bodyIsAlert: true,
  gate: 'reads',
  success: { status: 200, schema: decisionSchema },
  problems: [],
});

export const apiKeySchema = z
  .object({
    id: documented(z.string(), 'The key’s id, which is also in the key.', KEY_ID),
    name: documented(z.string(), 'What it is for.', 'Operations'),
    scopes: documented(z.array(z.enum(SCOPES)), 'What it may do.', ['alerts:write']),
    createdAt: time('When it was made.'),
    revokedAt: timeOrNull('When it was revoked; null while it is valid.'),
  })
  .meta({ id: 'ApiKey', description: 'An API key, without its secret.' });
export type ApiKeyView = z.infer<typeof apiKeySchema>;

export const listApiKeys = defineEndpoint({
  id: 'listApiKeys',
  method: 'get',
  path: '/v1/api-keys',
  tag: 'API keys',
  summary: 'List API keys, revoked ones too, newest first',
  scope: 'admin',
  query: z.object({ ...page, cursor: documented(cursor(512).optional(), cursorText, KEYS_CURSOR) }),
  success: {
    status: 200,
    schema: z.object({ items: documented(z.array(apiKeySchema), 'The page’s keys.'), nextCursor }),
  },
  problems: [],
});

export const createApiKey = defineEndpoint({
  id: 'createApiKey',
  method: 'post',
  path: '/v1/api-keys',
  tag: 'API keys',
  summary: 'Make an API key; the key itself is shown in this answer and never again',
  scope: 'admin',
  gate: 'changes',
  body: z.strictObject({
    name: documented(
      z
        .string()
        .min(1)
        .max(100)
        .refine(isPlainText, 'must not hold control characters')
        .meta({ pattern: PLAIN_NAME, minLength: undefined, maxLength: undefined }),
      'What the key is for.',
      'Operations',
    ),
    scopes: documented(
      boundedList(z.enum(SCOPES), { min: 1, max: LIMITS.scopesMax }).transform((scopes) => [
        ...new Set(scopes),
      ]),
      'What it may do; `admin` includes every other scope.',
      ['alerts:write'],
    ),
  }),
  success: {
    status: 201,
    schema: apiKeySchema.extend({ key: documented(z.string(), 'The key itself.', 'tcs_k7Qd2mXa_9sK3vTq1') }),
  },
  problems: [],
});

export const revokeApiKey = defineEndpoint({
  id: 'revokeApiKey',
  method: 'delete',
  path: '/v1/api-keys/{id}',
  tag: 'API keys',
  summary: 'Revoke an API key, within seconds everywhere',
  scope: 'admin',
  gate: 'changes',
  params: z.object({
    id: documented(
      z.string().regex(/^(?!\.{1,2}$)[A-Za-z0-9.~-]{1,64}$/, 'must be the id of a key'),
      'The key’s id.',
      KEY_ID,
    ),
  }),
  success: { status: 204, schema: null },
  problems: ['not_found', 'last_admin_key'],
});

export const auditEntrySchema = z
  .object({
    id: documented(z.string(), 'The entry’s id.', '42'),
    at: time('When it happened.'),
    actor: documented(z.string(), 'The API key’s id and name, or `system`.', 'k7Qd2mXa (Operations)'),
    action: documented(z.string(), 'What was done.', 'destination.created'),
    subject: documented(
      z.string(),
      'What it was done to.',
      'destination/0199f0a4-6b1e-7c3d-8e5f-0123456789ab',
    ),
    detail: documented(z.record(z.string(), z.unknown()), 'What else there is to know.', {
      displayName: 'On-call pager',
    }),
  })
  .meta({ id: 'AuditEntry', description: 'One change: who, what, when.' });
export type AuditEntry = z.infer<typeof auditEntrySchema>;

export const listAuditLog = defineEndpoint({
  id: 'listAuditLog',
  method: 'get',
  path: '/v1/audit-log',
  tag: 'Audit log',
  summary: 'Who changed what, newest first',
  scope: 'admin',
  query: z.object(page),
  success: {
    status: 200,
    schema: z.object({ items: documented(z.array(auditEntrySchema), 'The page’s entries.'), nextCursor }),
  },
  problems: [],
});
